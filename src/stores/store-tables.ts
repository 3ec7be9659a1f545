import type { AttemptEntry } from '../contracts/ledger-entry.js'
import type { FileState, JobStatus } from '../model/job-status.js'
import type { ObjectInfo } from '../model/object-info.js'
import type { FileRow } from './file-row.js'

export interface JobRecord {
  readonly jobNo: number
  readonly id: string
  readonly status: JobStatus
  readonly definition: string | null
  readonly place: string
  readonly identity: 'etag' | 'mtime'
  readonly schemaVersion: number
  readonly rulesVersion: number
  readonly edition: number
}

export interface AttemptRecord {
  readonly fileNo: number
  readonly fence: number
  readonly generation: number
  readonly attempt: number
  readonly owner: string
  readonly schemaVersion: number | null
  readonly startedAt: number
  readonly endedAt: number | null
  readonly outcome: AttemptEntry['outcome']
  readonly error: string | null
}

/** The one row of a job that an idle poll writes. */
export interface PollRecord {
  readonly fence: number
  readonly owner: string | null
  readonly leaseUntil: number | null
  readonly nextPollAt: number
  readonly cursor: string
  readonly lastPolledAt: number | null
  readonly lastSweepAt: number | null
  readonly lastSweepMs: number | null
  readonly consecutiveFailures: number
  readonly blocked: string | null
}

/** What is kept up to date so that a status need not count a million rows. Of rows in state `imported`. */
export interface TallyRecord {
  readonly imported: number
  readonly rowsWritten: number
  readonly rowsRejected: number
  readonly bytes: number
  readonly lastImportedAt: number | null
}

export interface FileQuery {
  readonly after?: string | undefined
  readonly under?: string | undefined
  readonly key?: string | undefined
  readonly state?: FileState | undefined
  readonly limit: number
}

/** What a bulk reset takes out of the tally. */
export interface ResetSum {
  readonly files: number
  readonly rowsWritten: number
  readonly rowsRejected: number
  readonly bytes: number
}

/**
 * The tables of a job store inside one transaction, all synchronous: whoever holds them decides, they only keep. A
 * store is these tables plus a way to run a piece of work in a transaction; the rules stand above them, once.
 */
export interface StoreTables {
  job(id: string): JobRecord | undefined
  /** In order of id (UTF-8 bytes), after `after`. */
  jobs(after: string | undefined, limit: number): readonly JobRecord[]
  insertJob(job: Omit<JobRecord, 'jobNo'>, now: number): JobRecord
  saveJob(job: JobRecord, now: number): void
  schemaNumber(jobNo: number, hash: string): number | undefined
  insertSchema(jobNo: number, number: number, hash: string, body: string, now: number): void
  pinned(jobNo: number, schemaVersion: number, column: string): string | undefined
  insertPin(jobNo: number, schemaVersion: number, column: string, type: string): void

  /** Indexes of the objects for which {@link wantsDiscovery} holds. */
  unknown(jobNo: number, page: readonly ObjectInfo[], rulesVersion: number): readonly number[]
  file(jobNo: number, key: string, version: string): FileRow | undefined
  /** All versions of a key, in order of discovery. */
  versions(jobNo: number, key: string): readonly FileRow[]
  insertFile(jobNo: number, row: Omit<FileRow, 'fileNo'>): FileRow
  saveFile(jobNo: number, row: FileRow): void
  /** In order of the lease's end. */
  claimed(jobNo: number): readonly FileRow[]
  /** Pending, due and without a sibling that it waits for ({@link waitsFor}), in order of (notBefore, fileNo). */
  claimable(jobNo: number, now: number, inDoubtOnly: boolean, limit: number): readonly FileRow[]
  /** Pending rows due and not yet due, each counted up to `most`, and the next time at which one falls due. */
  pending(jobNo: number, now: number, inDoubtOnly: boolean, most: number): { due: number; later: number; nextAt: number | null }
  /** Applies {@link resetRow} to every row that {@link resets} chooses. */
  reset(jobNo: number, which: ResetChoice, now: number): ResetSum
  /** In key order, versions in order of discovery; the last key's versions all, whatever the limit. */
  files(jobNo: number, query: FileQuery): readonly FileRow[]
  count(jobNo: number): Readonly<Record<Exclude<FileState, 'imported'>, number>>

  attempt(fileNo: number, fence: number): AttemptRecord | undefined
  insertAttempt(attempt: AttemptRecord): void
  saveAttempt(attempt: AttemptRecord): void
  /** In order of fence. */
  attempts(jobNo: number, key: string): readonly (AttemptRecord & { readonly version: string })[]

  tally(jobNo: number): TallyRecord
  saveTally(jobNo: number, tally: TallyRecord): void
  poll(jobNo: number): PollRecord
  savePoll(jobNo: number, poll: PollRecord): void
  nextFence(): number
  raiseFence(above: number): void
}

export interface ResetChoice {
  readonly state: 'failed' | 'imported'
  readonly key?: string | undefined
  readonly under?: string | undefined
  readonly nextGeneration: boolean
}

/** Runs work in a transaction: all of it or, when it throws, nothing. */
export interface StoreTransactions {
  /** The host's handle, when it gave one. */
  readonly database?: object | undefined
  read<T>(signal: AbortSignal, work: (tables: StoreTables) => T): Promise<T>
  write<T>(signal: AbortSignal, work: (tables: StoreTables) => T): Promise<T>
  /** Work inside a transaction that a sink has open on the same database. */
  within<T>(transaction: unknown, work: (tables: StoreTables) => T): Promise<T>
  close?(): Promise<void>
}
