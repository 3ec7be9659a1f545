import { BlockProblem } from './block-problem.js'

/** A position in one decompressed block, and how Avro's primitives are read there. Nothing is read past the end. */
export class BlockCursor {
  readonly bytes: Uint8Array
  readonly view: DataView
  at = 0
  /** Low and high word of the last {@link readLong}. */
  low = 0
  high = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  /** A zigzag varint of at most 64 bits into {@link low} and {@link high}. */
  readLong(): void {
    const { bytes } = this
    let { at } = this
    let byte = bytes[at++] ?? -1
    if (byte >= 0 && byte < 0x80) {
      this.at = at
      this.low = (byte >>> 1) ^ -(byte & 1)
      this.high = -(byte & 1)
      return
    }
    let low = byte & 0x7f
    let high = 0
    for (let shift = 7; ; shift += 7) {
      if (byte < 0) throw new BlockProblem('it ends inside a number')
      if (byte < 0x80) break
      byte = bytes[at++] ?? -1
      const bits = byte & 0x7f
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high = bits >>> 4
      } else if (shift < 63) high |= bits << (shift - 32)
      else {
        if (byte > 1) throw new BlockProblem('a number is over 64 bits')
        high |= bits << 31
        break
      }
    }
    if (byte < 0) throw new BlockProblem('it ends inside a number')
    this.at = at
    const sign = -(low & 1)
    this.low = ((low >>> 1) | (high << 31)) ^ sign
    this.high = (high >>> 1) ^ sign
  }

  /** An `int`: a number of more than 32 bits breaks the format. */
  readInt(): number {
    this.readLong()
    if (this.high !== this.low >> 31) throw new BlockProblem('an int is over 32 bits')
    return this.low
  }

  /** A length or count as a safe number; it may be negative. */
  readCount(): number {
    this.readLong()
    const value = this.high * 2 ** 32 + (this.low >>> 0)
    if (!Number.isSafeInteger(value)) throw new BlockProblem('a length is over 53 bits')
    return value
  }

  readFloat(): number {
    this.#need(4)
    this.at += 4
    return this.view.getFloat32(this.at - 4, true)
  }

  readDouble(): number {
    this.#need(8)
    this.at += 8
    return this.view.getFloat64(this.at - 8, true)
  }

  readBoolean(): boolean {
    this.#need(1)
    const byte = this.bytes[this.at++] as number
    if (byte > 1) throw new BlockProblem('a boolean is neither 0 nor 1')
    return byte === 1
  }

  /** The length of text or bytes, checked against what is left. */
  readLength(): number {
    const length = this.readCount()
    if (length < 0 || length > this.left) throw new BlockProblem('a value is longer than its block')
    return length
  }

  /** Moves over `length` bytes; returns where they began. */
  skip(length: number): number {
    this.#need(length)
    this.at += length
    return this.at - length
  }

  #need(length: number): void {
    if (length > this.left) throw new BlockProblem('it ends inside a value')
  }
}
