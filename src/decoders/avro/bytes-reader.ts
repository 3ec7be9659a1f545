import { isUtf8 } from 'node:buffer'
import type { Column } from '../../model/column.js'
import type { BlockCursor } from './block-cursor.js'
import { BlockProblem } from './block-problem.js'
import { NullMarks } from './null-marks.js'
import type { Meter, ValueReader } from './value-reader.js'

/** Where the bytes of a value are: at the cursor, or in a table of symbols. */
export type FindBytes = (cursor: BlockCursor) => { readonly bytes: Uint8Array; readonly start: number; readonly length: number }

/** Text or bytes: each preceded by its length, unless `find` says otherwise. */
export class BytesReader implements ValueReader {
  readonly #kind: 'utf8' | 'binary'
  readonly #meter: Meter
  readonly #cellBytes: number
  readonly #find: FindBytes | null
  readonly #nulls = new NullMarks()
  #offsets = new Int32Array(65)
  #data = new Uint8Array(1024)
  #length = 0

  constructor(kind: 'utf8' | 'binary', meter: Meter, cellBytes: number, find: FindBytes | null = null) {
    this.#kind = kind
    this.#meter = meter
    this.#cellBytes = cellBytes
    this.#find = find
  }

  read(cursor: BlockCursor): void {
    if (this.#find === null) {
      const length = cursor.readLength()
      this.#append(cursor.bytes, cursor.skip(length), length)
    } else {
      const { bytes, start, length } = this.#find(cursor)
      this.#append(bytes, start, length)
    }
  }

  readNull(): void {
    this.#nulls.add(this.#length)
    this.#append(this.#data, 0, 0)
  }

  finish(): Column {
    const length = this.#length
    const offsets = this.#offsets.slice(0, length + 1)
    const data = this.#data.slice(0, offsets[length])
    if (this.#kind === 'utf8') checkText(data, offsets)
    this.#offsets = new Int32Array(65)
    this.#data = new Uint8Array(1024)
    this.#length = 0
    return { kind: this.#kind, length, validity: this.#nulls.finish(length), offsets, data }
  }

  #append(bytes: Uint8Array, start: number, length: number): void {
    this.#meter.bytes += 4 + length
    if (length > this.#cellBytes) this.#meter.check()
    const at = this.#offsets[this.#length] as number
    if (at + length > this.#data.length) {
      const grown = new Uint8Array(Math.max(2 * this.#data.length, at + length))
      grown.set(this.#data.subarray(0, at))
      this.#data = grown
    }
    if (length < 24) for (let i = 0; i < length; i++) this.#data[at + i] = bytes[start + i] as number
    else this.#data.set(bytes.subarray(start, start + length), at)
    if (this.#length + 1 === this.#offsets.length) {
      const grown = new Int32Array(2 * this.#offsets.length)
      grown.set(this.#offsets)
      this.#offsets = grown
    }
    this.#offsets[++this.#length] = at + length
  }
}

/** Valid as a whole, and no value begins inside a character. */
export function checkText(data: Uint8Array, offsets: Int32Array): void {
  let valid = isUtf8(data)
  for (let i = 0; valid && i < offsets.length; i++)
    valid = offsets[i] === data.length || ((data[offsets[i] as number] as number) & 0xc0) !== 0x80
  if (!valid) throw new BlockProblem('text that is not UTF-8')
}
