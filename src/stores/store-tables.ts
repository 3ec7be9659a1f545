import type { AttemptEntry } from '../contracts/ledger-entry.js'
import type { FileState, JobStatus } from '../model/job-status.js'
import type { ObjectInfo } from '../model/object-info.js'
import type { FileRow } from './file-row.js'
import type { Answer, Work } from './work.js'

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

/** What an imported row adds to its job's tally, or takes out of it. `lastImportedAt` null: stays. */
export type TallyChange = TallyRecord

/** How the row of a job is held to the end of the transaction: `shared` keeps its status as read, `own` keeps all others away. */
export type Hold = 'shared' | 'own'

/**
 * The tables of a job store inside one transaction: whoever holds them decides, they only keep. A store is these tables
 * plus a way to run a piece of work in a transaction; the rules stand above them, once.
 *
 * What reads is asked for (`Answer`). What only writes says nothing: it has been done, as seen by whoever asks next. In a
 * transaction that writes, a row once read is this transaction's until it ends.
 */
export interface StoreTables {
  job(id: string, hold?: Hold): Answer<JobRecord | undefined>
  /** In order of id (UTF-8 bytes), after `after`. */
  jobs(after: string | undefined, limit: number): Answer<readonly JobRecord[]>
  insertJob(job: Omit<JobRecord, 'jobNo'>, now: number): Answer<JobRecord>
  saveJob(job: JobRecord, now: number): void
  schemaNumber(jobNo: number, hash: string): Answer<number | undefined>
  insertSchema(jobNo: number, number: number, hash: string, body: string, now: number): void
  pinned(jobNo: number, schemaVersion: number, column: string): Answer<string | undefined>
  insertPin(jobNo: number, schemaVersion: number, column: string, type: string): void

  /** Says which keys are looked at next, and how many files may be inserted: one answer for all, where each is a journey. */
  expect?(jobNo: number, keys: readonly string[], inserts: number): Answer<void>
  /** Indexes of the objects for which {@link wantsDiscovery} holds. */
  unknown(jobNo: number, page: readonly ObjectInfo[], rulesVersion: number): Answer<readonly number[]>
  file(jobNo: number, key: string, version: string): Answer<FileRow | undefined>
  /** All versions of a key, in order of discovery. */
  versions(jobNo: number, key: string): Answer<readonly FileRow[]>
  insertFile(jobNo: number, row: Omit<FileRow, 'fileNo'>): Answer<FileRow>
  saveFile(jobNo: number, row: FileRow): void
  /** In order of the lease's end. */
  claimed(jobNo: number): Answer<readonly FileRow[]>
  /** Claimed rows that {@link leaseLost} says `worker` may take, in order of the lease's end; rows that another is about to take may be left out. */
  lost(jobNo: number, worker: string, now: number, inDoubtOnly: boolean, limit: number): Answer<readonly FileRow[]>
  /**
   * Pending, due and without a sibling that it waits for ({@link waitsFor}), in order of (notBefore, fileNo); rows that
   * another is about to take may be left out.
   */
  claimable(jobNo: number, now: number, inDoubtOnly: boolean, limit: number): Answer<readonly FileRow[]>
  /** Pending rows due and not yet due, each counted up to `most`, and the next time at which one falls due. */
  pending(
    jobNo: number,
    now: number,
    inDoubtOnly: boolean,
    most: number,
  ): Answer<{ readonly due: number; readonly later: number; readonly nextAt: number | null }>
  /** Applies {@link resetRow} to every row that {@link resets} chooses. */
  reset(jobNo: number, which: ResetChoice, now: number): Answer<ResetSum>
  /** In key order, versions in order of discovery; the last key's versions all, whatever the limit. */
  files(jobNo: number, query: FileQuery): Answer<readonly FileRow[]>
  count(jobNo: number): Answer<Readonly<Record<Exclude<FileState, 'imported'>, number>>>

  attempt(fileNo: number, fence: number): Answer<AttemptRecord | undefined>
  insertAttempt(attempt: AttemptRecord): void
  saveAttempt(attempt: AttemptRecord): void
  /** In order of fence. */
  attempts(jobNo: number, key: string): Answer<readonly (AttemptRecord & { readonly version: string })[]>

  tally(jobNo: number): Answer<TallyRecord>
  changeTally(jobNo: number, change: TallyChange): void
  poll(jobNo: number): Answer<PollRecord>
  savePoll(jobNo: number, poll: PollRecord): void
  nextFence(): Answer<number>
  raiseFence(above: number): Answer<void>
}

export interface ResetChoice {
  readonly state: 'failed' | 'imported'
  readonly key?: string | undefined
  readonly under?: string | undefined
  readonly nextGeneration: boolean
}

/** `now`: ms since 1970 by the store's clock, when the transaction began. */
export type TableWork<T> = (tables: StoreTables, now: number) => Work<T>

/** Runs work in a transaction: all of it or, when it throws, nothing. It may run again from its beginning, when nothing of it was kept. */
export interface StoreTransactions {
  /** The host's handle, when it gave one. */
  readonly database?: object | undefined
  read<T>(signal: AbortSignal, work: TableWork<T>): Promise<T>
  write<T>(signal: AbortSignal, work: TableWork<T>): Promise<T>
  /** Work inside a transaction that a sink has open on the same database. */
  within<T>(transaction: unknown, work: TableWork<T>): Promise<T>
  close?(): Promise<void>
}
