import type { Boxes, Embedding, EmbeddingColumns, FeatureValue, ModelFields, Polygons, SchemaFor } from './model-fields.js'
import type { Environment, ModelType } from './model-type.js'

type Simplify<T> = { [K in keyof T]: T[K] } & {}

/** Values by the names of the file. An object without inherited members. */
export type Features = Readonly<Record<string, FeatureValue>>

/** Boxes or polygons, as the literal says; either where it was read from JSON. */
type FieldValue<M extends ModelType, K extends keyof ModelFields[M], C> = ModelFields[M][K] extends Boxes | Polygons
  ? C extends { readonly polygons_column: string }
    ? Polygons
    : C extends { readonly coordinates_column: string; readonly polygons_column?: undefined }
      ? Boxes
      : never
  : ModelFields[M][K]

/** Embeddings under the names of the literal; under any name where it was read from JSON. */
type EmbeddingsOf<E extends readonly EmbeddingColumns[]> = { readonly [N in E[number]['feature_name']]: Embedding | null }

/** Keeps `?` of a wide schema: a sink for any job of a model type sees every field as optional. */
type FieldsOf<M extends ModelType, S> = {
  readonly [K in keyof S as K extends keyof ModelFields[M] ? K : never]:
    | (K extends keyof ModelFields[M] ? FieldValue<M, K, NonNullable<S[K]>> : never)
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
    (S extends { embedding_features: infer E extends readonly EmbeddingColumns[] } ? { readonly embedding_features: EmbeddingsOf<E> } : {})
>
