import { decoderForKey } from '../decoders/detect/detect-format.js'
import { ConfigError } from '../errors.js'
import type { FileIdentity } from '../model/file.js'
import type { JobStatus } from '../model/job-status.js'
import type { JobContext } from './job-context.js'
import { surveyListing } from './listing-survey.js'
import { hotStarts, pagesPerPoll, readCursor } from './sweep-cursor.js'

export interface PlanOptions {
  /**
   * Look at the first pages of the listing for files that are new: up to 10 LIST calls, and nothing is written. Without it
   * nothing is asked of the source. @defaultValue false
   */
  readonly look?: boolean | undefined
  /** In any currency, per 1,000 requests. @defaultValue { list: 0.005, get: 0.0004 }: US dollars of S3 Standard in most regions */
  readonly prices?: { readonly list: number; readonly get: number } | undefined
  readonly signal?: AbortSignal | undefined
}

/** What the next poll will do; nothing is changed by asking. */
export interface JobPlan {
  /** `null` for a job that the store does not know yet. */
  readonly status: JobStatus | null
  /** Not before; `null`: when it is asked to. */
  readonly nextPollAt: Date | null
  /** LIST calls of that poll; `sweep` is `null` before the first whole listing, which takes as many as there are pages. */
  readonly listCalls: { readonly hot: number; readonly sweep: number | null }
  /** Where objects arrived lately: a page after each of these keys is listed; `null` is the beginning. */
  readonly hotWindows: readonly { readonly after: string | null }[]
  /** How long the sweep takes to come round at this pace, ms; `null` before the first whole listing. */
  readonly lapMs: number | null
  /** In the ledger, and due by then. */
  readonly due: PlannedFiles
  /** In the ledger, and due later: they wait for another try. */
  readonly later: number
  /** Seen in the listing and not in the ledger; `null` unless looked for. */
  readonly found: (PlannedFiles & { readonly skipped: number }) | null
  /** To read the files of `due` and `found`: an estimate. */
  readonly getCalls: number
  readonly cost: { readonly list: number | null; readonly get: number }
}

export interface PlannedFiles {
  readonly files: number
  /** Bytes as stored. */
  readonly bytes: number
  /** The first 100. */
  readonly first: readonly Pick<FileIdentity, 'key' | 'version'>[]
  /** False: there are more than were counted. */
  readonly complete: boolean
}

const PAGE = 1_000
const MOST_PAGES = 10
const NAMED = 100
/** Formats that are read by ranges take one for each so many bytes. */
const RANGE_BYTES = 8 * 1024 * 1024

interface Planned {
  readonly key: string
  readonly version: string
  readonly size: number
}

/** @param pollIntervalMs `null` when the host decides when polls run */
export async function jobPlan(job: JobContext, pollIntervalMs: number | null, options: PlanOptions): Promise<JobPlan> {
  const { id, store, settings, source, clock } = job
  const { look = false, prices = { list: 0.005, get: 0.0004 } } = options
  if (![prices.list, prices.get].every((price) => Number.isFinite(price) && price >= 0)) {
    throw new ConfigError('CONFIG_INVALID', '`prices` of a plan must be numbers.', {
      remedy: 'Give the price of 1,000 requests: { list, get }.',
    })
  }
  const signal = options.signal ?? AbortSignal.timeout(120_000)
  const row = await store.jobs.load(id, { signal })
  const poll = row === undefined ? undefined : await store.ledger.pollState(id, { signal })
  const cursor = readCursor(poll?.cursor ?? {})
  const perPoll = pagesPerPoll(cursor, settings)
  const windows = source.listsInKeyOrder ? hotStarts(cursor, perPoll, settings.hotListCalls) : []
  const sweep = cursor.pages === null ? null : source.listsInKeyOrder ? Math.min(perPoll, Math.max(1, cursor.pages)) : cursor.pages
  const listCalls = { hot: windows.length, sweep }
  const nextPollAt = pollIntervalMs === null ? null : (poll?.nextPollAt ?? clock.now())
  const { due, later } = await dueFiles(job, nextPollAt ?? clock.now(), signal)
  const found = look ? await foundFiles(job, signal) : null
  const getCalls = [...due.list, ...(found?.list ?? [])].reduce((sum, file) => sum + getsOf(job, file), 0)
  const calls = sweep === null ? null : listCalls.hot + sweep
  return {
    status: row?.status ?? null,
    nextPollAt,
    listCalls,
    hotWindows: windows.map((after) => ({ after })),
    lapMs: cursor.pages === null || pollIntervalMs === null ? null : Math.max(1, Math.ceil(cursor.pages / perPoll)) * pollIntervalMs,
    due: planned(due),
    later,
    found: found === null ? null : { ...planned(found), skipped: found.skipped },
    getCalls,
    cost: { list: calls === null ? null : (calls * prices.list) / 1_000, get: (getCalls * prices.get) / 1_000 },
  }
}

interface Counted {
  readonly list: readonly Planned[]
  readonly complete: boolean
}

async function dueFiles(
  { id, store }: JobContext,
  at: Date,
  signal: AbortSignal,
): Promise<{ readonly due: Counted; readonly later: number }> {
  const list: Planned[] = []
  let later = 0
  let after: string | undefined
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await store.ledger.files(id, { state: 'pending', limit: PAGE, signal, ...(after === undefined ? {} : { after }) })
    for (const { key, version, size, notBefore } of page) {
      if (notBefore > at) later++
      else list.push({ key, version, size })
    }
    after = page.at(-1)?.key
    if (page.length < PAGE) return { due: { list, complete: true }, later }
  }
  return { due: { list, complete: false }, later }
}

async function foundFiles(job: JobContext, signal: AbortSignal): Promise<Counted & { readonly skipped: number }> {
  const { tally, listedAll } = await surveyListing(job, { pages: MOST_PAGES, key: undefined }, signal)
  const list: Planned[] = []
  for (let at = 0; at < tally.matched.length; at += PAGE) {
    list.push(...(await job.store.ledger.unknown(job.id, tally.matched.slice(at, at + PAGE), { signal })))
  }
  return { list, complete: listedAll, skipped: Object.values(tally.skipped).reduce((sum, count) => sum + count, 0) }
}

function planned({ list, complete }: Counted): PlannedFiles {
  return {
    files: list.length,
    bytes: list.reduce((sum, { size }) => sum + size, 0),
    first: list.slice(0, NAMED).map(({ key, version }) => ({ key, version })),
    complete,
  }
}

/** A look at the head, and the rest in one stream; or a head, a footer and ranges. */
function getsOf({ decoders }: JobContext, { key, size }: Planned): number {
  return decoderForKey(key, decoders)?.seeks === true ? 3 + Math.ceil(size / RANGE_BYTES) : 2
}
