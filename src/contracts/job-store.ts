import type { DataType } from '../model/data-type.js'
import type { Issue } from '../model/issue.js'
import type { FileState, JobStatus } from '../model/job-status.js'
import type { Json, JsonObject } from '../model/json.js'
import type { ObjectInfo } from '../model/object-info.js'
import type { FileCounts, Receipt } from '../model/receipt.js'
import type { SerializedImportError } from '../model/serialized-error.js'
import type { CallOptions } from './call-options.js'
import type { AttemptEntry, LedgerEntry, Tally } from './ledger-entry.js'

/**
 * Remembers everything: jobs and the ledger of files. Shared by all workers of its jobs. Aborting a write leaves it
 * unknown: the engine reads before it goes on. Throws `StoreError`s: `STORE_UNAVAILABLE` (retryable, scope `job`) for
 * an outage, `LEDGER_UNREADABLE` for content that cannot be understood: never "empty".
 */
export interface JobStore {
  readonly jobs: JobTable
  readonly ledger: FileLedger
  /** Compared with `Sink.database`: the same object means one transaction. */
  readonly database?: object
  /** Called once, by `job.close()` or the manager's. */
  close?(): Promise<void>
}

export interface JobRow {
  readonly id: string
  readonly status: JobStatus
  /** `null` for a job that is defined in code. */
  readonly definition: JsonObject | null
  /** `ObjectSource.place`; never edited. */
  readonly place: string
  readonly identity: 'etag' | 'mtime'
  /** The current one; 0 before the first. */
  readonly schemaVersion: number
  /** Raised when the rules of skipping are edited; files skipped under an older number are judged again. */
  readonly rulesVersion: number
  /** Raised by every save; 0 for a row that is not stored yet. */
  readonly edition: number
}

/** A column's type, decided once for a schema version. */
export interface Pin {
  readonly column: string
  readonly type: DataType
}

export interface JobTable {
  load(id: string, options: CallOptions): Promise<JobRow | undefined>
  /**
   * Compare-and-set by `edition` (0: new). Resolves to the row as stored, its edition raised by one; to `undefined`
   * when another came first. `schemaVersion` is not written by it.
   */
  save(job: JobRow, options: CallOptions): Promise<JobRow | undefined>
  /** In order of id (UTF-8 bytes), deleted jobs included. */
  list(options: CallOptions & { readonly after?: string; readonly limit: number }): Promise<readonly JobRow[]>
  /** Sets the status to `deleted`; the id is never used again and no history goes. False: no such job. */
  remove(id: string, options: CallOptions): Promise<boolean>
  /**
   * Insert-or-read by content hash; a new hash becomes the job's current schema version. `current` is false when a newer
   * one exists: the caller is an outdated worker and stops claiming. Throws `JOB_UNKNOWN`.
   */
  schemaVersion(
    id: string,
    schema: { readonly signature: string; readonly body?: Json },
    options: CallOptions,
  ): Promise<{ readonly number: number; readonly current: boolean }>
  /** Insert-or-read, before any write: the first worker's types win. Resolves to the types that hold, for all given columns. */
  pin(id: string, schemaVersion: number, pins: readonly Pin[], options: CallOptions): Promise<readonly Pin[]>
}

/** A worker's right to a file. */
export interface Claim {
  /** As it stands after the claim: state `claimed`, `attempts` with the try in hand. */
  readonly entry: LedgerEntry
  /** Ever-rising over the store, compared per (job, key). */
  readonly fence: number
  /** No claim of any version of this key came before. */
  readonly first: boolean
  readonly asOf: Date
  readonly leaseUntil: Date
  /** In doubt, and the job is not active or no attempt is left: ask the sink, write nothing. */
  readonly settleOnly: boolean
}

export interface ClaimOptions extends CallOptions {
  /** `workerId/bootId`: the same worker with another boot takes its own over at once. */
  readonly worker: string
  readonly leaseMs: number
  readonly limit: number
  /** The worker's own; when it is not the job's current one, throws `SCHEMA_SUPERSEDED`. */
  readonly schemaVersion: number
  readonly maxAttempts: number
  readonly overwrites: 'ignore' | 'import' | 'replace'
}

/** How an attempt ends. */
export type Ending =
  /** T6. */
  | {
      readonly as: 'complete'
      readonly receipt: Receipt
      readonly counts: FileCounts
      /** `null` when a settled receipt is all that is known. */
      readonly format: string | null
      readonly issues: readonly Issue[]
      readonly replacesKey: boolean
    }
  /** T8: not the file's fault, or stopped: uses up no attempt. */
  | { readonly as: 'release'; readonly notBeforeMs: number; readonly error?: SerializedImportError }
  /** T7. */
  | { readonly as: 'retry'; readonly notBeforeMs: number; readonly error: SerializedImportError }
  /** T9: only after the sink was fenced and asked. */
  | { readonly as: 'fail'; readonly error: SerializedImportError; readonly issues: readonly Issue[]; readonly partialRows: number }
  /** T10, T11: only after the sink was fenced and asked. */
  | { readonly as: 'skip'; readonly rule: 'superseded' | 'vanished' }

