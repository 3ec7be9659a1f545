// The smallest whole import: text in memory, a row function, records in memory. Good for unit tests of a mapper.
import { ImportJob, memorySink, memorySource, memoryStore, rowMapper } from 'lading'

const sink = memorySink<{ id: string; score: number }>()
await using job = new ImportJob({
  id: 'scores',
  source: memorySource({ 'day1.csv': 'id,score\na,0.5\nb,x\n', 'day2.csv': 'id,score\nc,1\n' }),
  mapper: rowMapper({
    signature: 'scores/1',
    columns: { id: 'string', score: 'float64' },
    map: ({ id, score }, { reject }) => (id === null || score === null ? reject('x-empty', 'A cell is empty.') : { id, score }),
  }),
  sink,
  // In the order of their keys, so that the output below is always the same.
  maxConcurrentFiles: 1,
  store: memoryStore(),
})
job.on('rowRejected', ({ file, row }) => console.log(`rejected: row ${row} of ${file.key}`))

const report = await job.runOnce()
console.log(`${report.imported} files, ${report.rejectedRows} row rejected`)
for (const { id, score } of sink.records) console.log(id, score)
console.log(`again: ${(await job.runOnce()).imported} files`)

// Output:
// rejected: row 2 of day1.csv
// 2 files, 1 row rejected
// a 0.5
// c 1
// again: 0 files
