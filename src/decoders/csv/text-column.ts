import type { Column } from '../../model/column.js'
import type { ByteColumn, ByteColumnPlace } from './byte-column.js'
import { type CellBlock, copyQuoted, hasEscapes } from './cell-block.js'
import { ColumnNulls } from './column-nulls.js'
import { TEXT_PADDING } from './csv-text.js'
import { PlainText } from './plain-text.js'
import { TextDictionary } from './text-dictionary.js'

/** Text: codes of a dictionary while the file's values are few, else bytes and offsets. */
export class TextColumn implements ByteColumn {
  textBytes = 0
  readonly #place: ByteColumnPlace
  readonly #nulls: ColumnNulls
  readonly #plain: PlainText
  #dictionary: TextDictionary | null
  #indices: Int32Array | null = null
  /** Holds one cell whose escapes were taken out. */
  #scratch = newScratch(1024)

  constructor(place: ByteColumnPlace) {
    this.#place = place
    this.#nulls = new ColumnNulls(place.capacity)
    this.#plain = new PlainText(place.capacity)
    this.#dictionary = new TextDictionary(place.ordinal, place.textColumns)
  }

  append(cells: CellBlock, from: number, count: number, rowIndex: number): void {
    const done = this.#dictionary === null ? 0 : this.#encode(cells, this.#dictionary, from, count, rowIndex)
    if (done < count) this.#copy(cells, from + done, count - done, rowIndex + done)
  }

  finish(length: number): Column {
    this.textBytes = 0
    const validity = this.#nulls.take(length)
    const dictionary = this.#dictionary
    if (dictionary === null || dictionary.size === 0) return { kind: 'utf8', length, validity, ...this.#plain.take(length) }
    const indices = this.#indices ?? new Int32Array(length)
    this.#indices = null
    return {
      kind: 'dictionary',
      length,
      validity,
      indices: indices.length === length ? indices : indices.slice(0, length),
      dictionary: dictionary.tell(),
    }
  }

  /** Returns how many rows were taken: fewer than `count` when the dictionary was given up. */
  #encode({ text, view, bounds, stride }: CellBlock, dictionary: TextDictionary, from: number, count: number, rowIndex: number): number {
    const { index, dialect } = this.#place
    const { quote, escaper, nulls } = dialect
    this.#indices ??= new Int32Array(this.#place.capacity)
    const indices = this.#indices
    let bytes = 0
    for (let k = from * stride + index, row = rowIndex, last = rowIndex + count; row < last; row++, k += stride) {
      let start = (bounds[k] as number) + 1
      const end = bounds[k + 1] as number
      if (end <= start || nulls?.has(text, start, end)) {
        this.#nulls.set(row)
        continue
      }
      let length = end - start
      let source = view
      if (text[start] === quote) {
        if (hasEscapes(text, start, end, escaper)) {
          this.#scratch = this.#scratch.byteLength < length + TEXT_PADDING ? newScratch(length) : this.#scratch
          length = copyQuoted(text, start, end, escaper, new Uint8Array(this.#scratch.buffer), 0)
          source = this.#scratch
          start = 0
        } else {
          start++
          length -= 2
        }
      }
      const code = dictionary.indexOf(source, start, length)
      if (code < 0) {
        this.textBytes += bytes
        this.#giveUp(dictionary, indices, row)
        return row - rowIndex
      }
      indices[row] = code
      bytes += length
    }
    this.textBytes += bytes
    return count
  }

  /** From this batch on the column is plain; its rows before `rowCount` are written out. */
  #giveUp(dictionary: TextDictionary, indices: Int32Array, rowCount: number): void {
    this.#plain.expand(dictionary.tell(), indices, rowCount, this.#nulls)
    this.#dictionary = null
    this.#indices = null
    this.#scratch = newScratch(0)
  }

  #copy({ text, view, bounds, stride }: CellBlock, from: number, count: number, rowIndex: number): void {
    const { index, dialect } = this.#place
    const { quote, escaper, nulls } = dialect
    const plain = this.#plain
    let most = 0
    for (let k = from * stride + index, i = 0; i < count; i++, k += stride) most += (bounds[k + 1] as number) - (bounds[k] as number) - 1
    plain.makeRoom(most)
    const { offsets, data, target } = plain
    const before = plain.at
    let to = before
    for (let k = from * stride + index, row = rowIndex, last = rowIndex + count; row < last; row++, k += stride) {
      const start = (bounds[k] as number) + 1
      const end = bounds[k + 1] as number
      if (end <= start || nulls?.has(text, start, end)) this.#nulls.set(row)
      else if (text[start] === quote) to += copyQuoted(text, start, end, escaper, data, to)
      else {
        // Four bytes at a time; those past the cell are written over by the next.
        const length = end - start
        if (length > 256) data.set(text.subarray(start, end), to)
        else for (let i = 0; i < length; i += 4) target.setInt32(to + i, view.getInt32(start + i, true), true)
        to += length
      }
      offsets[row + 1] = to
    }
    plain.at = to
    this.textBytes += to - before
  }
}

function newScratch(bytes: number): DataView<ArrayBuffer> {
  return new DataView(new ArrayBuffer(bytes + TEXT_PADDING))
}