/** A listed object that the ledger may not know. */
export interface Discovery {
  readonly object: ObjectInfo
  /** Rule by which it is not imported. */
  readonly rule?: string
}

/** The right to discover. */
export interface PollLease {
  readonly jobId: string
  readonly fence: number
  /** As last stored by `keepPoll`; `{}` at first. */
  readonly cursor: JsonObject
  readonly consecutiveFailures: number
}

/** What `renew` says. */
export interface Renewal {
  readonly leaseUntil: Date
  readonly status: JobStatus
  /** The job's current one. */
  readonly schemaVersion: number
}

/** What `keepPoll` stores. */
export interface PollState {
  readonly cursor: JsonObject
  /** Ends the poll: the next one is due after this many ms. */
  readonly nextPollMs?: number
  /** A lap ended and took this long. */
  readonly sweepMs?: number
  readonly error?: SerializedImportError
  /** The job's blocked state; `null` clears it; absent keeps it. */
  readonly blocked?: JsonObject | null
}

/** Durable facts per file. Time is the store's own clock; every write after a claim names its fence. */
export interface FileLedger {
  /** Which objects of a page need `discover`: unknown versions, and those that T12, T13 and T16 put back. Reads only: an idle poll writes nothing. */
  unknown(jobId: string, page: readonly ObjectInfo[], options: CallOptions): Promise<readonly ObjectInfo[]>
  /**
   * Inserts (T1, T2), or puts back (T12, T13, T16), in one atomic step; resolves to only what this call changed.
   * `previous`: another version of the key that was imported.
   */
  discover(
    jobId: string,
    found: readonly Discovery[],
    options: CallOptions,
  ): Promise<readonly { readonly entry: LedgerEntry; readonly previous: string | null }[]>
  /**
   * Due rows, expired leases, own rows of an earlier boot: gives fence, attempt, lease, asOf (T3, T4). `skipped`: judged
   * `overwrite_ignored` on the way (T5). Rows in doubt also of paused and deleted jobs. Throws `SCHEMA_SUPERSEDED`.
   */
  claim(jobId: string, options: ClaimOptions): Promise<{ readonly claims: readonly Claim[]; readonly skipped: readonly LedgerEntry[] }>
  /** Lengthens the lease and writes marks durably; `undefined` when the claim was lost. `plan` sets the row's plan and schema version. */
  renew(
    claim: Claim,
    options: CallOptions & {
      readonly leaseMs: number
      readonly plan?: string
      readonly schemaVersion?: number
      readonly dirty?: true
      readonly inDoubt?: boolean
    },
  ): Promise<Renewal | undefined>
  /**
   * Ends an attempt. The fence alone decides, not the clock, not the job's status. True also when this claim had ended so
   * before (lost reply); false: fenced. With `transaction` it is the seal, run inside the sink's transaction.
   */
  finish(claim: Claim, ending: Ending, options: CallOptions & { readonly transaction?: unknown }): Promise<boolean>
  /** T14 (failed), T15 (imported), in one transaction; resolves to how many. */
  reset(
    jobId: string,
    which: { readonly state: 'failed' | 'imported'; readonly key?: string; readonly under?: string },
    options: CallOptions & { readonly nextGeneration: boolean },
  ): Promise<number>
  /** For people: in key order (UTF-8 bytes) by pages; `after` is a key, exclusive; a key's versions are never split over pages. */
  files(
    jobId: string,
    options: CallOptions & {
      readonly after?: string
      readonly under?: string
      readonly key?: string
      readonly state?: FileState
      readonly limit: number
    },
  ): Promise<readonly LedgerEntry[]>
  /** Every try at any version of a key, oldest first. */
  attempts(jobId: string, key: string, options: CallOptions): Promise<readonly AttemptEntry[]>
  tally(jobId: string, options: CallOptions): Promise<Tally>
  /** Files that could be claimed now (due, lease over), and when the next one falls due. */
  due(jobId: string, options: CallOptions): Promise<{ readonly now: number; readonly waiting: number; readonly nextAt: Date | null }>
  /** At most one worker discovers; `undefined` when another does or it is not time. `force` does not wait for the time. */
  takePoll(
    jobId: string,
    options: CallOptions & { readonly worker: string; readonly leaseMs: number; readonly force?: boolean },
  ): Promise<PollLease | undefined>
  /** Renews per page and stores the cursor; with `nextPollMs` ends the poll. False: fenced. */
  keepPoll(lease: PollLease, state: PollState, options: CallOptions & { readonly leaseMs: number }): Promise<boolean>
  /** The job's blocked state and cursor, for `status`, `plan` and any worker's look before it claims. */
  pollState(
    jobId: string,
    options: CallOptions,
  ): Promise<{
    readonly cursor: JsonObject
    readonly blocked: JsonObject | null
    readonly nextPollAt: Date
    readonly lastSweepMs: number | null
    readonly consecutiveFailures: number
  }>
  /** A sink has seen a higher fence than this store gave (store restored from a backup): go above it. */
  raiseFence(above: number, options: CallOptions): Promise<void>
}
