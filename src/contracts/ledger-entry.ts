import type { FileIdentity } from '../model/file.js'
import type { Issue } from '../model/issue.js'
import type { FileState } from '../model/job-status.js'
import type { FileCounts, Receipt } from '../model/receipt.js'
import type { SerializedImportError } from '../model/serialized-error.js'

/** What the ledger knows about one file. */
export interface LedgerEntry extends FileIdentity {
  /** Bytes. */
  readonly size: number
  /** First-seen lastModified, or the time of discovery where the source has none. */
  readonly sourceTime: Date
  readonly discoveredAt: Date
  readonly state: FileState
  /** Rule by which it was skipped. */
  readonly rule: string | null
  /** Tries that are the file's own, the one in hand included. */
  readonly attempts: number
  /** Tries lost with their worker. */
  readonly crashes: number
  /** A commit was begun and its outcome is not known: the next claim asks the sink first. */
  readonly inDoubt: boolean
  /** A sink that is not transactional has acknowledged rows of it. */
  readonly dirty: boolean
  /** Rows left in a sink that is not transactional when the file failed. */
  readonly partialRows: number
  /** Due from here on. */
  readonly notBefore: Date
  /** First claim, by the store's clock; kept through retries and generations. */
  readonly asOf: Date | null
  /** Hash of the plan of the attempt in hand, or of the attempt that a repeat must equal. */
  readonly plan: string | null
  readonly schemaVersion: number | null
  readonly format: string | null
  readonly error: SerializedImportError | null
  /** The first issues, bounded. */
  readonly issues: readonly Issue[]
  readonly counts: FileCounts | null
  readonly receipt: Receipt | null
  readonly finishedAt: Date | null
  /** The sink no longer holds its rows: this version does. */
  readonly replacedBy: string | null
}

/** One try at one file, kept for good. */
export interface AttemptEntry {
  readonly version: string
  readonly generation: number
  readonly fence: number
  readonly attempt: number
  /** `workerId/bootId` */
  readonly owner: string
  readonly schemaVersion: number | null
  readonly startedAt: Date
  readonly endedAt: Date | null
  readonly outcome: 'complete' | 'release' | 'retry' | 'fail' | 'skip' | 'lost' | null
  readonly error: SerializedImportError | null
}

/** Counters of one job. Rows and bytes are those of imported files. */
export interface Tally extends FileCounts {
  readonly files: Readonly<Record<FileState, number>>
  readonly bytes: number
  readonly lastImportedAt: Date | null
  readonly lastPolledAt: Date | null
  readonly lastSweepAt: Date | null
}
