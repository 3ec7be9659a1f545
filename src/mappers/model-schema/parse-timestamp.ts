const minus = 45
const dot = 46
const colon = 58
const noZone = 1_000_000

/**
 * Microseconds since 1970 of a text cell: epoch seconds (`1650125707`, `-1.5`) or RFC 3339 with a zone
 * (`2022-04-16T16:15:00.25+02:00`). Read from bytes, for a string per cell costs ten times as much. Digits beyond
 * microseconds are dropped.
 *
 * @returns `NaN` when the cell is neither
 */
export function parseTimestamp(bytes: Uint8Array, from: number, to: number): number {
  return isClockTime(bytes, from, to) ? parseClockTime(bytes, from, to) : parseEpoch(bytes, from, to)
}

/** Written with a date: then it cannot be in milliseconds by mistake. */
export function isClockTime(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from > 4 && bytes[from + 4] === minus
}

function parseEpoch(bytes: Uint8Array, from: number, to: number): number {
  const negative = bytes[from] === minus
  const start = negative ? from + 1 : from
  let at = start
  let seconds = 0
  for (; at < to; at++) {
    const digit = (bytes[at] as number) - 48
    if (digit < 0 || digit > 9) break
    seconds = seconds * 10 + digit
  }
  if (at === start || at - start > 20) return Number.NaN
  let micros = 0
  if (at < to) {
    if (bytes[at] !== dot || at + 1 === to) return Number.NaN
    micros = fraction(bytes, at + 1, to)
  }
  const value = seconds * 1_000_000 + micros
  return negative ? -value : value
}

function parseClockTime(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 20) return Number.NaN
  const year = 100 * pair(bytes, from) + pair(bytes, from + 2)
  const month = pair(bytes, from + 5)
  const day = pair(bytes, from + 8)
  const hour = pair(bytes, from + 11)
  const minute = pair(bytes, from + 14)
  // A leap second is written as the 60th of a minute.
  const second = pair(bytes, from + 17)
  const separator = bytes[from + 10] as number
  const separated = bytes[from + 7] === minus && (separator === 84 || separator === 116 || separator === 32)
  if (!separated || bytes[from + 13] !== colon || bytes[from + 16] !== colon) return Number.NaN
  if (year >= 10_000 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return Number.NaN
  if (day > 28 && day > daysInMonth(year, month)) return Number.NaN
  let at = from + 19
  let micros = 0
  if (bytes[at] === dot) {
    const start = ++at
    while (at < to && (bytes[at] as number) >= 48 && (bytes[at] as number) <= 57) at++
    if (at === start) return Number.NaN
    micros = fraction(bytes, start, at)
  }
  const offset = zoneSeconds(bytes, at, to)
  if (offset === noZone) return Number.NaN
  const seconds = daysSince1970(year, month, day) * 86_400 + (hour * 3_600 + minute * 60 + second - offset)
  return seconds * 1_000_000 + micros
}

/** Seconds east of UTC; `noZone` when no zone ends the text. */
function zoneSeconds(bytes: Uint8Array, at: number, to: number): number {
  const sign = bytes[at] as number
  if (to - at === 1) return sign === 90 || sign === 122 ? 0 : noZone
  if (to - at !== 6 || (sign !== 43 && sign !== minus) || bytes[at + 3] !== colon) return noZone
  const hours = pair(bytes, at + 1)
  const minutes = pair(bytes, at + 4)
  if (hours > 23 || minutes > 59) return noZone
  return (sign === minus ? -1 : 1) * (hours * 3_600 + minutes * 60)
}

/** Two digits; above every limit when one is none. Whole numbers all the way: NaN would make the callers slow. */
function pair(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - 48
  const ones = (bytes[at + 1] as number) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : 1_000_000
}

/** Microseconds of the digits after a dot; `NaN` for anything but digits. */
function fraction(bytes: Uint8Array, from: number, to: number): number {
  let micros = 0
  let unit = 100_000
  for (let i = from; i < to; i++) {
    const digit = (bytes[i] as number) - 48
    if (digit < 0 || digit > 9) return Number.NaN
    if (unit >= 1) micros += digit * unit
    unit = unit === 1 ? 0 : unit / 10
  }
  return micros
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Of the proleptic Gregorian calendar, years 0 to 9999; years are counted from March, so that the leap day is the last. */
function daysSince1970(year: number, month: number, day: number): number {
  // A whole cycle of 400 years more keeps every division above zero.
  const y = (month <= 2 ? year - 1 : year) + 400
  const dayOfYear = ((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0
  return 365 * y + ((y / 4) | 0) - ((y / 100) | 0) + ((y / 400) | 0) + dayOfYear + day - 1 - 719_468 - 146_097
}
