import { ImportJob } from '../../src/job/import-job.js'
import { JobManager } from '../../src/manager/job-manager.js'
import { ndjsonSink } from '../../src/sinks/ndjson/ndjson-sink.js'
import { localSource } from '../../src/sources/local/local-source.js'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.js'
import { scoreMapper } from '../job/parts.js'

/** A manager in a process of its own, which tells of each imported file, until it is killed. `create`: makes its jobs first. */
const [root = '', act = ''] = process.argv.slice(2)
const sink = ndjsonSink({ folder: `${root}/rows` })
const manager = new JobManager({
  store: sqliteStore(`${root}/jobs.db`),
  maxConcurrentFiles: 2,
  build: ({ id, source, settings }, { store }) =>
    new ImportJob({
      id,
      store,
      sink,
      source: localSource({ folder: `${root}/${String(source.folder)}`, settleMs: 0 }),
      mapper: scoreMapper(),
      isolation: 'inline',
      workerId: 'worker',
      ...settings,
    }),
})
manager.on('fileImported', ({ jobId, file }) => process.stdout.write(`${jobId} ${file.key}\n`))
if (act === 'create') {
  const settings = { pollIntervalMs: 20, budgets: { batchRows: 16 } }
  for (const id of ['b', 'a']) {
    await manager.create({ id, source: { folder: id }, mapper: {}, sink: {}, settings })
    if (id === 'b') await manager.pause(id)
  }
}
