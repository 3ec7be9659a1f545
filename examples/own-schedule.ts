// A host with its own cron: limits for the first tick after a long pause, and an answer for a tick that overlaps.
import { ImportJob, memorySource, memoryStore, rowMapper } from 'lading'

const onTick = async (job: ImportJob, shutdown: AbortSignal): Promise<void> => {
  const report = await job.runOnce({ maxFiles: 2, deadlineMs: 50_000, signal: shutdown })
  if (report.outcome === 'alreadyRunning') return console.log('still busy')
  for (const error of report.errors) console.error(error.code, error.location.key, error.remedy)
  console.log(`${report.imported} files imported, ${report.remaining} wait for the next tick`)
}

await using job = new ImportJob({
  id: 'numbers',
  source: memorySource({ 'a.csv': 'n\n1\n', 'b.csv': 'n\n2\n', 'c.csv': 'n\n3\n' }),
  mapper: rowMapper({ signature: '1', columns: { n: 'int64' }, map: ({ n }) => ({ n }) }),
  sink: () => {},
  store: memoryStore(),
})
const shutdown = new AbortController()
await Promise.all([onTick(job, shutdown.signal), onTick(job, shutdown.signal)])
await onTick(job, shutdown.signal)

// Output:
// still busy
// 2 files imported, 1 wait for the next tick
// 1 files imported, 0 wait for the next tick
