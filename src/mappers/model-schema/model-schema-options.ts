import type { MetricFamily } from './metric-table.js'
import type { SchemaFor } from './model-fields.js'
import type { Environment, ModelType } from './model-type.js'

/** Everything a job says about its model besides the columns. */
export interface ModelConstants {
  readonly model: string
  readonly space?: string | undefined
  /** Constant model version; a non-null cell of the `version` column wins. @defaultValue 'no_version' */
  readonly version?: string | undefined
  /** Years of 365 days around the file's `asOf`, up to 1,000. @defaultValue { past: 5, future: 1 } */
  readonly timestampWindow?: { readonly past: number; readonly future: number } | undefined
  /** Longest prediction id and group id, in characters. @defaultValue 128, at most 512 */
  readonly maxIdLength?: number | undefined
  /**
   * What will be measured: the schema is refused when it has not the fields for it. Changes nothing about records.
   *
   * @defaultValue anything that the fields allow
   */
  readonly metrics?: readonly MetricFamily[] | undefined
}

/** What `modelSchema` takes and `parseModelSchema` gives. */
export interface ModelSchemaOptions<M extends ModelType = ModelType, E extends Environment = Environment, S = SchemaFor<M>>
  extends ModelConstants {
  readonly modelType: M
  readonly environment: E
  readonly schema: S
  /** Constant validation data set id; a non-null cell of the `batch_id` column wins. */
  readonly batchId?: string | undefined
}
