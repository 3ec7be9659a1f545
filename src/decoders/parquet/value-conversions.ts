import { isUtf8 } from 'node:buffer'
import { unsupportedFile } from '../decode-failure.js'
import type { ByteValues } from './byte-values.js'
import { PageProblem } from './page-problem.js'

/** Small integers are stored in 32 bits; one that does not fit its type breaks the format. */
export function narrowed<A extends Int8Array | Int16Array | Uint8Array | Uint16Array>(values: Int32Array, target: A): A {
  for (let i = 0; i < values.length; i++) {
    target[i] = values[i] as number
    if (target[i] !== values[i]) throw new PageProblem('an integer does not fit the type of its column')
  }
  return target
}

/** A 16-bit float, little-endian. */
export function half(bytes: Uint8Array): number {
  const bits = (bytes[0] as number) | ((bytes[1] as number) << 8)
  const sign = bits >> 15 === 0 ? 1 : -1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * 2 ** -24 * fraction
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
}

const unixEpochJulianDay = 2_440_588n
const nanosPerDay = 86_400_000_000_000n

/** The old timestamps of 96 bits (nanoseconds of a Julian day) as nanoseconds since 1970. */
export function int96(bytes: Uint8Array, count: number): BigInt64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12 * count)
  return BigInt64Array.from({ length: count }, (_, i) => {
    const days = BigInt(view.getInt32(12 * i + 8, true)) - unixEpochJulianDay
    const value = days * nanosPerDay + view.getBigInt64(12 * i, true)
    if (BigInt.asIntN(64, value) !== value) {
      throw unsupportedFile('An INT96 timestamp lies outside the years 1677 to 2262.', 'Write timestamps as INT64 in microseconds.')
    }
    return value
  })
}

/** Two's complement integers of any length, big-endian, as two words each; at most 128 bits are meant. */
export function words(count: number, valueAt: (i: number) => Uint8Array): BigInt64Array {
  const data = new BigInt64Array(2 * count)
  for (let i = 0; i < count; i++) {
    const bytes = valueAt(i)
    let value = (bytes[0] ?? 0) > 127 ? -1n : 0n
    for (const byte of bytes) value = (value << 8n) | BigInt(byte)
    if (bytes.length > 16 && BigInt.asIntN(128, value) !== value) throw new PageProblem('a decimal is over 128 bits')
    data[2 * i] = BigInt.asIntN(64, value)
    data[2 * i + 1] = value >> 64n
  }
  return data
}

/** 16 bytes as the 36 characters of a UUID. */
export function uuidText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Text is UTF-8, value by value: valid as a whole, and no value begins inside a character. */
export function checkText({ data, offsets, count }: ByteValues): void {
  let valid = isUtf8(data)
  for (let i = 0; valid && i < count; i++) {
    const at = offsets[i] as number
    valid = at === data.length || ((data[at] as number) & 0xc0) !== 0x80
  }
  if (!valid) throw new PageProblem('text that is not UTF-8')
}
