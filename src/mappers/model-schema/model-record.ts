import type { Embedding, EmbeddingColumns, FeatureValue, ModelFields, SchemaFor } from './model-fields.js'
import type { Environment, ModelType } from './model-type.js'

type Simplify<T> = { [K in keyof T]: T[K] } & {}

/** Values by the names of the file. An object without inherited members. */
export type Features = Readonly<Record<string, FeatureValue>>

/** Keeps `?` of a wide schema: a sink for any job of a model type sees every field as optional. */
type FieldsOf<M extends ModelType, S> = {
  readonly [K in keyof S as K extends keyof ModelFields[M] ? K : never]:
    | (K extends keyof ModelFields[M] ? ModelFields[M][K] : never)
    | (K extends 'rank' | 'prediction_group_id' ? never : null)
}

/** The record type decided by the model type and the schema literal; its keys are the schema's keys. */
export type ModelRecord<M extends ModelType = ModelType, S = SchemaFor<M>> = Simplify<
  {
    readonly model: string
    readonly space: string | null
    readonly environment: Environment
    readonly model_version: string
    readonly batch_id: string | null
    readonly prediction_id: string
    readonly timestamp: Date
    /** Empty for delayed rows. */
    readonly features: Features
  } & FieldsOf<M, S> &
    (S extends { tags: string } | { tags_list: readonly string[] } ? { readonly tags: Features } : {}) &
    (S extends { shap_values: string } ? { readonly shap_values: Readonly<Record<string, number | null>> } : {}) &
    (S extends { embedding_features: readonly EmbeddingColumns[] }
      ? { readonly embedding_features: Readonly<Record<string, Embedding | null>> }
      : {})
>
