import type { JsonObject } from '../model/json.js'

/** Where new objects arrived lately: the page that starts after this key (`null`: at the beginning). */
export interface HotWindow {
  readonly after: string | null
  /** Ms since the epoch. */
  readonly arrivedAt: number
}

/** What discovery remembers between polls, in the store, so that it survives restarts and changes of worker. */
export interface SweepCursor {
  /** The lap stands after this key; `null` at its beginning. */
  readonly sweepAfter: string | null
  readonly lapStartedAt: number | null
  /** Pages of this lap so far. */
  readonly lapPages: number
  /** Pages of the last whole lap; `null` before the first. */
  readonly pages: number | null
  readonly lapEndedAt: number | null
  /** The last page of the last lap starts after this key. */
  readonly tail: string | null
  /** Most recent first, at most 16. */
  readonly hot: readonly HotWindow[]
  /** What decided which objects are imported when this was written; `null` before the first poll. */
  readonly rules: string | null
}

const MOST_WINDOWS = 16

/** Nothing listed yet. */
export const freshCursor: SweepCursor = {
  sweepAfter: null,
  lapStartedAt: null,
  lapPages: 0,
  pages: null,
  lapEndedAt: null,
  tail: null,
  hot: [],
  rules: null,
}

/** A cursor as stored; anything not understood is as at the beginning: it costs one lap, never a file. */
export function readCursor(stored: JsonObject): SweepCursor {
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
  const count = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null)
  const hot = Array.isArray(stored.hot) ? (stored.hot as readonly JsonObject[]) : []
  return {
    sweepAfter: text(stored.sweepAfter),
    lapStartedAt: count(stored.lapStartedAt),
    lapPages: count(stored.lapPages) ?? 0,
    pages: count(stored.pages),
    lapEndedAt: count(stored.lapEndedAt),
    tail: text(stored.tail),
    hot: hot.map((window) => ({ after: text(window?.after), arrivedAt: count(window?.arrivedAt) ?? 0 })).slice(0, MOST_WINDOWS),
    rules: text(stored.rules),
  }
}

export function storedCursor(cursor: SweepCursor): JsonObject {
  return { ...cursor, hot: cursor.hot.map(({ after, arrivedAt }) => ({ after, arrivedAt })) }
}

/** A page that starts after this key had new objects. */
export function withArrival(cursor: SweepCursor, after: string | null, arrivedAt: number): SweepCursor {
  return { ...cursor, hot: [{ after, arrivedAt }, ...cursor.hot.filter((window) => window.after !== after)].slice(0, MOST_WINDOWS) }
}

/** Pages that one poll may sweep, so that a lap takes `sweepIntervalMs`; without a first lap there is no limit. */
export function pagesPerPoll(
  { pages }: SweepCursor,
  settings: { readonly pollIntervalMs: number; readonly sweepIntervalMs: number; readonly maxListCallsPerPoll: number },
): number {
  if (pages === null) return Number.POSITIVE_INFINITY
  const needed = Math.ceil((pages * settings.pollIntervalMs) / settings.sweepIntervalMs)
  return Math.min(Math.max(needed, 10), Math.max(10, settings.maxListCallsPerPoll))
}

/** Starts of the pages where an arrival is likely: the tail, then where objects arrived last; none while one poll sees everything. */
export function hotStarts(cursor: SweepCursor, perPoll: number, calls: number): (string | null)[] {
  if (cursor.pages === null || cursor.pages <= perPoll) return []
  return [...new Set([cursor.tail, ...cursor.hot.map(({ after }) => after)])].slice(0, calls)
}

/** The longest time until a new object is found, ms; `null` before the first lap. */
export function discoveryBound(cursor: SweepCursor, perPoll: number, pollIntervalMs: number): number | null {
  return cursor.pages === null ? null : Math.max(1, Math.ceil(cursor.pages / perPoll)) * pollIntervalMs
}
