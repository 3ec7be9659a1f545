import type { ImportError } from '../errors.js'
import type { ErrorCode } from '../model/error-code.js'
import type { FileContext } from '../model/file.js'
import type { Issue } from '../model/issue.js'
import type { JobStatus } from '../model/job-status.js'
import type { ObjectInfo } from '../model/object-info.js'
import type { FileCounts, Receipt } from '../model/receipt.js'
import type { RejectedRow } from '../model/rejected-row.js'

interface Base {
  readonly jobId: string
  readonly at: Date
}
type On<T = unknown> = Readonly<Base & T>

/**
 * What a job tells: past tense, one read-only payload each. At most once, after what they tell is durable; those with
 * `attempt` may repeat with it. After a crash `files()` tells what events did not.
 */
export interface ImportJobEvents {
  /** A poll began. Nothing is durable. */
  pollStarted: On
  /** A poll ended: everything it found is in the ledger and the cursor is stored. */
  pollCompleted: On<{
    listed: number
    discovered: number
    /** Objects that are not eligible, by the option that leaves them out, or `unstorable_key`. */
    notEligible: Readonly<Record<string, number>>
    hotCalls: number
    sweepCalls: number
    headCalls: number
    getCalls: number
  }>
  /** A poll could not go on; what it found before is in the ledger. */
  pollFailed: On<{ error: ImportError; nextTryAt: Date | null }>
  /** A new object version is in the ledger. */
  fileDiscovered: On<{ file: ObjectInfo }>
  /** An object version is in the ledger as skipped, by this rule. */
  fileSkipped: On<{ file: ObjectInfo; rule: string }>
  /** A version of a key of which another was imported is in the ledger; `overwrites` decides what follows. */
  fileChanged: On<{ file: ObjectInfo; previousVersion: string }>
  /** Claimed, plan written, sink ready. */
  fileStarted: On<{ file: FileContext; attempt: number }>
  /** A batch of rows was read and taken by the sink. */
  fileProgressed: On<{ file: FileContext; attempt: number; rowsRead: number; bytesRead: number }>
  /** The sink took a batch; it may still be staged. */
  batchWritten: On<{ file: FileContext; attempt: number; token: string; rows: number }>
  /** A row was refused; up to `maxRejectedEvents` a file, exact counts come with the file's end. */
  rowRejected: On<{ file: FileContext; attempt: number } & RejectedRow>
  /** The file waits in the ledger for its next attempt. */
  fileRetried: On<{ file: FileContext; attempt: number; error: ImportError; nextTryAt: Date }>
  /** A commit in doubt was answered by the sink: its receipt, or `null` for "not committed". */
  fileSettled: On<{ file: FileContext; receipt: Receipt | null }>
  /** The ledger says `imported`. */
  fileImported: On<{ file: FileContext; counts: FileCounts; receipt: Receipt; warnings: readonly Issue[] }>
  /** The ledger says `failed`; `partialRows` are left in a sink that is not transactional. */
  fileFailed: On<{ file: FileContext; error: ImportError; partialRows: number }>
  /** The types of these text columns are stored with the schema version and hold from now on. */
  schemaPinned: On<{ schemaVersion: number; columns: readonly string[] }>
  /** Files are decoded in worker threads from now on, because no child process can be started; `reason` says why. */
  isolationReduced: On<{ from: 'process'; to: 'thread'; reason: string }>
  /** `start` was called. */
  jobStarted: On
  /** `stop` has ended: no file is in flight. */
  jobStopped: On
  /** From a manager: the job's row says `inactive`. No new file is taken from now on; those in flight end. */
  jobPaused: On<{ previous: JobStatus }>
  /** From a manager: the job's row says `active` again. */
  jobResumed: On<{ previous: JobStatus }>
  /** The job cannot work now; the engine will try again by itself. */
  jobBlocked: On<{ code: ErrorCode; error: ImportError; nextTryAt: Date }>
  /** It works again. */
  jobUnblocked: On<{ code: ErrorCode; since: Date }>
  /** It cannot go on until someone acts; `status().health` says the same. */
  jobFailed: On<{ error: ImportError }>
  /** A listener threw or rejected; nothing else came of it. */
  listenerFailed: On<{ event: string; error: unknown }>
}

export type ImportJobEventName = keyof ImportJobEvents

export const IMPORT_JOB_EVENTS = [
  'pollStarted',
  'pollCompleted',
  'pollFailed',
  'fileDiscovered',
  'fileSkipped',
  'fileChanged',
  'fileStarted',
  'fileProgressed',
  'fileRetried',
  'fileSettled',
  'fileImported',
  'fileFailed',
  'batchWritten',
  'rowRejected',
  'jobStarted',
  'jobStopped',
  'jobPaused',
  'jobResumed',
  'jobBlocked',
  'jobUnblocked',
  'jobFailed',
  'schemaPinned',
  'isolationReduced',
  'listenerFailed',
] as const satisfies readonly ImportJobEventName[]

/** `true` only while the list above is complete; a type test assigns it. */
export type AllEventsListed = Exclude<ImportJobEventName, (typeof IMPORT_JOB_EVENTS)[number]> extends never ? true : never
