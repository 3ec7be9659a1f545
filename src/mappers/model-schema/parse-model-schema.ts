import { checkOptions } from './check-options.js'
import type { ModelSchemaOptions } from './model-schema-options.js'

/**
 * The checked way in for JSON: a stored definition, a file of a command line. Takes the names that `modelSchema` takes;
 * unknown keys are issues that name the nearest key. Its result goes into `modelSchema` and gives the wide record.
 *
 * @throws ConfigError `CONFIG_INVALID` with every issue
 */
export function parseModelSchema(json: unknown): ModelSchemaOptions {
  const { modelVersion, space, batchId, schema, ...options } = checkOptions(json)
  return {
    ...options,
    version: modelVersion,
    ...(space === null ? {} : { space }),
    ...(batchId === null ? {} : { batchId }),
    // The shape was checked key by key; the compiler has seen none of it.
    schema: schema as unknown as ModelSchemaOptions['schema'],
  }
}
