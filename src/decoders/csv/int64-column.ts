import type { Column } from '../../model/column.js'
import type { ByteColumn, ByteColumnPlace } from './byte-column.js'
import { type CellBlock, cellText } from './cell-block.js'
import { parseInt64 } from './cell-parsers.js'
import { ColumnNulls } from './column-nulls.js'
import { negateInt64, storeInt32, storeInt64 } from './store-int64.js'

const minus = 45
const powers = Array.from({ length: 10 }, (_, i) => 10 ** i)

/** Digits with an optional sign. */
export class Int64Column implements ByteColumn {
  readonly textBytes = 0
  readonly #place: ByteColumnPlace
  readonly #nulls: ColumnNulls
  #data: BigInt64Array

  constructor(place: ByteColumnPlace) {
    this.#place = place
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
      if (end <= start || nulls?.has(text, start, end)) {
        this.#nulls.set(row)
        continue
      }
      const negative = text[start] === minus
      const digits = negative ? start + 1 : start
      const length = end - digits
      let at = digits
      let value = 0
      // Up to nine digits are an int32.
      const firstEnd = length > 9 ? digits + 9 : end
      for (; at < firstEnd; at++) {
        const digit = (text[at] as number) - 48
        if (digit >>> 0 > 9) break
        value = (Math.imul(value, 10) + digit) | 0
      }
      if (at < firstEnd || length === 0 || length > 18) this.#parse(cellText(text, start, end, dialect), row)
      else if (at === end) storeInt32(words, row, negative ? -value : value)
      else {
        let rest = 0
        for (; at < end; at++) {
          const digit = (text[at] as number) - 48
          if (digit >>> 0 > 9) break
          rest = (Math.imul(rest, 10) + digit) | 0
        }
        if (at < end) this.#parse(cellText(text, start, end, dialect), row)
        else {
          storeInt64(words, row, value, powers[length - 9] as number, rest)
          if (negative) negateInt64(words, row)
        }
      }
    }
  }

  finish(length: number): Column {
    const data = this.#data
    const { capacity } = this.#place
    this.#data = new BigInt64Array(capacity)
    return { kind: 'int64', length, validity: this.#nulls.take(length), data: length === capacity ? data : data.slice(0, length) }
  }

  #parse(cell: string, row: number): void {
    const value = parseInt64(cell)
    if (value !== undefined) {
      this.#data[row] = value
      return
    }
    this.#place.issues.addCell(row, this.#place.ordinal)
    this.#nulls.set(row)
  }
}
