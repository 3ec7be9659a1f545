import type { Column } from '../../model/column.js'
import type { ByteColumn, ByteColumnPlace } from './byte-column.js'
import { type CellBlock, cellText } from './cell-block.js'
import { parseDate } from './cell-parsers.js'
import { civilDays } from './civil-days.js'
import { ColumnNulls } from './column-nulls.js'
import { datePart } from './date-part.js'

/** `YYYY-MM-DD` as days since 1970-01-01. */
export class DateColumn implements ByteColumn {
  readonly textBytes = 0
  readonly #place: ByteColumnPlace
  readonly #nulls: ColumnNulls
  #data: Int32Array

  constructor(place: ByteColumnPlace) {
    this.#place = place
    this.#nulls = new ColumnNulls(place.capacity)
    this.#data = new Int32Array(place.capacity)
  }

  append({ text, bounds, stride }: CellBlock, from: number, count: number, rowIndex: number): void {
    const { index, ordinal, dialect, issues } = this.#place
    const { nulls } = dialect
    const data = this.#data
    for (let k = from * stride + index, row = rowIndex, last = rowIndex + count; row < last; row++, k += stride) {
      const start = (bounds[k] as number) + 1
      const end = bounds[k + 1] as number
      if (end <= start || nulls?.has(text, start, end)) {
        this.#nulls.set(row)
        continue
      }
      const parts = end - start === 10 ? datePart(text, start) : -1
      const days = parts < 0 ? parseDate(cellText(text, start, end, dialect)) : civilDays(parts >> 9, (parts >> 5) & 15, parts & 31)
      if (days === undefined) {
        issues.addCell(row, ordinal)
        this.#nulls.set(row)
      } else data[row] = days
    }
  }

  finish(length: number): Column {
    const data = this.#data
    const { capacity } = this.#place
    this.#data = new Int32Array(capacity)
    return { kind: 'date', length, validity: this.#nulls.take(length), data: length === capacity ? data : data.slice(0, length) }
  }
}
