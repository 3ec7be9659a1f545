// Classes with scores and thresholds: what is in a photo. Each class whose score is above its threshold is predicted.
import { ImportJob, memorySource, memoryStore, modelSchema } from 'lading'

const list = (scores: Readonly<Record<string, number>>): string =>
  `"${JSON.stringify(Object.entries(scores).map(([class_name, score]) => ({ class_name, score }))).replaceAll('"', '""')}"`
const photos = [
  ['id', 'scores', 'thresholds', 'truth'],
  ['f1', list({ dog: 0.8, cat: 0.3, tree: 0.7 }), list({ dog: 0.5, cat: 0.5, tree: 0.6 }), list({ dog: 1, cat: 0, tree: 1 })],
  ['f2', list({ dog: 0.2, cat: 0.9 }), list({ dog: 0.5 }), list({ cat: 1 })],
]

await using job = new ImportJob({
  id: 'photos/training',
  source: memorySource({ 'monday.csv': photos.map((cells) => cells.join(',')).join('\n') }),
  mapper: modelSchema({
    model: 'photos',
    modelType: 'multi_class',
    // Training and validation data have a prediction and the truth in each row.
    environment: 'training',
    schema: { prediction_id: 'id', prediction_scores: 'scores', threshold_scores: 'thresholds', actual_scores: 'truth' },
  }),
  sink: (records) => {
    for (const { prediction_id, prediction_scores, threshold_scores, actual_scores } of records) {
      const limits = new Map(threshold_scores?.map(({ class_name, score }) => [class_name, score]))
      const predicted = prediction_scores?.filter(({ class_name, score }) => score > (limits.get(class_name) ?? 1))
      const names = (scores: typeof predicted): string => scores?.map(({ class_name }) => class_name).join('+') ?? ''
      console.log(prediction_id, names(predicted), 'was', names(actual_scores?.filter(({ score }) => score === 1)))
    }
  },
  store: memoryStore(),
})
job.on('rowRejected', ({ row, issues }) => console.log(`row ${row}: ${issues.map(({ message }) => message)}`))
await job.runOnce()

// Output:
// row 2: threshold_scores does not have the classes of prediction_scores.
// f1 dog+tree was dog+tree
