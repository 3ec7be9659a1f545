import type { JobRow } from '../contracts/job-store.js'
import { StoreError } from '../errors.js'
import type { JsonObject } from '../model/json.js'
import { parsedJson } from './json-text.js'
import type { Hold, JobRecord, StoreTables } from './store-tables.js'
import { ask, type Work } from './work.js'

/** @throws StoreError `JOB_UNKNOWN` */
export function* storedJob(tables: StoreTables, id: string, hold?: Hold): Work<JobRecord> {
  const job = yield* ask(tables.job(id, hold))
  if (job !== undefined) return job
  throw new StoreError('JOB_UNKNOWN', `The job store holds no job "${id}".`, { remedy: 'Save the job first, or correct its id.' })
}

export function jobRow({ jobNo: _, definition, ...job }: JobRecord): JobRow {
  return { ...job, definition: definition === null ? null : parsedJson<JsonObject>(definition, 'job.definition') }
}

/** @throws StoreError `JOB_DELETED` */
export function refuseDeleted(job: JobRecord): void {
  if (job.status !== 'deleted') return
  throw new StoreError('JOB_DELETED', `The job "${job.id}" was deleted; its history is kept, its id is never used again.`, {
    remedy: 'Create a job with another id.',
  })
}
