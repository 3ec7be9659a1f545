import { canonicalNames } from './canonical-names.js'
import { checkOptions } from './check-options.js'
import type { ModelSchemaOptions } from './model-schema-options.js'

/**
 * The checked way in for JSON: a stored definition, a form, a file of a command line. Takes the names that `modelSchema`
 * takes and others that people use: `regression`, `binary_classification`, `categorical` and the like for model types,
 * camelCase (`predictionId`, `shapValues`, `vectorCol`), `prediction_ID`, `modelName`, `modelEnvironmentName`. A `null` is
 * as good as a key that is not there. Unknown keys are issues that name the nearest key. Its result goes into
 * `modelSchema` and gives the wide record.
 *
 * @throws ConfigError `CONFIG_INVALID` with every issue
 * @example
 * parseModelSchema({
 *   modelName: 'click-through', modelType: 'binary_classification', modelEnvironmentName: 'production',
 *   schema: { predictionId: 'id', predictionLabel: 'label', actualLabel: 'actual', tags: 'tag/' },
 * })
 */
export function parseModelSchema(json: unknown): ModelSchemaOptions {
  const { options: canonical, issues } = canonicalNames(json)
  const { modelVersion, space, batchId, schema, ...options } = checkOptions(canonical, issues)
  return {
    ...options,
    version: modelVersion,
    ...(space === null ? {} : { space }),
    ...(batchId === null ? {} : { batchId }),
    // The shape was checked key by key; the compiler has seen none of it.
    schema: schema as unknown as ModelSchemaOptions['schema'],
  }
}
