import type { ModelType } from './model-type.js'

/** What a platform can measure about a model. */
export const metricFamilies = ['classification', 'regression', 'auc_log_loss', 'ranking', 'ranking_label'] as const
export type MetricFamily = (typeof metricFamilies)[number]

export interface MetricRow {
  /** Exactly these, in any order. */
  readonly metrics: readonly MetricFamily[]
  /** Fields that come with the prediction. */
  readonly prediction: readonly string[]
  /** Fields that come with it or later; one of each list. */
  readonly actual: readonly (readonly string[])[]
}

/** Which fields the metrics of a model type need. Model types that are not here take any. */
export const metricTable: { readonly [M in ModelType]?: readonly MetricRow[] } = {
  score_categorical: [
    { metrics: ['classification'], prediction: ['prediction_label'], actual: [['actual_label']] },
    { metrics: ['regression'], prediction: ['prediction_score'], actual: [['actual_score']] },
    { metrics: ['auc_log_loss'], prediction: ['prediction_score'], actual: [['actual_label']] },
    { metrics: ['auc_log_loss', 'classification'], prediction: ['prediction_label', 'prediction_score'], actual: [['actual_label']] },
    { metrics: ['regression', 'classification'], prediction: ['prediction_label', 'prediction_score'], actual: [['actual_label']] },
    { metrics: ['regression', 'auc_log_loss'], prediction: ['prediction_score'], actual: [['actual_score'], ['actual_label']] },
    {
      metrics: ['auc_log_loss', 'classification', 'regression'],
      prediction: ['prediction_label', 'prediction_score'],
      actual: [['actual_label'], ['actual_score']],
    },
  ],
  numeric: [{ metrics: ['regression'], prediction: ['prediction_score'], actual: [['actual_score']] }],
  ranking: [
    { metrics: ['ranking'], prediction: ['rank'], actual: [['relevance_label', 'relevance_score']] },
    { metrics: ['ranking_label'], prediction: ['rank'], actual: [['relevance_label']] },
    { metrics: ['ranking', 'ranking_label'], prediction: ['rank'], actual: [['relevance_label']] },
    { metrics: ['ranking', 'auc_log_loss'], prediction: ['rank', 'prediction_score'], actual: [['relevance_label']] },
    { metrics: ['auc_log_loss'], prediction: ['rank', 'prediction_score'], actual: [['relevance_label']] },
  ],
  object_detection: [{ metrics: ['classification'], prediction: ['prediction_object_detection'], actual: [['actual_object_detection']] }],
}
