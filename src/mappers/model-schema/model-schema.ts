import type { SchemaMapper } from '../../contracts/schema-mapper.js'
import type { Json } from '../../model/json.js'
import { canonicalJson, sha256 } from '../../util/canonical-json.js'
import { checkOptions } from './check-options.js'
import { compileMapping } from './mapping.js'
import type { SchemaFor } from './model-fields.js'
import type { ModelRecord } from './model-record.js'
import type { ModelConstants } from './model-schema-options.js'
import type { Environment, ModelType } from './model-type.js'
import type { BatchIdVerdict, CheckedSchema } from './schema-verdict.js'

/** Raised when equal options come to mean another mapping. */
const meaning = 'model-schema/2'

/**
 * A mapper for a model's inferences: which column feeds which field. The literal decides the record type, and a schema
 * that cannot work does not compile.
 *
 * Docs/reference/model-schema.md lists the keys of each model type and the checks of each field.
 *
 * @throws ConfigError `CONFIG_INVALID`, with every issue, for what types cannot see: a prefix beside a list, equal
 * prefixes, features of delayed rows
 * @example
 * modelSchema({
 *   model: 'click-through', modelType: 'score_categorical', environment: 'production',
 *   schema: { prediction_id: 'id', timestamp: 'ts', prediction_label: 'label', actual_label: 'actual', features: 'feature/' },
 * })
 */
export function modelSchema<
  M extends ModelType,
  E extends Environment,
  const S extends SchemaFor<M>,
  B extends string | undefined = undefined,
>(
  options: ModelConstants & {
    readonly modelType: M
    readonly environment: E
    readonly schema: CheckedSchema<M, E, S>
    readonly batchId?: B
  } & BatchIdVerdict<E, S, B>,
): SchemaMapper<ModelRecord<M, S>> {
  const normal = checkOptions(options)
  return {
    signature: sha256(canonicalJson({ meaning, ...normal })),
    portable: { module: 'lading/worker', export: 'modelSchema', options: JSON.parse(JSON.stringify(options)) as Json },
    compile: (schema, file) => compileMapping<ModelRecord<M, S>>(normal, schema, file),
  }
}
