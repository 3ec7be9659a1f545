import { setBit } from '../../model/bitmap.js'
import type { Column } from '../../model/column.js'
import type { DataType } from '../../model/data-type.js'
import type { BlockCursor } from './block-cursor.js'
import { BlockProblem } from './block-problem.js'
import { NullMarks } from './null-marks.js'
import type { Meter, ValueReader } from './value-reader.js'

type Numbers = Uint8Array | Int32Array | Float32Array | Float64Array

/** Values that are one number each. */
class NumberReader<A extends Numbers> implements ValueReader {
  readonly #meter: Meter
  readonly #make: (length: number) => A
  readonly #value: (cursor: BlockCursor) => number
  readonly #column: (data: A, length: number, validity: Uint8Array | null) => Column
  readonly #nulls = new NullMarks()
  #data: A
  #length = 0

  constructor(
    meter: Meter,
    make: (length: number) => A,
    value: (cursor: BlockCursor) => number,
    column: (data: A, length: number, validity: Uint8Array | null) => Column,
  ) {
    this.#meter = meter
    this.#make = make
    this.#value = value
    this.#column = column
    this.#data = make(64)
  }

  read(cursor: BlockCursor): void {
    this.#append(this.#value(cursor))
  }

  readNull(): void {
    this.#nulls.add(this.#length)
    this.#append(0)
  }

  finish(): Column {
    const column = this.#column(this.#data.slice(0, this.#length) as A, this.#length, this.#nulls.finish(this.#length))
    this.#data = this.#make(64)
    this.#length = 0
    return column
  }

  #append(value: number): void {
    if (this.#length === this.#data.length) {
      const grown = this.#make(2 * this.#length)
      grown.set(this.#data)
      this.#data = grown
    }
    this.#data[this.#length++] = value
    this.#meter.bytes += this.#data.BYTES_PER_ELEMENT
  }
}

/** Values of one or two 64-bit words each, read as 32-bit words: no bigint is made for them. */
class WordReader implements ValueReader {
  readonly #meter: Meter
  readonly #words: number
  readonly #put: (cursor: BlockCursor, words: Int32Array, at: number) => void
  readonly #column: (data: BigInt64Array, length: number, validity: Uint8Array | null) => Column
  readonly #nulls = new NullMarks()
  #data: Int32Array
  #length = 0

  constructor(
    meter: Meter,
    words: number,
    put: (cursor: BlockCursor, words: Int32Array, at: number) => void,
    column: (data: BigInt64Array, length: number, validity: Uint8Array | null) => Column,
  ) {
    this.#meter = meter
    this.#words = words
    this.#put = put
    this.#column = column
    this.#data = new Int32Array(64 * words)
  }

  read(cursor: BlockCursor): void {
    const at = this.#next()
    this.#put(cursor, this.#data, at)
  }

  readNull(): void {
    this.#nulls.add(this.#length)
    this.#data.fill(0, this.#next(), this.#length * this.#words)
  }

  finish(): Column {
    const words = this.#data.slice(0, this.#length * this.#words)
    const column = this.#column(new BigInt64Array(words.buffer), this.#length, this.#nulls.finish(this.#length))
    this.#data = new Int32Array(64 * this.#words)
    this.#length = 0
    return column
  }

  #next(): number {
    const at = this.#length * this.#words
    if (at === this.#data.length) {
      const grown = new Int32Array(2 * at)
      grown.set(this.#data)
      this.#data = grown
    }
    this.#length++
    this.#meter.bytes += 4 * this.#words
    return at
  }
}

const int32s = (length: number): Int32Array<ArrayBuffer> => new Int32Array(length)
const putLong = (cursor: BlockCursor, words: Int32Array, at: number): void => {
  cursor.readLong()
  words[at] = cursor.low
  words[at + 1] = cursor.high
}
/** A number of milliseconds as microseconds. */
const putMillisAsMicros = (cursor: BlockCursor, words: Int32Array, at: number): void => {
  const micros = cursor.readInt() * 1000
  words[at] = micros | 0
  words[at + 1] = Math.floor(micros / 2 ** 32)
}

/** A reader for a type of fixed width, or `null` for one that is not. `millis`: a time stored in milliseconds. */
export function fixedWidthReader(type: DataType, meter: Meter, millis = false): ValueReader | null {
  switch (type.kind) {
    case 'bool':
      return new NumberReader(
        meter,
        (length) => new Uint8Array(length),
        (cursor) => Number(cursor.readBoolean()),
        (flags, length, validity) => {
          const data = new Uint8Array((length + 7) >> 3)
          for (let i = 0; i < length; i++) if (flags[i] === 1) setBit(data, i)
          return { kind: 'bool', length, validity, data }
        },
      )
    case 'int32':
      return new NumberReader(
        meter,
        int32s,
        (cursor) => cursor.readInt(),
        (data, length, validity) => ({ kind: 'int32', length, validity, data }),
      )
    case 'date':
      return new NumberReader(
        meter,
        int32s,
        (cursor) => cursor.readInt(),
        (data, length, validity) => ({ kind: 'date', length, validity, data }),
      )
    case 'float32':
      return new NumberReader(
        meter,
        (length) => new Float32Array(length),
        (cursor) => cursor.readFloat(),
        (data, length, validity) => ({ kind: 'float32', length, validity, data }),
      )
    case 'float64':
      return new NumberReader(
        meter,
        (length) => new Float64Array(length),
        (cursor) => cursor.readDouble(),
        (data, length, validity) => ({ kind: 'float64', length, validity, data }),
      )
    case 'int64':
      return new WordReader(meter, 2, putLong, (data, length, validity) => ({ kind: 'int64', length, validity, data }))
    case 'timestamp':
      return new WordReader(meter, 2, putLong, (data, length, validity) => ({ ...type, length, validity, data }))
    case 'time':
      return new WordReader(meter, 2, millis ? putMillisAsMicros : putLong, (data, length, validity) => ({
        ...type,
        length,
        validity,
        data,
      }))
    default:
      return null
  }
}

/** A reader for decimals; `size`: bytes of each, `null` where each is preceded by its length. */
export function decimalReader(type: DataType & { readonly kind: 'decimal' }, size: number | null, meter: Meter): ValueReader {
  const put = (cursor: BlockCursor, words: Int32Array, at: number): void => {
    const length = size ?? cursor.readLength()
    const start = cursor.skip(length)
    const { bytes } = cursor
    const sign = length > 0 && (bytes[start] as number) > 127 ? -1 : 0
    words.fill(sign, at, at + 4)
    for (let i = 0; i < length; i++) {
      const byte = bytes[start + length - 1 - i] as number
      if (i >= 16) {
        if (byte !== (sign & 0xff)) throw new BlockProblem('a decimal is over 128 bits')
        continue
      }
      const word = at + (i >> 2)
      const shift = 8 * (i & 3)
      words[word] = ((words[word] as number) & ~(0xff << shift)) | (byte << shift)
    }
    if (length > 16 && (words[at + 3] as number) >> 31 !== sign) throw new BlockProblem('a decimal is over 128 bits')
  }
  return new WordReader(meter, 4, put, (data, length, validity) => ({ ...type, length, validity, data }))
}
