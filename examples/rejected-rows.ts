// Refused rows are kept as CSV, mended, and uploaded again alone.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ImportJob, memorySink, memorySource, memoryStore, modelSchema, rejectsFolder } from 'lading'

const folder = await mkdtemp(join(tmpdir(), 'rejected-'))
const source = memorySource({
  'day1.csv': 'id,amount,label\np1,10,yes\n,20,no\np3,"12,50",yes\np4,40,no\n',
  'day2.csv': 'id,amount,label\n,1,yes\n,2,no\np7,3,yes\n',
})
const mapper = modelSchema({
  model: 'click-through',
  modelType: 'score_categorical',
  environment: 'production',
  schema: { prediction_id: 'id', prediction_label: 'label', features_list: ['amount'], column_types: { amount: 'float64' } },
})
const sink = memorySink<{ prediction_id: string }>()
await using job = new ImportJob({
  id: 'click-through',
  source,
  mapper,
  sink,
  store: memoryStore(),
  maxRejectedRatio: 0.5,
  // Cells are values of the file: they are kept only on this word.
  rejects: rejectsFolder({ folder, cells: true }),
})
job.on('fileFailed', ({ error }) => console.log(error.code, '-', error.message))
await job.runOnce()

for (const name of (await readdir(folder)).filter((entry) => !entry.startsWith('.'))) {
  const lines = (await readFile(join(folder, name, 'rejected.ndjson'), 'utf8')).trimEnd().split('\n')
  for (const line of lines) {
    const { row, issues } = JSON.parse(line)
    console.log(`row ${row}: ${issues[0].code} in column "${issues[0].column}"`)
  }
  const csv = await readFile(join(folder, name, 'day1.rejected.csv'), 'utf8')
  console.log(csv.trimEnd())
  source.put('day1.rejected.csv', csv.replace('\n,20', '\np2,20').replace('"12,50"', '12.50'))
}
await job.runOnce()
console.log(sink.records.map(({ prediction_id }) => prediction_id).join(' '))
await rm(folder, { recursive: true })

// Output:
// TOO_MANY_REJECTED - 2 of 3 rows of "day2.csv" were rejected; maxRejectedRatio allows 50 % of 3.
// row 2: id-missing in column "id"
// row 3: cell-type in column "amount"
// id,amount,label
// ,20,no
// p3,"12,50",yes
// p1 p4 p2 p3
