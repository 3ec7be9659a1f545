import type { Claim, Ending, FileLedger, Renewal } from '../contracts/job-store.js'
import type { FileRow } from './file-row.js'
import { endedRow } from './file-transitions.js'
import { addToTally } from './job-tally.js'
import { jsonText } from './json-text.js'
import type { StoreTables } from './store-tables.js'
import { storedJob } from './stored-job.js'

type RenewOptions = Omit<Parameters<FileLedger['renew']>[1], 'signal'>

/** A longer lease and the marks given; `undefined` when another claim came. */
export function renewClaim(tables: StoreTables, claim: Claim, options: RenewOptions, now: number): Renewal | undefined {
  const job = storedJob(tables, claim.entry.jobId)
  const row = tables.file(job.jobNo, claim.entry.key, claim.entry.version)
  if (row === undefined || !holds(row, claim)) return undefined
  const leaseUntil = now + options.leaseMs
  const schemaVersion = options.schemaVersion ?? row.schemaVersion
  tables.saveFile(job.jobNo, {
    ...row,
    leaseUntil,
    plan: options.plan ?? row.plan,
    schemaVersion,
    dirty: options.dirty ?? row.dirty,
    inDoubt: options.inDoubt ?? row.inDoubt,
  })
  if (options.schemaVersion !== undefined) {
    const attempt = tables.attempt(row.fileNo, row.fence)
    if (attempt !== undefined) tables.saveAttempt({ ...attempt, schemaVersion })
  }
  return { leaseUntil: new Date(leaseUntil), status: job.status, schemaVersion: job.schemaVersion }
}

/** T6 to T11; true also when this claim ended just so before. */
export function endClaim(tables: StoreTables, claim: Claim, ending: Ending, now: number): boolean {
  const { jobNo } = storedJob(tables, claim.entry.jobId)
  const row = tables.file(jobNo, claim.entry.key, claim.entry.version)
  if (row === undefined) return false
  const attempt = tables.attempt(row.fileNo, claim.fence)
  if (!holds(row, claim)) return attempt?.outcome === ending.as

  const ended = endedRow(row, ending, now)
  tables.saveFile(jobNo, ended)
  if (ending.as === 'complete' && ending.replacesKey) {
    for (const other of tables.versions(jobNo, row.key)) {
      if (other.fileNo === row.fileNo || (other.state !== 'imported' && other.replacedBy === null)) continue
      tables.saveFile(jobNo, { ...other, replacedBy: row.version })
    }
  }
  if (attempt !== undefined) {
    const error = 'error' in ending && ending.error !== undefined ? jsonText(ending.error) : null
    const schemaVersion = ending.as === 'complete' ? ending.receipt.schemaVersion : attempt.schemaVersion
    tables.saveAttempt({ ...attempt, schemaVersion, endedAt: now, outcome: ending.as, error })
  }
  // Last: the one row that all workers of the job share.
  if (ending.as === 'complete') addToTally(tables, jobNo, ended, 1)
  return true
}

/** The fence alone decides, not the clock. */
function holds(row: FileRow, claim: Claim): boolean {
  return row.state === 'claimed' && row.fence === claim.fence
}
