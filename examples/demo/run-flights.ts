import { setTimeout as delay } from 'node:timers/promises'
import type { ImportError, JobDefinition, JobManager, ManagedJobReport } from 'lading'

export interface FlightsRun {
  readonly imported: number
  readonly failed: number
  readonly rows: number
  readonly bytes: number
  readonly ms: number
  readonly errors: readonly ImportError[]
}

const LOOK_MS = 100

/** Makes the jobs, or goes on with those of an earlier run, and waits until nothing is left to import. */
export async function runFlights(
  manager: JobManager,
  definitions: readonly JobDefinition[],
  log: (line: string) => void,
): Promise<FlightsRun> {
  const run = { imported: 0, failed: 0, rows: 0, bytes: 0 }
  const errors: ImportError[] = []
  const polled = new Set<string>()
  manager
    .on('pollCompleted', ({ jobId }) => polled.add(jobId))
    .on('fileImported', ({ file, counts }) => {
      run.imported++
      run.rows += counts.rowsRead
      run.bytes += file.size
    })
    .on('fileFailed', ({ error }) => {
      run.failed++
      errors.push(error)
    })
    .on('jobFailed', ({ error }) => errors.push(error))
  const start = performance.now()
  for (const definition of definitions) await createOrStart(manager, definition, log)
  const isDone = async ({ id }: JobDefinition): Promise<boolean> => {
    const job = await manager.get(id)
    return job === undefined || job.health.state === 'failed' || (polled.has(id) && job.tally.files.pending + job.tally.files.claimed === 0)
  }
  for (const definition of definitions) while (!(await isDone(definition))) await delay(LOOK_MS)
  return { ...run, ms: performance.now() - start, errors }
}

async function createOrStart(manager: JobManager, definition: JobDefinition, log: (line: string) => void): Promise<void> {
  const { id } = definition
  if ((await manager.get(id)) !== undefined) {
    await manager.start(id)
    return log(`Started ${id}, which an earlier run made.`)
  }
  await manager.create(definition)
  log(`Created ${id}: its dry run passed.`)
}

/** Waits until a job stands so, and gives its report. */
export async function untilJob(manager: JobManager, id: string, holds: (job: ManagedJobReport) => boolean): Promise<void> {
  const end = performance.now() + 20_000
  for (;;) {
    const job = await manager.get(id)
    if (job !== undefined && holds(job)) return
    if (performance.now() > end) throw new Error(`${id} is ${job?.status}, ${job?.health.state} after 20 s.`)
    await delay(LOOK_MS)
  }
}
