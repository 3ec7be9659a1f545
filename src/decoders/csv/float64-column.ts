import type { Column } from '../../model/column.js'
import type { ByteColumn, ByteColumnPlace } from './byte-column.js'
import { type CellBlock, cellText } from './cell-block.js'
import { ColumnNulls } from './column-nulls.js'
import { divideByPower, exactPowers } from './divide-by-power.js'

const [minus, dot, comma, exponentMark] = [45, 46, 44, 0x65]

/** Decimal numbers, correctly rounded: equal to `Number(text)`. */
export class Float64Column implements ByteColumn {
  readonly textBytes = 0
  readonly #place: ByteColumnPlace
  readonly #nulls: ColumnNulls
  #data: Float64Array

  constructor(place: ByteColumnPlace) {
    this.#place = place
    this.#nulls = new ColumnNulls(place.capacity)
    this.#data = new Float64Array(place.capacity)
  }

  append({ text, bounds, stride }: CellBlock, from: number, count: number, rowIndex: number): void {
    const { index, dialect } = this.#place
    const { nulls } = dialect
    const point = dialect.words.decimal === '.' ? dot : comma
    const data = this.#data
    const powers = exactPowers
    for (let k = from * stride + index, row = rowIndex, last = rowIndex + count; row < last; row++, k += stride) {
      const start = (bounds[k] as number) + 1
      const end = bounds[k + 1] as number
      if (end <= start || nulls?.has(text, start, end)) {
        this.#nulls.set(row)
        continue
      }
      let at = start
      let byte = text[at] as number
      const negative = byte === minus
      if (negative) byte = text[++at] as number
      const digitsStart = at
      // The number's digits without its point: nine in one int32, up to nine more in another.
      let first = 0
      let second = 0
      let digits = 0
      let fractionStart = 0
      // The byte at `end` is no digit, point or exponent: a delimiter, a line end or a quote.
      for (;;) {
        const digit = byte - 48
        if (digit >>> 0 <= 9) {
          if (digits < 9) first = (Math.imul(first, 10) + digit) | 0
          else second = (Math.imul(second, 10) + digit) | 0
          // Zeros at the start are no digits of the number.
          if ((first | digit) !== 0) digits++
        } else if (byte === point && fractionStart === 0) fractionStart = at + 1
        else break
        byte = text[++at] as number
      }
      let scale = fractionStart === 0 ? 0 : fractionStart - at
      const written = at - digitsStart - (fractionStart === 0 ? 0 : 1)
      let plain = written > 0 && digits <= 18
      if (at !== end) {
        if (!plain || (byte | 0x20) !== exponentMark) plain = false
        else {
          byte = text[++at] as number
          const down = byte === minus
          if (down || byte === 43) at++
          const from = at
          let exponent = 0
          for (; at < end && at - from < 4; at++) {
            const digit = (text[at] as number) - 48
            if (digit >>> 0 > 9) break
            exponent = exponent * 10 + digit
          }
          plain = at === end && at > from
          scale += down ? -exponent : exponent
        }
      }
      if (plain) {
        let value = digits <= 9 ? first : first * (powers[digits - 9] as number) + second
        if (digits <= 15) {
          if (scale < 0) {
            if (scale >= -22) value /= powers[-scale] as number
            else plain = value === 0
          } else if (scale > 0) {
            if (scale <= 22) value *= powers[scale] as number
            else plain = value === 0
          }
        } else if (scale < 0 && scale >= -22) {
          value = divideByPower(first * (powers[digits - 9] as number), second, -scale)
          // NaN: too close to the middle between two numbers.
          plain = !Number.isNaN(value)
        } else plain = scale === 0
        if (plain) {
          data[row] = negative ? -value : value
          continue
        }
      }
      this.#parse(cellText(text, start, end, dialect), row)
    }
  }

  finish(length: number): Column {
    const data = this.#data
    const { capacity } = this.#place
    this.#data = new Float64Array(capacity)
    return { kind: 'float64', length, validity: this.#nulls.take(length), data: length === capacity ? data : data.slice(0, length) }
  }

  #parse(cell: string, row: number): void {
    const value = this.#place.dialect.words.float64(cell)
    if (value !== undefined) {
      this.#data[row] = value
      return
    }
    this.#place.issues.addCell(row, this.#place.ordinal)
    this.#nulls.set(row)
  }
}
