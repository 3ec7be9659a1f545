import { setBit } from '../../model/bitmap.js'
import type { Column } from '../../model/column.js'
import type { DataType } from '../../model/data-type.js'
import type { BlockCursor } from './block-cursor.js'
import { BlockProblem } from './block-problem.js'
import { checkText } from './bytes-reader.js'
import { NullMarks } from './null-marks.js'
import type { Meter, SkipValue, ValueReader } from './value-reader.js'

/** How values of a field of one simple type are written. */
export type FlatKind = 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes'

/** A field that is one simple value, or null. */
export interface FlatPlan {
  readonly kind: FlatKind
  /** Branch of the union that is null; `null` for a field that is no union. */
  readonly nullBranch: 0 | 1 | null
}

/** One field of a record, in the order of the file. */
export interface FlatStep {
  /** `null`: read by `reader`, or passed over. */
  readonly flat: FlatPlan | null
  /** Of its column; only with `flat`. */
  readonly type: DataType
  readonly reader: Pick<ValueReader, 'read'> | SkipValue
}

const [SKIP, OTHER, BOOLEAN, INT, LONG, FLOAT, DOUBLE, BYTES] = [0, 1, 2, 3, 4, 5, 6, 7]
const codes: Readonly<Record<FlatKind, number>> = { boolean: BOOLEAN, int: INT, long: LONG, float: FLOAT, double: DOUBLE, bytes: BYTES }
const widths: Readonly<Record<FlatKind, number>> = { boolean: 1, int: 4, long: 8, float: 4, double: 8, bytes: 4 }
const NO_UNION = -1

/**
 * Reads records of mostly simple fields in one loop over them. A reader per field, called for each value, took three times
 * as long: which one is called next cannot be foretold, and each looks its arrays up again.
 */
export class FlatFields {
  readonly #steps: readonly FlatStep[]
  readonly #meter: Meter
  readonly #cellBytes: number
  readonly #capacity: number
  readonly #codes: Uint8Array
  /** First bytes of a union's branch numbers. */
  readonly #nullBytes: Int16Array
  readonly #valueBytes: Int16Array
  readonly #nulls: readonly NullMarks[]
  /** By step; those of other kinds are empty. */
  readonly #flags: Uint8Array[]
  readonly #words: Int32Array[]
  readonly #floats: Float32Array[]
  readonly #doubles: Float64Array[]
  readonly #offsets: Int32Array[]
  readonly #text: Uint8Array[]
  /** Step that is being read. */
  step = 0

