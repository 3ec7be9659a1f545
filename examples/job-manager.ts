// Jobs as JSON: created after a dry run, run by one manager, and mended by a fix when a customer renames a column.
import {
  type ImportError,
  ImportJob,
  type ImportJobEventName,
  type JobDefinition,
  JobManager,
  memorySink,
  memorySource,
  memoryStore,
  modelSchema,
  parseModelSchema,
} from 'lading'

// What the host has: where customers' files are, and where rows go.
const folder = memorySource({ 'day1.csv': 'id,score\n1,0.5\n2,0.75\n' })
const rows = memorySink<object>()

await using manager = new JobManager({
  store: memoryStore(),
  build: ({ id, mapper, settings }, { store }) =>
    new ImportJob({ id, store, source: folder, mapper: modelSchema(parseModelSchema(mapper)), sink: rows, ...settings }),
})
const next = (event: ImportJobEventName): Promise<unknown> => new Promise((resolve) => manager.once(event, resolve))
const status = async (): Promise<void> => {
  const job = await manager.get('clicks')
  console.log(`${job?.status}, schema ${job?.schemaVersion}: ${job?.tally.files.imported} imported, ${job?.tally.files.failed} failed`)
}

// What a customer fills in.
const clicks = (score: string): JobDefinition => ({
  id: 'clicks',
  source: {},
  mapper: {
    model: 'clicks',
    modelType: 'regression',
    environment: 'production',
    schema: { predictionId: 'id', predictionScore: score },
  },
  sink: {},
  settings: { pollIntervalMs: 50 },
})

await manager.create(clicks('points')).catch((error: ImportError) => console.log(error.code, error.issues[0]?.message))

const first = next('fileImported')
await manager.create(clicks('score'))
await first
await status()

const failure = next('fileFailed')
folder.put('day2.csv', 'id,scores\n3,0.25\n')
await failure
await status()
const [failed] = (await manager.get('clicks'))?.failed ?? []
const issues = failed?.issues.filter(({ fix }) => fix !== undefined) ?? []
console.log(failed?.key, failed?.error?.code, JSON.stringify(issues[0]?.fix))

const { gained, lost } = await manager.diffSchema('clicks', { apply: issues })
console.log(`the edit gains ${gained} row; files in the old form would lose ${lost}`)
const second = next('fileImported')
await manager.editSchema('clicks', { apply: issues }, { retryFailed: true })
await second
await status()

await manager.pause('clicks')
await status()
console.log(`${rows.records.length} rows`)

// Output:
// DRY_RUN_FAILED The file has no column "points", which prediction_score names.
// active, schema 1: 1 imported, 0 failed
// active, schema 1: 1 imported, 1 failed
// day2.csv SCHEMA_MISMATCH {"action":"rename","field":"prediction_score","column":"scores"}
// the edit gains 1 row; files in the old form would lose 2
// active, schema 2: 2 imported, 0 failed
// inactive, schema 2: 2 imported, 0 failed
// 3 rows
