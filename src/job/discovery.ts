import type { PollLease, PollState } from '../contracts/job-store.js'
import { ImportError, SourceError } from '../errors.js'
import type { ObjectInfo } from '../model/object-info.js'
import { backoffMs } from '../util/backoff.js'
import { probe } from '../util/probe.js'
import { sourceErrorFrom } from './guarded-reader.js'
import type { JobContext } from './job-context.js'
import { isStorableKey, skipRule } from './skip-rules.js'
import { hotStarts, pagesPerPoll, readCursor, type SweepCursor, storedCursor, withArrival } from './sweep-cursor.js'

/** How one poll went. `notTaken`: another worker discovers, or it is not time. */
export interface DiscoveryOutcome {
  readonly as: 'completed' | 'notTaken' | 'fenced' | 'failed'
  readonly error: ImportError | null
  readonly retryAfterMs: number
}

/** Hints remembered for the next poll. */
const MOST_HINTS = 1_000
const POLL_LEASE_MS = 60_000

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
      const walk = new Walk(this.#job, lease, signal, this.#onFound)
      await walk.hints(this.#takeHints())
      const done = await walk.run(whole)
      if (!done) return { as: 'fenced', error: null, retryAfterMs: 0 }
      const elapsed = clock.monotonicMs() - started
      // A little early, so that a poll exactly one interval later is not refused by a hair.
      const nextPollMs = options.pollIntervalMs === null ? 0 : Math.max(0, 0.9 * options.pollIntervalMs - elapsed)
      if (!(await walk.keep({ nextPollMs, blocked: null }))) return { as: 'fenced', error: null, retryAfterMs: 0 }
      events.emit('pollCompleted', walk.summary)
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

  #takeHints(): string[] {
    const hints = [...this.#hints]
    this.#hints.clear()
    return hints
  }
}

/** The listing part of one poll. */
class Walk {
  readonly #job: JobContext
  readonly #lease: PollLease | undefined
  readonly #signal: AbortSignal
  readonly #onFound: () => void
  #cursor: SweepCursor
  #listed = 0
  #discovered = 0
  #hotCalls = 0
  #sweepCalls = 0
  readonly #before: { readonly head: number; readonly get: number }

  constructor(job: JobContext, lease: PollLease | undefined, signal: AbortSignal, onFound: () => void) {
    this.#job = job
    this.#lease = lease
    this.#signal = signal
    this.#onFound = onFound
    this.#cursor = readCursor(lease?.cursor ?? {})
    this.#before = job.source.requestCounts?.() ?? { head: 0, get: 0 }
  }

  get summary() {
    const now = this.#job.source.requestCounts?.() ?? this.#before
    return {
      listed: this.#listed,
      discovered: this.#discovered,
      hotCalls: this.#hotCalls,
      sweepCalls: this.#sweepCalls,
      headCalls: now.head - this.#before.head,
      getCalls: now.get - this.#before.get,
    }
  }

  async hints(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const object = await this.#job.source.stat?.(key, { signal: this.#signal })
      if (object !== undefined) await this.#page([object])
    }
  }

  /** False: another worker took over. */
  async run(whole: boolean): Promise<boolean> {
    const { settings, source } = this.#job
    if (whole) {
      this.#cursor = { ...this.#cursor, sweepAfter: null, lapPages: 0, lapStartedAt: null }
      return await this.#sweep(Number.POSITIVE_INFINITY)
    }
    if (!source.listsInKeyOrder) return this.#lapIsDue() ? await this.#sweep(Number.POSITIVE_INFINITY) : true
    const perPoll = pagesPerPoll(this.#cursor, settings)
    for (const after of hotStarts(this.#cursor, perPoll, settings.hotListCalls)) {
      if (!(await this.#hotPage(after))) return false
    }
    return await this.#sweep(perPoll)
  }

  /** Renews the right to discover and stores the cursor; true also where there is none to lose. */
  async keep(state: Omit<PollState, 'cursor'>): Promise<boolean> {
    if (this.#lease === undefined) return true
    return await this.#job.store.ledger.keepPoll(
      this.#lease,
      { cursor: storedCursor(this.#cursor), ...state },
      { leaseMs: POLL_LEASE_MS, signal: this.#signal },
    )
  }

  /** Without an order there is no place to go on from: everything at every poll while that is little, else once per lap. */
  #lapIsDue(): boolean {
    const { pages, lapEndedAt } = this.#cursor
    if (pages === null || pages <= 10 || lapEndedAt === null) return true
    return this.#job.clock.now().getTime() - lapEndedAt >= this.#job.settings.sweepIntervalMs
  }

  async #hotPage(after: string | null): Promise<boolean> {
    for await (const page of this.#list(after)) {
      this.#hotCalls++
      const found = await this.#page(page)
      this.#learn(after, found)
      const last = page.at(-1)?.key
      // A full page hides what comes after it: the rest becomes a window, or the tail, of its own.
      if (page.length >= 1_000 && last !== undefined) {
        if (after === this.#cursor.tail) this.#cursor = { ...this.#cursor, tail: last }
        else if (found > 0) this.#learn(last, found)
      }
      await probe('P04', { jobId: this.#job.id, worker: this.#job.worker })
      return await this.keep({})
    }
    return true
  }

  async #sweep(pages: number): Promise<boolean> {
    const now = (): number => this.#job.clock.now().getTime()
    const ordered = this.#job.source.listsInKeyOrder
    let after = this.#cursor.sweepAfter
    if (after === null || this.#cursor.lapStartedAt === null) this.#cursor = { ...this.#cursor, lapStartedAt: now(), lapPages: 0 }
    let calls = 0
    let lastPage = this.#cursor.tail
    for await (const page of this.#list(after)) {
      calls++
      this.#sweepCalls++
      const found = await this.#page(page)
      if (ordered) this.#learn(after, found)
      if (page.length > 0) lastPage = after
      const last = page.at(-1)?.key ?? after
      this.#cursor = { ...this.#cursor, lapPages: this.#cursor.lapPages + 1, ...(ordered ? { sweepAfter: last } : {}) }
      after = last
      await probe('P04', { jobId: this.#job.id, worker: this.#job.worker })
      if (!(await this.keep({}))) return false
      if (calls >= pages) return true
    }
    const { lapStartedAt, lapPages } = this.#cursor
    const sweepMs = Math.max(0, now() - (lapStartedAt ?? now()))
    this.#cursor = {
      ...this.#cursor,
      sweepAfter: null,
      lapStartedAt: null,
      lapPages: 0,
      pages: lapPages,
      lapEndedAt: now(),
      tail: lastPage,
    }
    return await this.keep({ sweepMs })
  }

  async *#list(after: string | null): AsyncGenerator<readonly ObjectInfo[]> {
    const { source } = this.#job
    const pages = source.list({ signal: this.#signal, ...(after === null ? {} : { after }) })
    try {
      yield* pages
    } catch (error) {
      this.#signal.throwIfAborted()
      throw error instanceof ImportError
        ? error
        : new SourceError('SOURCE_UNAVAILABLE', `Listing ${source.place} failed.`, {
            retryable: true,
            cause: error,
            remedy: 'Check that the store can be reached from this host.',
          })
    }
  }

  #learn(after: string | null, found: number): void {
    if (found > 0) this.#cursor = withArrival(this.#cursor, after, this.#job.clock.now().getTime())
  }

  /** Looks a page up and stores what is new; returns how many became due. */
  async #page(page: readonly ObjectInfo[]): Promise<number> {
    const { id, store, events, source, decoders, worker } = this.#job
    await probe('P02', { jobId: id, worker })
    this.#listed += page.length
    const storable = page.filter(({ key }) => isStorableKey(key))
    if (storable.length === 0) return 0
    const unknown = await store.ledger.unknown(id, storable, { signal: this.#signal })
    if (unknown.length === 0) return 0
    const found = unknown.map((object) => {
      const rule = skipRule(object, source.place, decoders)
      return rule === undefined ? { object } : { object, rule }
    })
    const changed = await store.ledger.discover(id, found, { signal: this.#signal })
    let due = 0
    for (const { entry, previous } of changed) {
      const file: ObjectInfo = { key: entry.key, version: entry.version, size: entry.size, lastModified: entry.sourceTime }
      if (entry.state === 'skipped') {
        events.emit('fileSkipped', { file, rule: entry.rule ?? 'unknown' })
        continue
      }
      due++
      events.emit('fileDiscovered', { file })
      if (previous !== null) events.emit('fileChanged', { file, previousVersion: previous })
    }
    this.#discovered += due
    if (due > 0) this.#onFound()
    return due
  }
}
