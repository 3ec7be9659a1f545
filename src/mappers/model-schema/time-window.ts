/** The times a row may have, in microseconds since 1970, both inclusive. */
export interface TimeWindow {
  readonly from: number
  readonly to: number
  /** For messages. */
  readonly fromDay: string
  readonly toDay: string
}

const yearMicros = 365 * 86_400_000_000

/**
 * Years of 365 days around the file's `asOf`: never the clock, so that a retry next day rejects the same rows. Ends at
 * the microseconds that a number holds exactly (the years 1684 to 2255).
 */
export function timeWindow(asOf: Date, { past, future }: { readonly past: number; readonly future: number }): TimeWindow {
  const now = asOf.getTime() * 1000
  const from = Math.max(now - past * yearMicros, Number.MIN_SAFE_INTEGER)
  const to = Math.min(now + future * yearMicros, Number.MAX_SAFE_INTEGER)
  const day = (micros: number): string => new Date(Math.floor(micros / 1000)).toISOString().slice(0, 10)
  return { from, to, fromDay: day(from), toDay: day(to) }
}
