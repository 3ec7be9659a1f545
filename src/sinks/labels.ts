/** Fields that are numbers in some models and text in others: text holds both. */
export const labels: ReadonlySet<string> = new Set(['prediction_label', 'actual_label', 'relevance_label'])
