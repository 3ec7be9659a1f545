import type { JobRow, JobStore } from '../contracts/job-store.js'
import { ConfigError, StoreError } from '../errors.js'

const STORE_DEADLINE_MS = 30_000
const MOST_TRIES = 20

/** @throws ConfigError `JOB_UNKNOWN` */
export async function loadRow({ jobs }: JobStore, id: string): Promise<JobRow> {
  const row = await jobs.load(id, { signal: AbortSignal.timeout(STORE_DEADLINE_MS) })
  if (row === undefined) throw unknownJob(id)
  return row
}

/**
 * Changes a job's row, again when another process came between.
 *
 * @param change resolves to the row as it should be, to the row itself when nothing is to be changed
 * @throws ConfigError `JOB_UNKNOWN`; StoreError `JOB_DELETED`
 */
export async function changeRow(store: JobStore, id: string, change: (row: JobRow) => Promise<JobRow> | JobRow): Promise<JobRow> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const row = await loadRow(store, id)
    if (row.status === 'deleted') throw deletedJob(id)
    const changed = await change(row)
    if (changed === row) return row
    const saved = await store.jobs.save(changed, { signal: AbortSignal.timeout(STORE_DEADLINE_MS) })
    if (saved !== undefined) return saved
  }
  throw new StoreError('STORE_UNAVAILABLE', `Others change the job "${id}" all the time.`, {
    retryable: true,
    remedy: 'Try again in a moment.',
  })
}

export function deletedJob(id: string): StoreError {
  return new StoreError('JOB_DELETED', `The job "${id}" was deleted.`, {
    remedy: 'Its history is kept, its id is never used again: create a job with another id.',
  })
}

export function unknownJob(id: string): ConfigError {
  return new ConfigError('JOB_UNKNOWN', `The store knows no job ${JSON.stringify(String(id).slice(0, 200))}.`, {
    remedy: 'Correct the id; `list` names the jobs.',
  })
}

export function jobExists(id: string): ConfigError {
  return new ConfigError('JOB_EXISTS', `There is a job "${id}" already.`, {
    remedy: 'Give the new job another id; or edit the schema of the one that is there.',
  })
}
