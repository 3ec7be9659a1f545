import { classProbabilitiesSlot, classTruthsSlot, thresholdCheck } from './class-score-slots.js'
import type { CrossCheck } from './cross-check.js'
import { detectionKind } from './detection-kind.js'
import { embeddingKind } from './embedding-kind.js'
import { featureSlot, tagSlot } from './feature-slots.js'
import { llmNameSlot, llmParamsSlot, promptTemplateSlot } from './llm-slots.js'
import type { ModelFields } from './model-fields.js'
import type { Environment, ModelType } from './model-type.js'
import { numberSlot, shapSlot } from './number-slots.js'
import { rankCheck } from './rank-check.js'
import { rankSlot } from './rank-slot.js'
import { relevanceLabelSlot } from './relevance-slot.js'
import type { Slot } from './slot.js'
import type { StructKind } from './struct-kind.js'
import { batchIdSlot, idSlot, labelSlot, versionSlot } from './text-slots.js'
import { timestampSlot } from './timestamp-slot.js'

type Side = 'prediction' | 'actual'

/** One field of a schema that names one column. */
export interface FieldRow<K extends string = string> {
  /** Key of the schema. */
  readonly key: K
  /** Key of the record; the schema's where it is not said. */
  readonly record?: string
  readonly slot: Slot
  /** A row is a prediction, or has an actual value, when a field of that side is not null. */
  readonly side?: Side
  /** Where it counts for its side. @defaultValue everywhere */
  readonly sideIn?: readonly Environment[]
  /** A field that must stand beside this one. */
  readonly beside?: K
}

/** One field of a schema that names several columns, for a struct. */
export interface StructRow<K extends string = string> {
  readonly key: K
  readonly struct: StructKind
  readonly side?: Side
  readonly sideIn?: readonly Environment[]
  readonly beside?: K
}

export type ModelRow<K extends string = string> = FieldRow<K> | StructRow<K>

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

/** Embeddings: one struct for each element of the schema's list. */
export const embeddingRow = { key: 'embedding_features', struct: embeddingKind } as const

const scores = [
  { key: 'prediction_score', slot: numberSlot, side: 'prediction' },
  { key: 'actual_score', slot: numberSlot, side: 'actual' },
] as const
const labels = [
  { key: 'prediction_label', slot: labelSlot, side: 'prediction' },
  { key: 'actual_label', slot: labelSlot, side: 'actual' },
] as const
const [predictionScore, actualScore] = scores
const [predictionLabel, actualLabel] = labels

/** The fields of each model type, in the order of a record's keys; another type is another row. */
export const modelFields: { readonly [M in ModelType]: readonly ModelRow<keyof ModelFields[M] & string>[] } = {
  numeric: [{ ...predictionLabel, slot: numberSlot }, predictionScore, { ...actualLabel, slot: numberSlot }, actualScore],
  score_categorical: [predictionLabel, predictionScore, actualLabel, actualScore],
  multi_class: [
    { key: 'prediction_scores', slot: classProbabilitiesSlot, side: 'prediction' },
    { key: 'actual_scores', slot: classTruthsSlot, side: 'actual' },
    { key: 'threshold_scores', slot: classProbabilitiesSlot, beside: 'prediction_scores' },
  ],
  ranking: [
    { key: 'prediction_group_id', slot: idSlot, beside: 'rank' },
    { key: 'rank', slot: rankSlot, side: 'prediction', beside: 'prediction_group_id' },
    { key: 'prediction_label', slot: labelSlot, beside: 'rank' },
    { key: 'prediction_score', slot: numberSlot, beside: 'rank' },
    actualLabel,
    { key: 'actual_score', slot: numberSlot },
    { key: 'relevance_label', slot: relevanceLabelSlot, side: 'actual' },
    { key: 'relevance_score', slot: numberSlot, side: 'actual' },
  ],
  object_detection: [
    { key: 'prediction_object_detection', struct: detectionKind, side: 'prediction' },
    { key: 'actual_object_detection', struct: detectionKind, side: 'actual' },
  ],
  generative_llm: [
    predictionLabel,
    predictionScore,
    actualLabel,
    { ...actualScore, sideIn: ['production'] },
    { key: 'prompt_template', slot: promptTemplateSlot },
    { key: 'prompt_template_version', slot: llmNameSlot },
    { key: 'llm_model_name', slot: llmNameSlot },
    { key: 'llm_params', slot: llmParamsSlot },
    { key: 'total_token_count', slot: numberSlot },
    { key: 'prompt_token_count', slot: numberSlot },
    { key: 'response_token_count', slot: numberSlot },
    { key: 'response_latency_ms', slot: numberSlot },
  ],
}

/** The side that a field is on in an environment. */
export function sideOf({ side, sideIn }: Pick<ModelRow, 'side' | 'sideIn'>, environment: Environment): Side | undefined {
  return sideIn === undefined || sideIn.includes(environment) ? side : undefined
}

/** What fields of one row say only together. */
export const crossChecks: readonly CrossCheck[] = [thresholdCheck, rankCheck]

/** The keys of each model type: a key of another type is told apart from a misspelt one. */
export function fieldKeys(modelType: ModelType): string[] {
  return modelFields[modelType].map(({ key }) => key)
}

/** What a row must have: one of the sides named, or all of them. */
export const rowNeeds: { readonly [E in Environment]: 'any' | 'both' } = { production: 'any', training: 'both', validation: 'both' }

/** Names that tags and features of these model types cannot have, for the platform fills them itself. */
export const reservedNames: { readonly [M in ModelType]?: readonly string[] } = {
  generative_llm: ['total_token_count', 'prompt_token_count', 'response_token_count', 'response_latency_ms'],
}
export const reservedSuffix = '_shap'
