import type { PollLease, PollState } from '../contracts/job-store.js'
import { ImportError, SourceError } from '../errors.js'
import { compareKeys } from '../model/compare-keys.js'
import type { ObjectInfo } from '../model/object-info.js'
import { probe } from '../util/probe.js'
import type { JobContext } from './job-context.js'
import type { ObjectIntake } from './object-intake.js'
import { hotStarts, pagesPerPoll, type SweepCursor, storedCursor, withArrival } from './sweep-cursor.js'

/** How long the right to discover holds without renewal. */
export const POLL_LEASE_MS = 60_000

/** A page with fewer objects is the last of its listing. */
export const PAGE_OBJECTS = 1_000

/** The listing part of one poll. */
export class SweepWalk {
  readonly #job: JobContext
  readonly #lease: PollLease | undefined
  readonly #signal: AbortSignal
  readonly #intake: ObjectIntake
  #cursor: SweepCursor
  #hotCalls = 0
  #sweepCalls = 0

  constructor(job: JobContext, lease: PollLease | undefined, cursor: SweepCursor, intake: ObjectIntake, signal: AbortSignal) {
    this.#job = job
    this.#lease = lease
    this.#cursor = cursor
    this.#intake = intake
    this.#signal = signal
  }

  get calls() {
    return { hotCalls: this.#hotCalls, sweepCalls: this.#sweepCalls }
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
      const found = await this.#intake.take(page, this.#signal)
      this.#learn(after, found)
      const last = page.at(-1)?.key
      // A full page hides what comes after it: where arrivals have reached its end, and at the tail, the rest becomes a window
      // of its own. Elsewhere that would only take the place of other windows.
      if (page.length >= PAGE_OBJECTS && last !== undefined) {
        if (after === this.#cursor.tail) this.#cursor = { ...this.#cursor, tail: last }
        else if (found.includes(last)) this.#learn(last, found)
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
      const found = await this.#intake.take(page, this.#signal)
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
    const { source, selection } = this.#job
    const { after: first, ...range } = selection.list
    const from = after === null || (first !== undefined && compareKeys(first, after) > 0) ? first : after
    const pages = source.list({ signal: this.#signal, ...range, ...(from === undefined ? {} : { after: from }) })
    try {
      yield* pages
    } catch (error) {
      this.#signal.throwIfAborted()
      throw listingErrorFrom(error, source.place)
    }
  }

  #learn(after: string | null, found: readonly string[]): void {
    if (found.length > 0) this.#cursor = withArrival(this.#cursor, after, this.#job.clock.now().getTime())
  }
}

/** A stranger's source may throw anything. */
export function listingErrorFrom(error: unknown, place: string): ImportError {
  if (error instanceof ImportError) return error
  return new SourceError('SOURCE_UNAVAILABLE', `Listing ${place} failed.`, {
    retryable: true,
    cause: error,
    remedy: 'Check that the store can be reached from this host.',
  })
}
