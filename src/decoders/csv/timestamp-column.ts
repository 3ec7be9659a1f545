import type { Column } from '../../model/column.js'
import type { DataType } from '../../model/data-type.js'
import type { ByteColumn, ByteColumnPlace } from './byte-column.js'
import { type CellBlock, cellText } from './cell-block.js'
import { parseTimestamp } from './cell-parsers.js'
import { civilDays } from './civil-days.js'
import { ColumnNulls } from './column-nulls.js'
import { datePart, twoDigits } from './date-part.js'
import { storeInt64 } from './store-int64.js'

type TimestampType = Extract<DataType, { kind: 'timestamp' }>

const fractionDigits = { s: 0, ms: 3, us: 6, ns: 9 } as const
const [point, colon, minus, plus, upperZ] = [46, 58, 45, 43, 90]
/** Up to 2262, within 64 bits of nanoseconds. */
const mostSeconds = 9_223_372_036

/** Epoch seconds, whole or decimal, and RFC3339, as integers in the unit asked for. */
export class TimestampColumn implements ByteColumn {
  readonly textBytes = 0
  readonly #place: ByteColumnPlace
  readonly #type: TimestampType
  readonly #digits: number
  readonly #nulls: ColumnNulls
  #data: BigInt64Array
  /** The date parsed last: the next cell mostly has it too. */
  #date = -1
  #days: number | undefined

  constructor(place: ByteColumnPlace, type: TimestampType) {
    this.#place = place
    this.#type = type
    this.#digits = fractionDigits[type.unit]
    this.#nulls = new ColumnNulls(place.capacity)
    this.#data = new BigInt64Array(place.capacity)
  }

  append({ text, bounds, stride }: CellBlock, from: number, count: number, rowIndex: number): void {
    const { index, dialect } = this.#place
    const { nulls } = dialect
    const words = new Int32Array(this.#data.buffer)
    for (let k = from * stride + index, row = rowIndex, last = rowIndex + count; row < last; row++, k += stride) {
      const start = (bounds[k] as number) + 1
      const end = bounds[k + 1] as number
      if (end <= start || nulls?.has(text, start, end)) this.#nulls.set(row)
      else if (!this.#epoch(text, start, end, words, row) && !this.#dateTime(text, start, end, words, row))
        this.#parse(cellText(text, start, end, dialect), row)
    }
  }

  finish(length: number): Column {
    const data = this.#data
    const { capacity } = this.#place
    const { unit, timezone } = this.#type
    this.#data = new BigInt64Array(capacity)
    const validity = this.#nulls.take(length)
    return { kind: 'timestamp', unit, timezone, length, validity, data: length === capacity ? data : data.slice(0, length) }
  }

  /** Seconds from 0 on; false for other text. */
  #epoch(text: Uint8Array, start: number, end: number, words: Int32Array, row: number): boolean {
    let seconds = 0
    let at = start
    for (; at < end; at++) {
      const digit = (text[at] as number) - 48
      if (digit >>> 0 > 9) break
      seconds = seconds * 10 + digit
    }
    if (at === start || at - start > 10 || seconds >= mostSeconds) return false
    if (at < end && (text[at] !== point || at + 1 === end)) return false
    return this.#store(text, at, end, seconds, words, row)
  }

  /** RFC3339; false for other text. */
  #dateTime(text: Uint8Array, start: number, end: number, words: Int32Array, row: number): boolean {
    if (end - start < 20 || text[start + 13] !== colon || text[start + 16] !== colon) return false
    const between = text[start + 10] as number
    if (between !== 0x54 && between !== 0x74 && between !== 0x20) return false
    const date = datePart(text, start)
    const hour = twoDigits(text, start + 11)
    const minute = twoDigits(text, start + 14)
    const second = twoDigits(text, start + 17)
    if ((date | hour | minute | second) < 0 || hour > 23 || minute > 59 || second > 60) return false
    let stop = end - 1
    let offset = 0
    if (((text[stop] as number) & ~0x20) !== upperZ) {
      stop = end - 6
      const sign = text[stop]
      const hours = twoDigits(text, stop + 1)
      const minutes = twoDigits(text, stop + 4)
      if (stop < start + 19 || (sign !== plus && sign !== minus) || text[stop + 3] !== colon) return false
      if ((hours | minutes) < 0 || hours > 23 || minutes > 59) return false
      offset = (hours * 60 + minutes) * (sign === minus ? -60 : 60)
    }
    if (stop > start + 19 && (text[start + 19] !== point || stop === start + 20)) return false
    if (date !== this.#date) {
      this.#date = date
      this.#days = civilDays(date >> 9, (date >> 5) & 15, date & 31)
    }
    const days = this.#days
    if (days === undefined) return false
    const seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    if (seconds < 0 || seconds >= mostSeconds) return false
    return this.#store(text, start + 19, stop, seconds, words, row)
  }

  /** @param at of the point of the fraction, or the end */
  #store(text: Uint8Array, at: number, end: number, seconds: number, words: Int32Array, row: number): boolean {
    const digits = this.#digits
    let scale = 1
    let fraction = 0
    let next = at + 1
    for (let i = 0; i < digits; i++, next++) {
      scale *= 10
      fraction *= 10
      if (next < end) {
        const digit = (text[next] as number) - 48
        if (digit >>> 0 > 9) return false
        fraction += digit
      }
    }
    // What is finer than the unit is dropped, but has to be digits.
    for (; next < end; next++) if (((text[next] as number) - 48) >>> 0 > 9) return false
    storeInt64(words, row, seconds, scale, fraction)
    return true
  }

  #parse(cell: string, row: number): void {
    const value = parseTimestamp(cell, this.#type.unit)
    if (value !== undefined) {
      this.#data[row] = value
      return
    }
    this.#place.issues.addCell(row, this.#place.ordinal)
    this.#nulls.set(row)
  }
}