  /** @param batchRows and batchBytes: where batches are cut; room is made for no more */
  constructor(
    steps: readonly FlatStep[],
    meter: Meter,
    { cellBytes, batchRows, batchBytes }: { readonly cellBytes: number; readonly batchRows: number; readonly batchBytes: number },
  ) {
    this.#steps = steps
    this.#meter = meter
    this.#cellBytes = cellBytes
    const rowBytes = steps.reduce((sum, { flat }) => sum + (flat === null ? 0 : widths[flat.kind]), 0)
    this.#capacity = Math.min(batchRows, Math.floor(batchBytes / Math.max(1, rowBytes)) + 2)
    this.#codes = Uint8Array.from(steps, ({ flat, reader }) =>
      flat !== null ? codes[flat.kind] : typeof reader === 'function' ? SKIP : OTHER,
    )
    this.#nullBytes = Int16Array.from(steps, ({ flat }) => (flat === null || flat.nullBranch === null ? NO_UNION : 2 * flat.nullBranch))
    this.#valueBytes = this.#nullBytes.map((byte) => (byte === NO_UNION ? NO_UNION : 2 - byte))
    this.#nulls = steps.map(() => new NullMarks())
    const [flags, words, floats, doubles, offsets] = [
      new Uint8Array(0),
      new Int32Array(0),
      new Float32Array(0),
      new Float64Array(0),
      new Int32Array(0),
    ]
    this.#flags = steps.map(() => flags)
    this.#words = steps.map(() => words)
    this.#floats = steps.map(() => floats)
    this.#doubles = steps.map(() => doubles)
    this.#offsets = steps.map(() => offsets)
    this.#text = steps.map(({ flat }) => new Uint8Array(flat?.kind === 'bytes' ? 1024 : 0))
    for (let i = 0; i < steps.length; i++) this.#renew(i)
  }

  /** Reads the record at the cursor as row `row` of the batch. */
  read(cursor: BlockCursor, row: number): void {
    const { bytes, view } = cursor
    const meter = this.#meter
    const codes = this.#codes
    const end = bytes.length
    let { at } = cursor
    let added = 0
    for (let i = 0; i < codes.length; i++) {
      this.step = i
      const code = codes[i] as number
      const nullByte = this.#nullBytes[i] as number
      if (nullByte !== NO_UNION) {
        const branch = bytes[at]
        if (branch === this.#valueBytes[i]) at++
        else if (branch === nullByte || this.#isNull(cursor, at, nullByte)) {
          at = branch === nullByte ? at + 1 : cursor.at
          added += this.#addNull(i, code, row)
          continue
        } else at = cursor.at
      }
      switch (code) {
        case DOUBLE:
          if (end - at < 8) throw new BlockProblem('it ends inside a value')
          ;(this.#doubles[i] as Float64Array)[row] = view.getFloat64(at, true)
          at += 8
          added += 8
          break
        case FLOAT:
          if (end - at < 4) throw new BlockProblem('it ends inside a value')
          ;(this.#floats[i] as Float32Array)[row] = view.getFloat32(at, true)
          at += 4
          added += 4
          break
        case INT:
          cursor.at = at
          ;(this.#words[i] as Int32Array)[row] = cursor.readInt()
          at = cursor.at
          added += 4
          break
        case LONG: {
          const words = this.#words[i] as Int32Array
          cursor.at = at
          cursor.readLong()
          words[2 * row] = cursor.low
          words[2 * row + 1] = cursor.high
          at = cursor.at
          added += 8
          break
        }
        case BOOLEAN:
          cursor.at = at
          ;(this.#flags[i] as Uint8Array)[row] = cursor.readBoolean() ? 1 : 0
          at = cursor.at
          added++
          break
        case BYTES: {
          // A length below 64 is one byte.
          let length = bytes[at] as number
          if (length < 0x80 && (length & 1) === 0) {
            length >>= 1
            at++
            if (length > end - at) throw new BlockProblem('a value is longer than its block')
          } else {
            cursor.at = at
            length = cursor.readLength()
            at = cursor.at
          }
          if (length > this.#cellBytes) this.#tooLong(length)
          const offsets = this.#offsets[i] as Int32Array
          const to = offsets[row] as number
          let text = this.#text[i] as Uint8Array
          if (to + length > text.length) text = this.#grown(i, to, length)
          if (length < 24) for (let j = 0; j < length; j++) text[to + j] = bytes[at + j] as number
          else text.set(bytes.subarray(at, at + length), to)
          offsets[row + 1] = to + length
          at += length
          added += 4 + length
          break
        }
        default: {
          const { reader } = this.#steps[i] as FlatStep
          cursor.at = at
          if (typeof reader === 'function') reader(cursor)
          else {
            meter.cellStart = meter.bytes
            reader.read(cursor)
          }
          at = cursor.at
        }
      }
    }
    cursor.at = at
    meter.bytes += added
  }

  /** The column of step `i`, of the first `length` rows, in buffers of its own. */
  finish(i: number, length: number): Column {
    const { type } = this.#steps[i] as FlatStep
    const validity = (this.#nulls[i] as NullMarks).finish(length)
    const column = this.#column(i, type, length, validity)
    this.#renew(i)
    return column
  }

  #column(i: number, type: DataType, length: number, validity: Uint8Array | null): Column {
    switch (this.#codes[i]) {
      case BOOLEAN: {
        const data = new Uint8Array((length + 7) >> 3)
        const flags = this.#flags[i] as Uint8Array
        for (let row = 0; row < length; row++) if (flags[row] === 1) setBit(data, row)
        return { kind: 'bool', length, validity, data }
      }
      case INT:
        return { kind: type.kind as 'int32' | 'date', length, validity, data: whole(this.#words[i] as Int32Array, length) }
      case LONG: {
        const data = new BigInt64Array(whole(this.#words[i] as Int32Array, 2 * length).buffer)
        return { ...(type as DataType & { readonly kind: 'int64' | 'timestamp' | 'time' }), length, validity, data } as Column
      }
      case FLOAT:
        return { kind: 'float32', length, validity, data: whole(this.#floats[i] as Float32Array, length) }
      case DOUBLE:
        return { kind: 'float64', length, validity, data: whole(this.#doubles[i] as Float64Array, length) }
      default: {
        const offsets = whole(this.#offsets[i] as Int32Array, length + 1)
        const data = (this.#text[i] as Uint8Array).slice(0, offsets[length])
        if (type.kind === 'utf8') checkText(data, offsets)
        return { kind: type.kind as 'utf8' | 'binary', length, validity, offsets, data }
      }
    }
  }

  /** What was there has been given away; text is copied, and keeps its room. */
  #renew(i: number): void {
    const capacity = this.#capacity
    switch (this.#codes[i]) {
      case BOOLEAN:
        this.#flags[i] = new Uint8Array(capacity)
        break
      case INT:
        this.#words[i] = new Int32Array(capacity)
        break
      case LONG:
        this.#words[i] = new Int32Array(2 * capacity)
        break
      case FLOAT:
        this.#floats[i] = new Float32Array(capacity)
        break
      case DOUBLE:
        this.#doubles[i] = new Float64Array(capacity)
        break
      case BYTES:
        this.#offsets[i] = new Int32Array(capacity + 1)
        break
      default:
    }
  }

  /** A branch number that is not written in its one byte; the cursor is behind it afterwards. */
  #isNull(cursor: BlockCursor, at: number, nullByte: number): boolean {
    cursor.at = at
    const branch = cursor.readCount()
    if (branch !== 0 && branch !== 1) throw new BlockProblem('a union has no such branch')
    return 2 * branch === nullByte
  }

  /** Arrays hold zeros where nothing was written. */
  #addNull(i: number, code: number, row: number): number {
    ;(this.#nulls[i] as NullMarks).add(row)
    switch (code) {
      case BYTES: {
        const offsets = this.#offsets[i] as Int32Array
        offsets[row + 1] = offsets[row] as number
        return 4
      }
      case LONG:
      case DOUBLE:
        return 8
      default:
        return code === BOOLEAN ? 1 : 4
    }
  }

  #grown(i: number, used: number, length: number): Uint8Array {
    const before = this.#text[i] as Uint8Array
    const text = new Uint8Array(Math.max(2 * before.length, used + length))
    text.set(before.subarray(0, used))
    this.#text[i] = text
    return text
  }

  #tooLong(length: number): void {
    const meter = this.#meter
    meter.cellStart = meter.bytes
    meter.bytes += 4 + length
    meter.check()
    meter.bytes = meter.cellStart
  }
}

/** The array itself when it is full, else a copy of its start. */
function whole<A extends Int32Array | Float32Array | Float64Array>(values: A, length: number): A {
  return (length === values.length ? values : values.slice(0, length)) as A
}
