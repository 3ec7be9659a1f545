import type { Tally } from '../contracts/ledger-entry.js'
import type { ImportError } from '../errors.js'
import type { FileState, JobPhase, JobStatus } from '../model/job-status.js'
import type { Health } from './job-health.js'

/** What one `runOnce` did. */
export interface RunReport {
  /**
   * `completed`: everything due was tried, or `maxFiles` was reached. `alreadyRunning`: another run or `start` is at work
   * here; nothing was done. `inactive`: the job is paused. `blocked`: it cannot work now, see `errors`. `deadline`: the
   * deadline or the signal ended it.
   */
  readonly outcome: 'completed' | 'alreadyRunning' | 'inactive' | 'blocked' | 'deadline'
  readonly imported: number
  readonly failed: number
  readonly rejectedRows: number
  /** Files waiting for a retry or for the next run. */
  readonly remaining: number
  /** The first 100, of files and of the job. */
  readonly errors: readonly ImportError[]
}

/** Every figure derives from the ledger; `phase` and `health` are this process's. */
export interface JobReport {
  readonly id: string
  readonly place: string
  readonly status: JobStatus
  readonly phase: JobPhase
  readonly health: Health
  readonly schemaVersion: number
  readonly tally: Tally
  /** The longest time until a new object is found, ms; `null` before the first whole listing. */
  readonly discoveryBoundMs: number | null
  readonly nextPollAt: Date | null
}

export interface FilesOptions {
  /** Start after this key (exclusive). */
  readonly after?: string | undefined
  /** Only keys that start with this. */
  readonly under?: string | undefined
  readonly state?: FileState | undefined
  /** Keys per page of the store. @defaultValue 500 */
  readonly pageSize?: number | undefined
}

export interface RunOnceOptions {
  /** Files to start at most. @defaultValue unlimited */
  readonly maxFiles?: number | undefined
  /** After this many ms no new file is started; those in flight end. @defaultValue none */
  readonly deadlineMs?: number | undefined
  /** Stops the run; files in flight are given back and use up no attempt. */
  readonly signal?: AbortSignal | undefined
}
