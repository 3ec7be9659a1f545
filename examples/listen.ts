// What a job tells. Every payload has `jobId` and `at`; a listener that throws or rejects harms no import.
import { IMPORT_JOB_EVENTS, ImportJob, type ImportJobEventName, memorySource, memoryStore, rowMapper } from 'lading'

await using job = new ImportJob({
  id: 'scores',
  source: memorySource({ 'good.csv': 'id\n1\n', 'notes.txt': 'hello', 'odd.parquet': 'not parquet at all', 'wrong.csv': 'name\nx\n' }),
  mapper: rowMapper({ signature: '1', columns: { id: 'int64' }, map: ({ id }) => ({ id }) }),
  sink: () => {},
  store: memoryStore(),
})

const lines: string[] = []
job
  .on('fileImported', ({ file, counts }) => lines.push(`${file.key}: ${counts.rowsWritten} row`))
  .on('fileSkipped', ({ file, rule }) => lines.push(`${file.key}: skipped, ${rule}`))
  .on('fileFailed', ({ file, error }) => lines.push(`${file.key}: ${error.code}`))
  .on('fileImported', async () => {
    throw new Error('a listener of ours is broken')
  })
  .on('listenerFailed', ({ event }) => lines.push(`listener of ${event} failed`))
const counts = new Map<ImportJobEventName, number>()
for (const name of IMPORT_JOB_EVENTS) job.on(name, () => void counts.set(name, (counts.get(name) ?? 0) + 1))

await job.runOnce()
console.log(lines.sort().join('\n'))
console.log('discovered', counts.get('fileDiscovered'))

// Output:
// good.csv: 1 row
// listener of fileImported failed
// notes.txt: skipped, unknown_extension
// odd.parquet: FORMAT_MISMATCH
// wrong.csv: SCHEMA_MISMATCH
// discovered 3
