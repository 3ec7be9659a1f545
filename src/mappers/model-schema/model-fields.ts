import type { DeclaredType } from '../../model/data-type.js'
import type { ModelType } from './model-type.js'

/** A column name, as it stands in the file's header. */
export type ColumnName = string

/** The columns of one embedding. */
export interface EmbeddingColumns {
  /** Its name on the record. */
  readonly feature_name: string
  /** Lists of 2 to 20,000 finite numbers, or JSON text of them; null where there is none. */
  readonly vector_column: ColumnName
  /** The text that was embedded, or a list of its tokens: cut to 5,000 characters, refused above 2,000,000. */
  readonly raw_data_column?: ColumnName | undefined
  /** Where the image, or whatever was embedded, can be seen. */
  readonly link_to_data_column?: ColumnName | undefined
}

/** The columns of what was seen in an image: a box, a category and perhaps a score for each thing. */
export interface BoxColumns {
  /** Lists of Pascal VOC boxes `[x1, y1, x2, y2]` in pixels, or JSON text of them. */
  readonly coordinates_column: ColumnName
  readonly polygons_column?: undefined
  /** Lists of text, or JSON text of them. */
  readonly categories_column: ColumnName
  /** Lists of numbers from 0 to 1, or JSON text of them. */
  readonly scores_column?: ColumnName | undefined
}

/** The same for segmentation: polygons, with boxes as well where the model gives them. */
export interface PolygonColumns {
  /** Lists of polygons `[x1, y1, x2, y2, x3, y3, …]` in pixels, or JSON text of them. */
  readonly polygons_column: ColumnName
  readonly coordinates_column?: ColumnName | undefined
  readonly categories_column: ColumnName
  readonly scores_column?: ColumnName | undefined
}

/** The words of `column_types`: how a text column is read. `string_list`: JSON lists of text in the cells. */
export type ColumnType = DeclaredType | 'string_list'

/** Keys every model type takes. Values are column names unless said. */
export interface CommonSchema {
  /** Text or a whole number, 1 to `maxIdLength` characters, never null. */
  readonly prediction_id: ColumnName
  /** Epoch seconds, RFC 3339 text, or a native timestamp or date. @defaultValue the file's `asOf` */
  readonly timestamp?: ColumnName | undefined
  /** Model version. */
  readonly version?: ColumnName | undefined
  /** Validation data set; environment `validation` only. */
  readonly batch_id?: ColumnName | undefined
  /** Prefix of feature columns, what follows is the name; leave out to infer them: every column not taken, not excluded. */
  readonly features?: string | undefined
  readonly features_list?: readonly ColumnName[] | undefined
  /** Prefix of tag columns. */
  readonly tags?: string | undefined
  readonly tags_list?: readonly ColumnName[] | undefined
  /** Prefix of SHAP columns; what follows is the feature's name. */
  readonly shap_values?: string | undefined
  /** Columns that are not features; only where features are inferred. */
  readonly exclude?: readonly ColumnName[] | undefined
  /** At most 30. */
  readonly embedding_features?: readonly EmbeddingColumns[] | undefined
  /** Types of text columns (CSV); the others are decided once and pinned. */
  readonly column_types?: Readonly<Record<ColumnName, ColumnType>> | undefined
}

/** Labels are text, exactly as in the file; those of numeric models are numbers. */
export type Label = string

export interface ClassScore {
  readonly class_name: string
  readonly score: number
}

/** What was seen in an image: the n-th of each list belong together. `scores` where the schema names their column. */
export interface Boxes {
  readonly coordinates: readonly Float64Array[]
  readonly categories: readonly string[]
  readonly scores?: Float64Array
}

/** As {@link Boxes}, with outlines. */
export interface Polygons {
  readonly polygons: readonly Float64Array[]
  readonly coordinates?: readonly Float64Array[]
  readonly categories: readonly string[]
  readonly scores?: Float64Array
}

export type FeatureValue = string | number | bigint | boolean | readonly string[] | Float32Array | Float64Array | null

export interface Embedding {
  /** Float32Array where the file's numbers are float32. */
  readonly vector: Float32Array | Float64Array
  readonly raw_data?: string | readonly string[] | null
  readonly link_to_data?: string | null
}

/** What each field becomes on the record, per model type: one table, from which the allowed keys follow. */
export interface ModelFields {
  numeric: { prediction_label: number; prediction_score: number; actual_label: number; actual_score: number }
  score_categorical: { prediction_label: Label; prediction_score: number; actual_label: Label; actual_score: number }
  multi_class: {
    prediction_scores: readonly ClassScore[]
    actual_scores: readonly ClassScore[]
    threshold_scores: readonly ClassScore[]
  }
  ranking: {
    prediction_group_id: string
    rank: number
    prediction_score: number
    prediction_label: Label
    actual_label: Label
    actual_score: number
    relevance_label: string | readonly string[]
    relevance_score: number
  }
  object_detection: { prediction_object_detection: Boxes | Polygons; actual_object_detection: Boxes | Polygons }
  generative_llm: {
    prediction_label: Label
    prediction_score: number
    actual_label: Label
    actual_score: number
    prompt_template: string
    prompt_template_version: string
    llm_model_name: string
    llm_params: string
    total_token_count: number
    prompt_token_count: number
    response_token_count: number
    response_latency_ms: number
  }
}

type FieldColumn<K> = K extends 'prediction_object_detection' | 'actual_object_detection' ? BoxColumns | PolygonColumns : ColumnName

/** The keys that a schema of one model type may have. */
export type SchemaFor<M extends ModelType> = CommonSchema & { readonly [K in keyof ModelFields[M]]?: FieldColumn<K> | undefined }
