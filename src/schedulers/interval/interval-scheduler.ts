import type { CallOptions } from '../../contracts/call-options.js'
import type { PollOutcome, Scheduler } from '../../contracts/scheduler.js'
import { ConfigError } from '../../errors.js'
import { type Clock, clockOf } from '../../util/clock.js'

export interface IntervalSchedulerOptions {
  /** From start to start, ms. @defaultValue 10_000 */
  readonly everyMs?: number | undefined
}

/**
 * Polls at once, then every `everyMs` from start to start with up to 5 % jitter, so that many jobs spread. A poll that
 * takes longer delays the next, never overlaps it; one that says `more` is followed at once.
 *
 * @throws ConfigError `CONFIG_INVALID` for an interval that is not a positive number
 */
export function intervalScheduler(options: IntervalSchedulerOptions = {}): Scheduler {
  const everyMs = options.everyMs ?? 10_000
  if (!(everyMs > 0 && everyMs < 2 ** 31)) {
    throw new ConfigError('CONFIG_INVALID', `everyMs is ${everyMs}.`, { remedy: 'Give the poll interval in milliseconds, at least 1.' })
  }
  const clock = clockOf(options)
  let running: { readonly stop: AbortController; readonly loop: Promise<void> } | null = null
  let nextPollAt: Date | null = null

  async function loop(poll: (options: CallOptions) => Promise<PollOutcome>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const started = clock.monotonicMs()
      nextPollAt = null
      const { more, retryAfterMs } = await poll({ signal })
      if (signal.aborted) break
      const interval = everyMs * (0.95 + 0.05 * Math.random())
      const wait = more ? 0 : Math.max(retryAfterMs ?? 0, interval - (clock.monotonicMs() - started))
      nextPollAt = new Date(clock.now().getTime() + Math.max(0, wait))
      await pause(clock, wait, signal)
    }
    nextPollAt = null
  }

  return {
    start(_jobId, poll) {
      if (running !== null)
        throw new ConfigError('CONFIG_INVALID', 'This scheduler runs already.', { remedy: 'Give each job a scheduler of its own.' })
      const stop = new AbortController()
      running = { stop, loop: loop(poll, stop.signal) }
    },
    async stop() {
      const stopping = running
      if (stopping === null) return
      stopping.stop.abort()
      await stopping.loop
      running = null
    },
    get nextPollAt() {
      return nextPollAt
    },
  }
}

/** Ends early when stopped; that is no error here. */
async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return
  await clock.sleep(ms, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}
