import { setBit } from '../../model/bitmap.js'
import type { Column } from '../../model/column.js'
import type { ByteColumn, ByteColumnPlace } from './byte-column.js'
import { type CellBlock, cellText } from './cell-block.js'
import { ColumnNulls } from './column-nulls.js'

const littleEndianTrue = 0x65757274
const littleEndianFals = 0x736c6166
const lowerCase = 0x20202020

/** `true` and `false` in any case, or the words of the dialect. */
export class BoolColumn implements ByteColumn {
  readonly textBytes = 0
  readonly #place: ByteColumnPlace
  readonly #nulls: ColumnNulls
  #data: Uint8Array

  constructor(place: ByteColumnPlace) {
    this.#place = place
    this.#nulls = new ColumnNulls(place.capacity)
    this.#data = this.#newData()
  }

  append({ text, view, bounds, stride }: CellBlock, from: number, count: number, rowIndex: number): void {
    const { index, ordinal, dialect, issues } = this.#place
    const { nulls, words } = dialect
    const plain = !words.ownBooleans
    const data = this.#data
    for (let k = from * stride + index, row = rowIndex, last = rowIndex + count; row < last; row++, k += stride) {
      const start = (bounds[k] as number) + 1
      const end = bounds[k + 1] as number
      if (end <= start || nulls?.has(text, start, end)) {
        this.#nulls.set(row)
        continue
      }
      const word = view.getInt32(start, true) | lowerCase
      let value: boolean | undefined
      if (plain && end - start === 4 && word === littleEndianTrue) value = true
      else if (plain && end - start === 5 && word === littleEndianFals && ((text[start + 4] as number) | 0x20) === 0x65) value = false
      else value = words.bool(cellText(text, start, end, dialect))
      if (value === true) setBit(data, row)
      else if (value === undefined) {
        issues.addCell(row, ordinal)
        this.#nulls.set(row)
      }
    }
  }

  finish(length: number): Column {
    const data = this.#data
    this.#data = this.#newData()
    return { kind: 'bool', length, validity: this.#nulls.take(length), data: data.slice(0, (length + 7) >> 3) }
  }

  #newData(): Uint8Array {
    return new Uint8Array((this.#place.capacity + 7) >> 3)
  }
}
