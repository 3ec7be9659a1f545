import type { PollLease, PollState } from '../contracts/job-store.js'
import type { ImportError } from '../errors.js'
import { backoffMs } from '../util/backoff.js'
import { probe } from '../util/probe.js'
import { sourceErrorFrom } from './guarded-reader.js'
import type { JobContext } from './job-context.js'
import { lookAtKeys, type NotifyReport } from './look-at-keys.js'
import { ObjectIntake } from './object-intake.js'
import { raiseRules, rulesOf } from './rule-edits.js'
import { freshCursor, readCursor, type SweepCursor } from './sweep-cursor.js'
import { POLL_LEASE_MS, SweepWalk } from './sweep-walk.js'

/** How one poll went. `notTaken`: another worker discovers, or it is not time. */
export interface DiscoveryOutcome {
  readonly as: 'completed' | 'notTaken' | 'fenced' | 'failed'
  readonly error: ImportError | null
  readonly retryAfterMs: number
}

/** Hints remembered for the next poll. */
const MOST_HINTS = 1_000

/** Finds objects: a rolling sweep over everything, and short looks where objects arrived lately. */
export class Discovery {
  readonly #job: JobContext
  readonly #onFound: () => void
  readonly #hints = new Set<string>()

  /** @param onFound called when something may be claimed */
  constructor(job: JobContext, onFound: () => void) {
    this.#job = job
    this.#onFound = onFound
  }

  /** This key is looked up at the next poll: its version changed under a reader. */
  hint(key: string): void {
    if (this.#hints.size < MOST_HINTS) this.#hints.add(key)
  }

  /** Looks these keys up now, whoever holds the right to discover: looking twice is harmless. */
  async notify(keys: Iterable<string>, signal: AbortSignal): Promise<NotifyReport> {
    return await lookAtKeys(this.#job, new ObjectIntake(this.#job, this.#onFound), new Set(keys), signal)
  }

  /**
   * One poll. `whole`: lists everything now, also when another worker holds the right to discover: twice costs only
   * requests. Never throws.
   *
   * @param pollIntervalMs `null` when the host decides when polls run
   */
  async poll(options: {
    readonly whole: boolean
    readonly pollIntervalMs: number | null
    readonly signal: AbortSignal
  }): Promise<DiscoveryOutcome> {
    const { id, store, worker, events, clock } = this.#job
    const { signal, whole } = options
    const started = clock.monotonicMs()
    let lease: PollLease | undefined
    let failures = 0
    try {
      lease = await store.ledger.takePoll(id, { worker, leaseMs: POLL_LEASE_MS, signal, ...(whole ? { force: true } : {}) })
      if (lease === undefined && !whole) return { as: 'notTaken', error: null, retryAfterMs: 0 }
      await probe('P01', { jobId: id, worker })
      failures = lease?.consecutiveFailures ?? 0
      events.emit('pollStarted', {})
      const before = this.#requests()
      const intake = new ObjectIntake(this.#job, this.#onFound)
      const walk = new SweepWalk(this.#job, lease, await this.#cursorOf(lease, signal), intake, signal)
      await this.#lookAtHints(intake, signal)
      const done = await walk.run(whole)
      if (!done) return { as: 'fenced', error: null, retryAfterMs: 0 }
      const elapsed = clock.monotonicMs() - started
      // A little early, so that a poll exactly one interval later is not refused by a hair.
      const nextPollMs = options.pollIntervalMs === null ? 0 : Math.max(0, 0.9 * options.pollIntervalMs - elapsed)
      if (!(await walk.keep({ nextPollMs, blocked: null }))) return { as: 'fenced', error: null, retryAfterMs: 0 }
      const { listed, discovered, notEligible } = intake.counts
      const now = this.#requests()
      events.emit('pollCompleted', {
        listed,
        discovered,
        notEligible,
        ...walk.calls,
        headCalls: now.head - before.head,
        getCalls: now.get - before.get,
      })
      return { as: 'completed', error: null, retryAfterMs: 0 }
    } catch (thrown) {
      const error = sourceErrorFrom(thrown)
      if (signal.aborted) return { as: 'failed', error: null, retryAfterMs: 0 }
      const retryAfterMs = Math.max(error.retryAfterMs ?? 0, backoffMs(failures + 1, { baseMs: 1_000, maxMs: 300_000 }))
      await this.#recordFailure(lease, error, retryAfterMs, signal)
      events.emit('pollFailed', { error, nextTryAt: new Date(clock.now().getTime() + retryAfterMs) })
      return { as: 'failed', error, retryAfterMs }
    }
  }

  /** The stored cursor; after an edit of what is imported a new one, and what was skipped before is judged again. */
  async #cursorOf(lease: PollLease | undefined, signal: AbortSignal): Promise<SweepCursor> {
    const rules = rulesOf(this.#job)
    const stored = readCursor(lease?.cursor ?? {})
    if (lease === undefined || stored.rules === rules) return stored
    if (stored.rules === null) return { ...stored, rules }
    await raiseRules(this.#job, signal)
    return { ...freshCursor, rules }
  }

  async #lookAtHints(intake: ObjectIntake, signal: AbortSignal): Promise<void> {
    const keys = new Set(this.#hints)
    this.#hints.clear()
    const { source } = this.#job
    if (source.stat === undefined || keys.size === 0) return
    // What cannot be looked up alone is met by the listing.
    await lookAtKeys(this.#job, intake, keys, signal)
  }

  async #recordFailure(lease: PollLease | undefined, error: ImportError, retryAfterMs: number, signal: AbortSignal): Promise<void> {
    if (lease === undefined) return
    const state: PollState = {
      cursor: lease.cursor,
      nextPollMs: retryAfterMs,
      error: error.toJSON(),
      blocked: { code: error.code, since: this.#job.clock.now().toISOString() },
    }
    // When the store is what failed, the poll lease runs out by itself and the error is told by its event.
    await this.#job.store.ledger.keepPoll(lease, state, { leaseMs: POLL_LEASE_MS, signal }).catch(() => undefined)
  }

  #requests(): { readonly head: number; readonly get: number } {
    return this.#job.source.requestCounts?.() ?? { head: 0, get: 0 }
  }
}
