import type { TimestampUnit } from '../../model/data-type.js'
import { civilDays } from './civil-days.js'

const integer = /^[+-]?\d{1,40}$/
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,6})?$/
const epoch = /^([+-]?)(\d{1,19})(?:\.(\d+))?$/
const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/
const fullDate = /^(\d{4})-(\d\d)-(\d\d)$/
const fractionDigits = { s: 0, ms: 3, us: 6, ns: 9 } as const
const notFinite: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
}

/** Digits with an optional sign that fit 64 bits; else `undefined`. */
export function parseInt64(text: string): bigint | undefined {
  if (!integer.test(text)) return undefined
  const value = text.length <= 15 ? BigInt(Number(text)) : BigInt(text.startsWith('+') ? text.slice(1) : text)
  return BigInt.asIntN(64, value) === value ? value : undefined
}

/** A decimal number that a double can hold, or `nan`, `inf`, `infinity` in any case; else `undefined`. */
export function parseFloat64(text: string): number | undefined {
  if (decimal.test(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? value : undefined
  }
  if (text.length > 9) return undefined
  const negative = text.startsWith('-')
  const word = (negative ? text.slice(1) : text).toLowerCase()
  if (!Object.hasOwn(notFinite, word)) return undefined
  const value = notFinite[word] as number
  return negative ? -value : value
}

/** `true` or `false` in any case; else `undefined`. */
export function parseBool(text: string): boolean | undefined {
  if (text.length > 5) return undefined
  const lower = text.toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}

/** `YYYY-MM-DD` as days since 1970-01-01; else `undefined`. */
export function parseDate(text: string): number | undefined {
  const parts = fullDate.exec(text)
  return parts === null ? undefined : civilDays(Number(parts[1]), Number(parts[2]), Number(parts[3]))
}

/**
 * Seconds since 1970, whole or decimal, or RFC3339 text with its offset, in `unit`; else `undefined`. What is finer than
 * the unit is dropped.
 */
export function parseTimestamp(text: string, unit: TimestampUnit): bigint | undefined {
  const digits = fractionDigits[unit]
  const value = parseEpoch(text, digits) ?? parseRfc3339(text, digits)
  return value !== undefined && BigInt.asIntN(64, value) === value ? value : undefined
}

/** Is it RFC3339 text, and not a number? */
export function isRfc3339(text: string): boolean {
  return parseRfc3339(text, 0) !== undefined
}

function parseEpoch(text: string, digits: number): bigint | undefined {
  const parts = epoch.exec(text)
  if (parts === null) return undefined
  const magnitude = BigInt(`${parts[2]}${fraction(parts[3], digits)}`)
  return parts[1] === '-' ? -magnitude : magnitude
}

function parseRfc3339(text: string, digits: number): bigint | undefined {
  const parts = rfc3339.exec(text)
  if (parts === null) return undefined
  const days = civilDays(Number(parts[1]), Number(parts[2]), Number(parts[3]))
  const [hour, minute, second] = [Number(parts[4]), Number(parts[5]), Number(parts[6])]
  const [offsetHours, offsetMinutes] = [Number(parts[9] ?? 0), Number(parts[10] ?? 0)]
  // 60 is a leap second; it falls on the next minute's first.
  if (days === undefined || hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) return undefined
  const offset = (offsetHours * 60 + offsetMinutes) * (parts[8] === '-' ? -60 : 60)
  const seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
  return BigInt(seconds) * 10n ** BigInt(digits) + BigInt(fraction(parts[7], digits) || 0)
}

/** The first `digits` digits of a fraction, filled up with zeros. */
function fraction(text: string | undefined, digits: number): string {
  return (text ?? '').slice(0, digits).padEnd(digits, '0')
}
