import { featureSlot, tagSlot } from './feature-slots.js'
import type { ModelFields } from './model-fields.js'
import type { Environment, ModelType } from './model-type.js'
import { numberSlot, shapSlot } from './number-slots.js'
import type { Slot } from './slot.js'
import { batchIdSlot, idSlot, labelSlot, versionSlot } from './text-slots.js'
import { timestampSlot } from './timestamp-slot.js'

/** One field of a schema that names one column. */
export interface FieldRow {
  /** Key of the schema. */
  readonly key: string
  /** Key of the record; the schema's where it is not said. */
  readonly record?: string
  readonly slot: Slot
  /** A row is a prediction, or has an actual value, when a field of that side is not null. */
  readonly side?: 'prediction' | 'actual'
}

/** One field of a schema that names many columns, by prefix or by list. */
export interface GroupRow {
  readonly key: 'features' | 'tags' | 'shap_values'
  readonly list?: 'features_list' | 'tags_list'
  readonly slot: Slot
  /** A prefix without columns is an error, or a warning. */
  readonly required: boolean
}

/** Fields of every model type, in the order of a record's keys. */
export const commonFields: readonly FieldRow[] = [
  { key: 'version', record: 'model_version', slot: versionSlot },
  { key: 'batch_id', slot: batchIdSlot },
  { key: 'prediction_id', slot: idSlot },
  { key: 'timestamp', slot: timestampSlot },
]

export const groupFields: readonly GroupRow[] = [
  { key: 'features', list: 'features_list', slot: featureSlot, required: true },
  { key: 'tags', list: 'tags_list', slot: tagSlot, required: false },
  { key: 'shap_values', slot: shapSlot, required: false },
]

/** The fields of each model type that this version maps; another type is another row. */
export const modelFields: { readonly [M in ModelType]?: readonly FieldRow[] } = {
  numeric: [
    { key: 'prediction_label', slot: numberSlot, side: 'prediction' },
    { key: 'prediction_score', slot: numberSlot, side: 'prediction' },
    { key: 'actual_label', slot: numberSlot, side: 'actual' },
    { key: 'actual_score', slot: numberSlot, side: 'actual' },
  ],
  score_categorical: [
    { key: 'prediction_label', slot: labelSlot, side: 'prediction' },
    { key: 'prediction_score', slot: numberSlot, side: 'prediction' },
    { key: 'actual_label', slot: labelSlot, side: 'actual' },
    { key: 'actual_score', slot: numberSlot, side: 'actual' },
  ],
}

const labelsAndScores = ['prediction_label', 'prediction_score', 'actual_label', 'actual_score'] as const

/** The keys of each model type, those to come as well: a key of another type is told apart from a misspelt one. */
export const fieldKeys: { readonly [M in ModelType]: readonly (keyof ModelFields[M] & string)[] } = {
  numeric: labelsAndScores,
  score_categorical: labelsAndScores,
  multi_class: ['prediction_scores', 'actual_scores', 'threshold_scores'],
  ranking: [...labelsAndScores, 'prediction_group_id', 'rank', 'relevance_label', 'relevance_score'],
  object_detection: ['prediction_object_detection', 'actual_object_detection'],
  generative_llm: [
    ...labelsAndScores,
    'prompt_template',
    'prompt_template_version',
    'llm_model_name',
    'llm_params',
    'total_token_count',
    'prompt_token_count',
    'response_token_count',
    'response_latency_ms',
  ],
}

/** What a row must have: one of the sides named, or all of them. */
export const rowNeeds: { readonly [E in Environment]: 'any' | 'both' } = { production: 'any', training: 'both', validation: 'both' }
