// Before a job is created: is there access, what is there, and does the schema fit it? Nothing is written.
import { dryRunText, ImportJob, memorySource, memoryStore, modelSchema } from 'lading'

const files = {
  'clicks/2026-01-05.csv': 'id,ts,label,feature/age\np1,1767600000,click,31\np2,1767600060,no,\n',
  'clicks/2026-01-06.csv': 'id,ts,label,feature/age,feature/plan\np3,1767686400,no,44,basic\n,1767686460,click,27,pro\n',
  'clicks/readme.md': '# Clicks\n',
}
const parts = { source: memorySource(files), sink: () => {}, store: memoryStore() }
const common = { model: 'clicks', modelType: 'score_categorical', environment: 'production' } as const

await using wrong = new ImportJob({
  ...parts,
  id: 'clicks',
  mapper: modelSchema({ ...common, schema: { prediction_id: 'id', prediction_label: 'labels', features: 'feature/' } }),
})
const { ok, error, fixes } = await wrong.dryRun({ key: 'clicks/2026-01-06.csv' })
console.log(ok, error?.code, fixes)

await using job = new ImportJob({
  ...parts,
  id: 'clicks',
  mapper: modelSchema({ ...common, schema: { prediction_id: 'id', timestamp: 'ts', prediction_label: 'label', features: 'feature/' } }),
})
console.log(dryRunText(await job.dryRun()))

// Output:
// false SCHEMA_MISMATCH [ { action: 'rename', field: 'prediction_label', column: 'label' } ]
// Dry run of clicks: success
//   memory:
//
// Files
//   2 would be imported, 153 bytes
//   skipped: 1 unknown_extension
//     clicks/2026-01-05.csv
//     clicks/2026-01-06.csv
//   not imported: clicks/readme.md: no decoder reads files named like it (unknown_extension)
//
// Looked into
//   clicks/2026-01-05.csv: csv, 65 bytes; 4 columns, 4 mapped; rows: 2 read, 2 accepted, 0 rejected
//   clicks/2026-01-06.csv: csv, 88 bytes; 5 columns, 5 mapped; rows: 2 read, 1 accepted, 1 rejected
//
// Issues
//   error id-missing: prediction_id is empty. (clicks/2026-01-06.csv, column id, row 2)
//     Give every row an id of 1 to 128 characters.
//
// Hints
//   "clicks/2026-01-05.csv" lacks the column "feature/plan", which "clicks/2026-01-06.csv" has: records of the one are without.
//     If the files are meant to be alike, write the same columns to all.
//
// Requests: 1 LIST, 0 HEAD, 2 GET; those of the access checks apart
