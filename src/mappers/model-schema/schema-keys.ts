import { commonFields, fieldKeys, groupFields } from './field-table.js'
import type { keyShapes } from './key-shapes.js'
import type { CommonSchema, ModelFields } from './model-fields.js'
import { type ModelType, modelTypes } from './model-type.js'

type FieldKey = { [M in ModelType]: keyof ModelFields[M] }[ModelType]

interface SchemaKey {
  readonly shape: keyof typeof keyShapes
  /** One sentence, for editors, forms and docs/reference/model-schema.md. */
  readonly about: string
}

/** Every key that some schema may have. */
export const schemaKeys: { readonly [K in keyof CommonSchema | FieldKey]: SchemaKey } = {
  prediction_id: { shape: 'column', about: 'Column of the unique id of a prediction: text or a whole number, 1 to 128 characters.' },
  timestamp: {
    shape: 'column',
    about:
      'Column of the time of the prediction: epoch seconds, RFC 3339 text, or a native timestamp or date. Left out: the time of import.',
  },
  version: { shape: 'column', about: 'Column of the model version; empty cells take the constant of the job.' },
  batch_id: { shape: 'column', about: 'Column of the validation data set; environment validation only.' },
  prediction_label: { shape: 'column', about: 'Column of the predicted value: text of a classification, a number of a numeric model.' },
  prediction_score: { shape: 'column', about: 'Column of the predicted score: a finite number.' },
  actual_label: { shape: 'column', about: 'Column of the true value: text of a classification, a number of a numeric model.' },
  actual_score: { shape: 'column', about: 'Column of the true score: a finite number.' },
  prediction_group_id: { shape: 'column', about: 'Column of the group that an item is ranked in: 1 to 128 characters.' },
  rank: { shape: 'column', about: 'Column of the rank of an item: a whole number from 1 to 100, once in its group.' },
  relevance_label: { shape: 'column', about: 'Column of what a ranked item was worth: text, or a list of text.' },
  relevance_score: { shape: 'column', about: 'Column of how much a ranked item was worth: a finite number.' },
  prediction_scores: {
    shape: 'column',
    about: 'Column of predicted classes: a list of { class_name, score } with scores from 0 to 1, or JSON text of it.',
  },
  actual_scores: {
    shape: 'column',
    about: 'Column of true classes: a list of { class_name, score } with scores 0 or 1, or JSON text of it.',
  },
  threshold_scores: {
    shape: 'column',
    about:
      'Column of the thresholds of a multi-label model: a list of { class_name, score } with the classes of prediction_scores, or JSON text of it.',
  },
  prediction_object_detection: {
    shape: 'detection',
    about: 'Columns of what the model saw in an image: boxes or polygons, categories, scores.',
  },
  actual_object_detection: { shape: 'detection', about: 'Columns of what is in the image: boxes or polygons, and categories.' },
  prompt_template: { shape: 'column', about: 'Column of the prompt template: text, cut to 5,000 characters.' },
  prompt_template_version: { shape: 'column', about: 'Column of the version of the prompt template: text, cut to 50 characters.' },
  llm_model_name: { shape: 'column', about: 'Column of the name of the language model: text, cut to 50 characters.' },
  llm_params: { shape: 'column', about: 'Column of the parameters of the call: JSON text.' },
  total_token_count: { shape: 'column', about: 'Column of the number of all tokens.' },
  prompt_token_count: { shape: 'column', about: 'Column of the number of tokens of the prompt.' },
  response_token_count: { shape: 'column', about: 'Column of the number of tokens of the response.' },
  response_latency_ms: { shape: 'column', about: 'Column of the time until the response, in milliseconds.' },
  features: {
    shape: 'prefix',
    about: 'Prefix of feature columns; the name comes after it. Left out, with features_list: every column not named, not excluded.',
  },
  features_list: { shape: 'columns', about: 'Names of feature columns, in place of a prefix.' },
  tags: { shape: 'prefix', about: 'Prefix of tag columns; the name comes after it. Texts are cut to 1,000 characters.' },
  tags_list: { shape: 'columns', about: 'Names of tag columns, in place of a prefix.' },
  shap_values: { shape: 'prefix', about: 'Prefix of SHAP columns; the name of the feature comes after it.' },
  exclude: { shape: 'excluded', about: 'Columns that are not features; only where features are inferred.' },
  embedding_features: { shape: 'embeddings', about: 'Up to 30 embeddings: a vector column each, perhaps raw data and a link to it.' },
  column_types: { shape: 'types', about: 'Types of text columns (CSV). Others are decided once and pinned.' },
}

/** The keys that schemas of a model type may have. */
export function keysOf(modelType: ModelType): string[] {
  const groups = groupFields.flatMap(({ key, list }) => (list === undefined ? [key] : [key, list]))
  return [...commonFields.map(({ key }) => key), ...fieldKeys(modelType), ...groups, 'exclude', 'embedding_features', 'column_types']
}

/** The model types whose schemas may have a key. */
export function modelTypesWith(key: string): ModelType[] {
  return modelTypes.filter((type) => keysOf(type).includes(key))
}
