// Regression: what a taxi ride was thought to cost, and what it did cost. Prefixes name features and SHAP values.
import { ImportJob, memorySource, memoryStore, modelSchema } from 'lading'

const rides = `
ride,at,fare_predicted,fare,feature/km,feature/zone,shap/km,shap/zone
r1,1767600000,12.5,13.1,4.2,north,3.5,-0.25
r2,2026-01-05T08:00:30Z,8.25,,2.1,south,-1.25,0.5
r3,2026-01-05T08:01:00Z,cheap,7,1.9,south,-1.5,0.5
`

await using job = new ImportJob({
  id: 'taxi-fares/production',
  source: memorySource({ 'monday.csv': rides.trimStart() }),
  mapper: modelSchema({
    model: 'taxi-fares',
    modelType: 'numeric',
    environment: 'production',
    timestampWindow: { past: 20, future: 1 },
    schema: {
      prediction_id: 'ride',
      timestamp: 'at',
      prediction_score: 'fare_predicted',
      actual_score: 'fare',
      features: 'feature/',
      shap_values: 'shap/',
    },
  }),
  sink: (records) => {
    for (const { prediction_id, timestamp, prediction_score, actual_score, features, shap_values } of records)
      console.log(prediction_id, timestamp.toISOString(), prediction_score, actual_score, features.km, features.zone, shap_values.km)
  },
  store: memoryStore(),
})
job.on('rowRejected', ({ row, issues }) => console.log(`row ${row}: ${issues.map(({ column, message }) => `${column}: ${message}`)}`))
await job.runOnce()

// Output:
// row 3: fare_predicted: The cell is not a float64: a decimal number, for example -1.5 or 2e-3.
// r1 2026-01-05T08:00:00.000Z 12.5 13.1 4.2 north 3.5
// r2 2026-01-05T08:00:30.000Z 8.25 null 2.1 south -1.25
