import type { Claim, ClaimOptions } from '../contracts/job-store.js'
import type { LedgerEntry } from '../contracts/ledger-entry.js'
import { StoreError } from '../errors.js'
import { entryOf, type FileRow } from './file-row.js'
import { claimedRow, ignoresOverwrite, skippedRow } from './file-transitions.js'
import type { JobRecord, StoreTables } from './store-tables.js'
import { ask, type Work } from './work.js'

/** So many rows are judged `overwrite_ignored` in one transaction at most: it holds the host's loop and the database's lock. */
export const MOST_SKIPPED = 1_000

export interface Claimed {
  readonly claims: Claim[]
  readonly skipped: LedgerEntry[]
}

/** T3, T4, T5: lost leases first, then what is due. At most one claim per key, siblings wait. */
export function* claimFiles(tables: StoreTables, job: JobRecord, options: ClaimOptions, now: number): Work<Claimed> {
  refuseOutdated(job, options.schemaVersion)
  const active = job.status === 'active'
  const { jobNo } = job
  const result: Claimed = { claims: [], skipped: [] }
  function* claim(row: FileRow, versions: readonly FileRow[]): Work<void> {
    if (row.state === 'claimed') yield* closeLost(tables, row, now)
    const claimed = claimedRow(row, yield* ask(tables.nextFence()), options, now)
    tables.saveFile(jobNo, claimed)
    tables.insertAttempt({
      fileNo: row.fileNo,
      fence: claimed.fence,
      generation: row.generation,
      attempt: claimed.attempts,
      owner: options.worker,
      schemaVersion: null,
      startedAt: now,
      endedAt: null,
      outcome: null,
      error: null,
    })
    result.claims.push({
      entry: entryOf(job.id, claimed),
      fence: claimed.fence,
      first: versions.every((version) => version.fence === 0),
      asOf: new Date(claimed.asOf ?? now),
      leaseUntil: new Date(now + options.leaseMs),
      settleOnly: claimed.inDoubt && (!active || claimed.attempts > options.maxAttempts),
    })
  }

  if (options.limit <= 0) return result
  for (const row of yield* ask(tables.lost(jobNo, options.worker, now, !active, options.limit))) {
    yield* claim(row, yield* ask(tables.versions(jobNo, row.key)))
  }
  while (result.claims.length < options.limit && result.skipped.length < MOST_SKIPPED) {
    const rows = yield* ask(tables.claimable(jobNo, now, !active, options.limit - result.claims.length))
    if (rows.length === 0) break
    for (const row of rows) {
      const versions = yield* ask(tables.versions(jobNo, row.key))
      // A sibling may have been claimed a moment ago, in this very loop.
      if (versions.some((version) => version.state === 'claimed')) continue
      if (ignoresOverwrite(row, versions, options.overwrites)) {
        const skipped = skippedRow(row, 'overwrite_ignored', now)
        tables.saveFile(jobNo, skipped)
        result.skipped.push(entryOf(job.id, skipped))
      } else yield* claim(row, versions)
    }
  }
  return result
}

function* closeLost(tables: StoreTables, row: FileRow, now: number): Work<void> {
  const lost = yield* ask(tables.attempt(row.fileNo, row.fence))
  if (lost !== undefined) tables.saveAttempt({ ...lost, endedAt: now, outcome: 'lost' })
}

function refuseOutdated(job: JobRecord, schemaVersion: number): void {
  if (job.schemaVersion === schemaVersion) return
  throw new StoreError(
    'SCHEMA_SUPERSEDED',
    `The job "${job.id}" has schema version ${job.schemaVersion}, this worker has ${schemaVersion}: it stops claiming files.`,
    { remedy: 'Restart this worker with the current schema of the job.' },
  )
}
