import { bitAt } from '../../model/bitmap.js'
import type { Dictionary } from '../../model/column.js'
import type { ColumnNulls } from './column-nulls.js'
import { TEXT_PADDING } from './csv-text.js'

const none = new ArrayBuffer(0)

/** Bytes and offsets of one text column, batch after batch. */
export class PlainText {
  readonly #capacity: number
  /** Of the text written so far in this batch. */
  at = 0
  offsets = new Int32Array(0)
  data = new Uint8Array(none)
  /** `data` again, to write words. */
  target = new DataView(none)
  /** Of the batch before: the next needs about as much. */
  #before = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** So that `bytes` more fit, and a little is written past them. */
  makeRoom(bytes: number): void {
    if (this.offsets.length === 0) this.offsets = new Int32Array(this.#capacity + 1)
    const needed = this.at + bytes + TEXT_PADDING
    if (needed <= this.data.length) return
    const grown = new Uint8Array(Math.max(needed, this.at === 0 ? this.#before + (this.#before >> 4) : 2 * this.data.length))
    grown.set(this.data.subarray(0, this.at))
    this.data = grown
    this.target = new DataView(grown.buffer)
  }

  /** Begins a batch with the rows that were codes of a dictionary. */
  expand({ values }: Dictionary, indices: Int32Array, rowCount: number, nulls: ColumnNulls): void {
    if (values.kind !== 'utf8') return
    const bitmap = nulls.current
    const rangeOf = (row: number): [number, number] => {
      const index = indices[row] as number
      return bitAt(bitmap, row) ? [values.offsets[index] as number, values.offsets[index + 1] as number] : [0, 0]
    }
    let bytes = 0
    for (let row = 0; row < rowCount; row++) {
      const [from, to] = rangeOf(row)
      bytes += to - from
    }
    this.makeRoom(bytes)
    for (let row = 0; row < rowCount; row++) {
      const [from, to] = rangeOf(row)
      this.data.set(values.data.subarray(from, to), this.at)
      this.at += to - from
      this.offsets[row + 1] = this.at
    }
  }

  /** The batch; then begins the next. */
  take(length: number): { readonly offsets: Int32Array; readonly data: Uint8Array } {
    this.makeRoom(0)
    const { offsets, data, at } = this
    this.#before = at + TEXT_PADDING
    this.at = 0
    this.offsets = new Int32Array(0)
    this.data = new Uint8Array(none)
    this.target = new DataView(none)
    return {
      offsets: length === this.#capacity ? offsets : offsets.slice(0, length + 1),
      // A view, unless it would keep much more than it shows.
      data: at >= data.length - (data.length >> 2) ? data.subarray(0, at) : data.slice(0, at),
    }
  }
}
