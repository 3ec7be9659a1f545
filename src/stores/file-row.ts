import type { LedgerEntry } from '../contracts/ledger-entry.js'
import type { Issue } from '../model/issue.js'
import type { FileState } from '../model/job-status.js'
import type { Receipt } from '../model/receipt.js'
import type { SerializedImportError } from '../model/serialized-error.js'
import { parsedJson } from './json-text.js'

/** One row of the table of files, as it is stored: times in ms since 1970, JSON as text. Replaced as a whole, never changed in place. */
export interface FileRow {
  readonly fileNo: number
  readonly key: string
  readonly version: string
  readonly size: number
  readonly sourceTime: number
  readonly discoveredAt: number
  readonly state: FileState
  readonly rule: string | null
  /** The job's number of rules when a rule skipped it. */
  readonly rulesVersion: number | null
  readonly generation: number
  /** Of its last claim; 0: never claimed. */
  readonly fence: number
  readonly attempts: number
  readonly crashes: number
  /** How often a listing brought it back from `superseded` or `vanished` (T12). */
  readonly returns: number
  readonly inDoubt: boolean
  readonly dirty: boolean
  readonly notBefore: number
  readonly owner: string | null
  readonly leaseUntil: number | null
  readonly asOf: number | null
  readonly plan: string | null
  readonly schemaVersion: number | null
  readonly rowsRead: number | null
  readonly rowsWritten: number | null
  readonly rowsRejected: number | null
  readonly partialRows: number
  readonly format: string | null
  readonly error: string | null
  readonly issues: string | null
  readonly receipt: string | null
  readonly finishedAt: number | null
  /** Version of the key whose rows took the place of this one's. */
  readonly replacedBy: string | null
}

export function entryOf(jobId: string, row: FileRow): LedgerEntry {
  const { rowsRead, rowsWritten, rowsRejected } = row
  const counts = rowsRead === null || rowsWritten === null || rowsRejected === null ? null : { rowsRead, rowsWritten, rowsRejected }
  return {
    jobId,
    key: row.key,
    version: row.version,
    generation: row.generation,
    size: row.size,
    sourceTime: new Date(row.sourceTime),
    discoveredAt: new Date(row.discoveredAt),
    state: row.state,
    rule: row.rule,
    attempts: row.attempts,
    crashes: row.crashes,
    inDoubt: row.inDoubt,
    dirty: row.dirty,
    partialRows: row.partialRows,
    notBefore: new Date(row.notBefore),
    asOf: dateOf(row.asOf),
    plan: row.plan,
    schemaVersion: row.schemaVersion,
    format: row.format,
    error: row.error === null ? null : parsedJson<SerializedImportError>(row.error, 'file.error'),
    issues: row.issues === null ? [] : parsedJson<readonly Issue[]>(row.issues, 'file.issues'),
    counts,
    receipt: row.receipt === null ? null : parsedJson<Receipt>(row.receipt, 'file.receipt'),
    finishedAt: dateOf(row.finishedAt),
    replacedBy: row.replacedBy,
  }
}

export function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}
