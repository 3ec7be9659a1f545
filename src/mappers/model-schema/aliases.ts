import type { Environment, ModelType } from './model-type.js'

/** Other names of model types, in lower case with `_` between words. */
export const modelTypeAliases: Readonly<Record<string, ModelType>> = {
  regression: 'numeric',
  categorical: 'score_categorical',
  classification: 'score_categorical',
  binary: 'score_categorical',
  binary_classification: 'score_categorical',
  multiclass: 'multi_class',
  multi_class_classification: 'multi_class',
  multiclass_classification: 'multi_class',
  cv: 'object_detection',
  computer_vision: 'object_detection',
  semantic_segmentation: 'object_detection',
  instance_segmentation: 'object_detection',
  llm: 'generative_llm',
}

export const environmentAliases: Readonly<Record<string, Environment>> = { prod: 'production', train: 'training', val: 'validation' }

/** Other names of options, in snake_case. */
export const optionAliases: Readonly<Record<string, string>> = {
  model_name: 'model',
  model_id: 'model',
  model_type: 'modelType',
  model_environment: 'environment',
  model_environment_name: 'environment',
  model_version: 'version',
  batch_id: 'batchId',
  space_id: 'space',
  timestamp_window: 'timestampWindow',
  max_id_length: 'maxIdLength',
}

/** Other names of a schema's keys, in snake_case. */
export const keyAliases: Readonly<Record<string, string>> = {
  relevance_labels: 'relevance_label',
  model_version: 'version',
  shap: 'shap_values',
  multi_class_threshold_scores: 'threshold_scores',
}

/** Other names within `embedding_features` and the detections, in snake_case. */
export const partAliases: Readonly<Record<string, string>> = {
  vector_col: 'vector_column',
  vector_column_name: 'vector_column',
  raw_data_col: 'raw_data_column',
  data_column_name: 'raw_data_column',
  link_to_data_col: 'link_to_data_column',
  link_to_data_column_name: 'link_to_data_column',
  bounding_boxes_coordinates_column_name: 'coordinates_column',
  bounding_boxes_categories_column_name: 'categories_column',
  bounding_boxes_scores_column_name: 'scores_column',
  polygons_coordinates_column_name: 'polygons_column',
  polygons_categories_column_name: 'categories_column',
  polygons_scores_column_name: 'scores_column',
}

/** Keys of a job or a table import that people paste along: where they belong here. */
export const keysElsewhere: Readonly<Record<string, string>> = {
  blobStore: 'Choose a source in code, for example s3Source, and remove it.',
  bucketName: 'It is part of the source, as s3Source({ url }): remove it.',
  prefix: 'It is part of the source, as s3Source({ url }): remove it.',
  azureStorageIdentifier: 'It is part of the source: remove it.',
  dryRun: 'Call job.dryRun() and remove it.',
  fileName: 'Give it to job.dryRun() and remove it.',
  change_timestamp: 'It is for imports of tables: remove it.',
  changeTimestamp: 'It is for imports of tables: remove it.',
}
