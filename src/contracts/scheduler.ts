import type { CallOptions } from './call-options.js'

/** What a poll says to its scheduler. */
export interface PollOutcome {
  readonly ok: boolean
  /** There is more to do at once: the next poll should not wait. */
  readonly more: boolean
  /** Do not poll earlier than this, ms. */
  readonly retryAfterMs?: number
}

/** When a poll runs. One scheduler serves one job. */
export interface Scheduler {
  /** Called once by `job.start()`. `poll` never rejects; the scheduler never calls it while it runs. */
  start(jobId: string, poll: (options: CallOptions) => Promise<PollOutcome>): void
  /** Aborts a poll under way and resolves when it has ended. `start` may be called again afterwards. */
  stop(): Promise<void>
  /** When the next poll is due, for `status()`. */
  readonly nextPollAt?: Date | null
}
