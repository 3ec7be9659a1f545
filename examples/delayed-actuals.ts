// Predictions today, what really happened days later: two jobs into one DuckDB database, which joins them.

import { DuckDBInstance } from '@duckdb/node-api'
import { ImportJob, memorySource, memoryStore, modelSchema } from 'lading'
import { duckdbSink } from 'lading/duckdb'

const database = await DuckDBInstance.create(':memory:')
const store = memoryStore()
const common = { model: 'churn', modelType: 'score_categorical', environment: 'production' } as const
const sink = duckdbSink({ database })

await using predictions = new ImportJob({
  id: 'churn/predictions',
  source: memorySource({
    'monday.csv': 'id,model,predicted\nc1,2026-01,leaves\nc2,2026-01,stays\nc3,2026-01,stays\n',
    'tuesday.csv': 'id,model,predicted\nc1,2026-02,stays\n',
  }),
  mapper: modelSchema({ ...common, schema: { prediction_id: 'id', version: 'model', prediction_label: 'predicted' } }),
  sink,
  store,
})
await using actuals = new ImportJob({
  id: 'churn/actuals',
  source: memorySource({ 'april.csv': 'id,left\nc1,leaves\nc2,stays\nc9,stays\n' }),
  mapper: modelSchema({ ...common, schema: { prediction_id: 'id', actual_label: 'left' } }),
  sink,
  store,
})

// In any order: the join is the same.
await actuals.runOnce()
await predictions.runOnce()

const connection = await database.connect()
const rows = await connection.runAndReadAll(
  'SELECT prediction_id, model_version, prediction_label, actual_label FROM inference ORDER BY prediction_id, model_version',
)
for (const row of rows.getRows()) console.log(...row)

const { matched, waiting, outcomesWaiting } = await sink.joinReport()
console.log(`${matched} matched, ${waiting} without an outcome yet; ${outcomesWaiting} outcome without a prediction yet`)
connection.closeSync()

// Output:
// c1 2026-01 leaves leaves
// c1 2026-02 stays leaves
// c2 2026-01 stays stays
// c3 2026-01 stays null
// 3 matched, 1 without an outcome yet; 1 outcome without a prediction yet
