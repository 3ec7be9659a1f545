// Delayed actuals: what was true is known weeks later, and comes in a folder of its own. Two jobs, one prediction id; the
// sink joins them.
import { ImportJob, memorySource, memoryStore, modelSchema } from 'lading'

const predictions = 'id,label,feature/amount\na1,repaid,9000\na2,default,20000\na3,repaid,500\n'
const actuals = 'id,outcome,tag/collector\na1,repaid,\na2,repaid,north\n'

const model = { model: 'loans', modelType: 'score_categorical', environment: 'production' } as const
const predicted = new Map<string, string | null>()

await using first = new ImportJob({
  id: 'loans/predictions',
  source: memorySource({ '11-19-2022.csv': predictions }),
  mapper: modelSchema({ ...model, schema: { prediction_id: 'id', prediction_label: 'label', features: 'feature/' } }),
  sink: (records) => {
    for (const { prediction_id, prediction_label } of records) predicted.set(prediction_id, prediction_label)
  },
  store: memoryStore(),
})
await using later = new ImportJob({
  id: 'loans/actuals',
  source: memorySource({ '12-1-2022.csv': actuals }),
  // No column of a prediction: the rows are outcomes. They have no features; tags may come late.
  mapper: modelSchema({ ...model, schema: { prediction_id: 'id', actual_label: 'outcome', tags: 'tag/' } }),
  sink: (records) => {
    for (const { prediction_id, actual_label, tags } of records)
      console.log(prediction_id, 'predicted', predicted.get(prediction_id), 'was', actual_label, tags.collector ?? 'nobody')
  },
  store: memoryStore(),
})

await first.runOnce()
await later.runOnce()

// Output:
// a1 predicted repaid was repaid nobody
// a2 predicted default was repaid north
