import type { JobRow } from '../contracts/job-store.js'
import { ConfigError, StoreError } from '../errors.js'
import type { JobContext } from './job-context.js'
import { schemaOf } from './job-seam.js'

/** The job as its store knows it, and the number of this worker's schema. */
export interface Registration {
  readonly row: JobRow
  readonly schemaVersion: number
}

/**
 * Finds the job in its store, or makes it, and numbers its schema.
 *
 * @throws ConfigError `PLACE_CHANGED`, `IDENTITY_SCHEME_CHANGED`; StoreError `JOB_DELETED`, `SCHEMA_SUPERSEDED`, or what
 * the store throws
 */
export async function register(job: JobContext, signal: AbortSignal): Promise<Registration> {
  const { id, source, store } = job
  const row = (await store.jobs.load(id, { signal })) ?? (await create(job, signal))
  if (row.status === 'deleted') {
    throw new StoreError('JOB_DELETED', `The job "${id}" was deleted.`, {
      remedy: 'An id is never used again: give the new job another one.',
    })
  }
  if (row.place !== source.place) {
    throw new ConfigError('PLACE_CHANGED', `The job "${id}" imports from ${row.place}; its source now says ${source.place}.`, {
      remedy: 'Another place is another job: give it an id of its own.',
    })
  }
  if (row.identity !== source.identity) {
    throw new ConfigError(
      'IDENTITY_SCHEME_CHANGED',
      `The job "${id}" tells files apart by ${row.identity}; its source now uses ${source.identity}.`,
      {
        remedy: 'Every file would look new. Use a source with the old scheme, or a job with another id.',
      },
    )
  }
  const { number, current } = await store.jobs.schemaVersion(id, schemaOf(job), { signal })
  if (!current) throw superseded(id, number)
  return { row: { ...row, schemaVersion: number }, schemaVersion: number }
}

/** The row of a job that no store knows yet. */
export function freshRow({ id, source }: JobContext, definition: JobRow['definition']): JobRow {
  return {
    id,
    status: 'active',
    definition,
    place: source.place,
    identity: source.identity,
    schemaVersion: 0,
    rulesVersion: 1,
    edition: 0,
  }
}

async function create(job: JobContext, signal: AbortSignal): Promise<JobRow> {
  const { id, store } = job
  const row = (await store.jobs.save(freshRow(job, null), { signal })) ?? (await store.jobs.load(id, { signal }))
  if (row === undefined)
    throw new StoreError('LEDGER_UNREADABLE', `The job "${id}" was saved, yet cannot be read.`, { remedy: 'Check the job store.' })
  return row
}

function superseded(id: string, number: number): StoreError {
  return new StoreError('SCHEMA_SUPERSEDED', `The job "${id}" has a newer schema than version ${number}, which this process has.`, {
    remedy: 'Deploy the newer schema here too; files are imported by the workers that have it.',
  })
}
