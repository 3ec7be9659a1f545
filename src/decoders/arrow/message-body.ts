import type { Budgets } from '../../model/budgets.js'
import { corruptFile, overBudget } from '../decode-failure.js'
import type { BufferCompression, UnpackBuffer } from './buffer-codec.js'

/** Lengths and places in a message, as its header tells them. */
export interface BatchHeader {
  readonly length: number
  readonly nodes: readonly { readonly length: number; readonly nullCount: number }[]
  readonly buffers: readonly { readonly offset: number; readonly length: number }[]
  readonly variadicBufferCounts: readonly number[]
  readonly compression: BufferCompression | null
}

type ArrayOf<T> = { new (buffer: ArrayBufferLike, byteOffset: number, length: number): T; readonly BYTES_PER_ELEMENT: number }

/** Most rows of one message: rows are counted in 32 bits. */
const mostRows = 2 ** 31 - 1

/**
 * A message's body, read in the order of its header: one node a field, then its buffers. Every length is checked
 * against the body before a view is made. Views share the body's memory where it is aligned, else they are copies; a
 * compressed buffer is unpacked when it is read, into memory of its own.
 */
export class MessageBody {
  readonly #header: BatchHeader
  readonly #bytes: Uint8Array
  readonly #byteOffset: number
  readonly #budgets: Pick<Budgets, 'cellBytes' | 'groupBytes'>
  readonly #unpack: UnpackBuffer | null
  #node = 0
  #buffer = 0
  #variadic = 0
  /** Where the last buffer ended. */
  #end = 0

  /**
   * @param byteOffset of the message in the file, for errors
   * @param unpack for a message whose sizes `checkUnpackedSize` has held against the budgets
   */
  constructor(
    header: BatchHeader,
    bytes: Uint8Array,
    byteOffset: number,
    budgets: Pick<Budgets, 'cellBytes' | 'groupBytes'>,
    unpack: UnpackBuffer | null = null,
  ) {
    this.#budgets = budgets
    this.#header = header
    this.#bytes = bytes
    this.#byteOffset = byteOffset
    this.#unpack = unpack
  }

  get rowCount(): number {
    return this.#header.length
  }

  nextNode(): { readonly length: number; readonly nullCount: number } {
    const node = this.#header.nodes[this.#node++]
    if (node === undefined) throw this.corrupt('has fewer fields than its schema')
    if (!(node.length >= 0 && node.length <= mostRows)) throw this.corrupt(`has a field of ${node.length} rows`)
    return node
  }

  nextBuffer(): Uint8Array {
    return this.#unpacked(this.#nextRegion())
  }

  #nextRegion(): Uint8Array {
    const region = this.#header.buffers[this.#buffer++]
    if (region === undefined) throw this.corrupt('has fewer buffers than its schema')
    const { offset, length } = region
    if (!(offset >= 0 && length >= 0 && offset + length <= this.#bytes.length)) throw this.corrupt('has a buffer beyond its end')
    if (length === 0) return this.#bytes.subarray(0, 0)
    // Columns are put right in place: what one owns must not be part of another.
    if (offset < this.#end) throw this.corrupt('has buffers that overlap')
    this.#end = offset + length
    return this.#bytes.subarray(offset, offset + length)
  }

  #unpacked(stored: Uint8Array): Uint8Array {
    if (this.#unpack === null || stored.length === 0) return stored
    const size = unpackedSize(stored)
    if (size === null) return stored.subarray(8)
    try {
      return this.#unpack(stored.subarray(8), size)
    } catch (cause) {
      throw corruptFile('An Arrow message has a buffer that cannot be unpacked.', { byteOffset: this.#byteOffset, cause })
    }
  }

  nextVariadicCount(): number {
    const count = this.#header.variadicBufferCounts[this.#variadic++] ?? 0
    if (!(count >= 0 && count <= this.#header.buffers.length)) throw this.corrupt('has a wrong number of data buffers')
    return count
  }

  skipBuffers(count: number): void {
    for (let i = 0; i < count; i++) this.#nextRegion()
  }

  /** The next buffer as `count` values; a field without rows may have an empty one. */
  nextValues<T>(Values: ArrayOf<T>, count: number): T {
    const bytes = this.nextBuffer()
    const needed = count * Values.BYTES_PER_ELEMENT
    if (bytes.length < needed) throw this.corrupt('has a buffer that is shorter than its rows')
    const aligned = bytes.byteOffset % Values.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice()
    return new Values(aligned.buffer, aligned.byteOffset, count)
  }

  /** The next buffer as a validity bitmap with 0 past its end; `null` when nothing is null. */
  nextValidity({ length, nullCount }: { readonly length: number; readonly nullCount: number }): Uint8Array | null {
    const stored = this.#nextRegion()
    if (nullCount === 0 || length === 0) return null
    const bytes = this.#unpacked(stored)
    const needed = (length + 7) >> 3
    if (bytes.length < needed) throw this.corrupt('has a validity bitmap that is shorter than its rows')
    return clearPast(bytes.subarray(0, needed), length)
  }

  /** Refuses a cell of `bytes`, or the cells before and with it, over their budgets. */
  checkCell(bytes: number, column: string, total = bytes): void {
    const { cellBytes, groupBytes } = this.#budgets
    const place = { byteOffset: this.#byteOffset, column }
    if (bytes > cellBytes) throw overBudget('A cell of the Arrow file', bytes, 'cellBytes', cellBytes, place)
    if (total > groupBytes) throw overBudget('The cells of a column of one Arrow message', total, 'groupBytes', groupBytes, place)
  }

  corrupt(problem: string, column?: string): Error {
    return corruptFile(`An Arrow message ${problem}.`, { byteOffset: this.#byteOffset, ...(column === undefined ? {} : { column }) })
  }
}

/** What a compressed buffer says before its bytes; `null` when it is stored as it is. NaN where it is cut or negative. */
export function unpackedSize(stored: Uint8Array): number | null {
  if (stored.length < 8) return Number.NaN
  const size = new DataView(stored.buffer, stored.byteOffset, 8).getBigInt64(0, true)
  if (size === -1n) return null
  return size < 0n ? Number.NaN : Number(size)
}

/** Clears the bits past `length`, in place: the body is the reader's own. */
export function clearPast(bitmap: Uint8Array, length: number): Uint8Array {
  const rest = length & 7
  if (rest !== 0) bitmap[bitmap.length - 1] = (bitmap[bitmap.length - 1] as number) & ((1 << rest) - 1)
  return bitmap
}
