import type { Claim, Ending, FileLedger, Renewal } from '../contracts/job-store.js'
import type { Receipt } from '../model/receipt.js'
import type { FileRow } from './file-row.js'
import { endedRow } from './file-transitions.js'
import { addToTally } from './job-tally.js'
import { jsonText, parsedJson } from './json-text.js'
import type { StoreTables } from './store-tables.js'
import { storedJob } from './stored-job.js'
import { ask, type Work } from './work.js'

type RenewOptions = Omit<Parameters<FileLedger['renew']>[1], 'signal'>

/** A longer lease and the marks given; `undefined` when another claim came. */
export function* renewClaim(tables: StoreTables, claim: Claim, options: RenewOptions, now: number): Work<Renewal | undefined> {
  const job = yield* storedJob(tables, claim.entry.jobId)
  const row = yield* ask(tables.file(job.jobNo, claim.entry.key, claim.entry.version))
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
    const attempt = yield* ask(tables.attempt(row.fileNo, row.fence))
    if (attempt !== undefined) tables.saveAttempt({ ...attempt, schemaVersion })
  }
  return { leaseUntil: new Date(leaseUntil), status: job.status, schemaVersion: job.schemaVersion }
}

/** T6 to T11; true also when this claim ended just so before. */
export function* endClaim(tables: StoreTables, claim: Claim, ending: Ending, now: number): Work<boolean> {
  const { jobNo } = yield* storedJob(tables, claim.entry.jobId)
  const { key, version } = claim.entry
  const replaces = ending.as === 'complete' && ending.replacesKey
  // All versions of the key in one step, and so in the order in which a discovery takes them.
  if (replaces) yield* ask(tables.expect?.(jobNo, [key], 0))
  const row = yield* ask(tables.file(jobNo, key, version))
  if (row === undefined) return false
  const attempt = yield* ask(tables.attempt(row.fileNo, claim.fence))
  if (!holds(row, claim)) return attempt?.outcome === ending.as

  let ended = endedRow(row, ending, now)
  if (replaces) ended = yield* replaceVersions(tables, jobNo, ended, ending.receipt.fence)
  tables.saveFile(jobNo, ended)
  if (attempt !== undefined) {
    const error = 'error' in ending && ending.error !== undefined ? jsonText(ending.error) : null
    const schemaVersion = ending.as === 'complete' ? ending.receipt.schemaVersion : attempt.schemaVersion
    tables.saveAttempt({ ...attempt, schemaVersion, endedAt: now, outcome: ending.as, error })
  }
  // Last: the one row that all workers of the job share.
  if (ending.as === 'complete') addToTally(tables, jobNo, ended, 1)
  return true
}

/**
 * The sink holds the version that was committed last, and commits of a key are in the order of their fences: a receipt
 * that was found late may be older than that of a newer version. Marks all others; returns this one as it then is.
 */
function* replaceVersions(tables: StoreTables, jobNo: number, row: FileRow, fence: number): Work<FileRow> {
  const others = (yield* ask(tables.versions(jobNo, row.key))).filter((other) => other.fileNo !== row.fileNo)
  const newer = others.find((other) => other.state === 'imported' && other.replacedBy === null && receiptFence(other) > fence)
  if (newer !== undefined) return { ...row, replacedBy: newer.version }
  for (const other of others) {
    if (other.state === 'imported' || other.replacedBy !== null) tables.saveFile(jobNo, { ...other, replacedBy: row.version })
  }
  return row
}

function receiptFence({ receipt }: FileRow): number {
  return receipt === null ? 0 : parsedJson<Receipt>(receipt, 'file.receipt').fence
}

/** The fence alone decides, not the clock. */
function holds(row: FileRow, claim: Claim): boolean {
  return row.state === 'claimed' && row.fence === claim.fence
}
