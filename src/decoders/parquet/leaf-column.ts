import { setBit, ValidityBuilder } from '../../model/bitmap.js'
import type { Column } from '../../model/column.js'
import type { DataType } from '../../model/data-type.js'
import { ByteValues } from './byte-values.js'
import type { CodedValues, LeafValues } from './chunk-reader.js'
import { FixedValues } from './fixed-values.js'
import { PageProblem } from './page-problem.js'
import { checkText, half, int96, narrowed, uuidText, words } from './value-conversions.js'

/** The places of a leaf in its column: those that belong to an existing row, list element or struct. */
export interface Slots {
  readonly count: number
  /** 1 for each slot with a value; `null` when all have one. */
  readonly present: Uint8Array | null
}

/** Makes a dictionary's id, unique within the file. */
export type NextId = () => number

type TypedArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
interface Base {
  readonly length: number
  readonly validity: Uint8Array | null
}

/** The typed column of one leaf. Text may be a dictionary where `nextId` is given. */
export function leafColumn(type: DataType, physical: string, { values }: LeafValues, slots: Slots, nextId: NextId | null): Column {
  const base = validityOf(slots, values.count)
  if (type.kind === 'null') {
    if (values.count > 0) throw new PageProblem('a column of nulls holds values')
    return { kind: 'null', length: base.length, validity: null }
  }
  if (values instanceof FixedValues) return fixedColumn(type, physical, values, slots, base)
  if (type.kind === 'decimal') {
    const { data, offsets, count } = spelledOut(values)
    const unscaled = words(count, (i) => data.subarray(offsets[i], offsets[i + 1]))
    return { kind: 'decimal', ...base, data: spread(unscaled, slots, 2), precision: type.precision, scale: type.scale }
  }
  if (type.kind === 'utf8' && nextId !== null && !(values instanceof ByteValues)) {
    const { dictionary, indices } = values
    checkText(dictionary)
    const { offsets, data, count: length } = dictionary
    const text: Column = { kind: 'utf8', length, validity: null, offsets, data }
    return { kind: 'dictionary', ...base, indices: spread(indices, slots), dictionary: { id: nextId(), values: text } }
  }
  const whole = spelledOut(values)
  if (type.kind === 'utf8') checkText(whole)
  return { kind: type.kind === 'utf8' ? 'utf8' : 'binary', ...base, offsets: spreadOffsets(whole.offsets, slots), data: whole.data }
}

function validityOf({ count, present }: Slots, values: number): Base {
  const validity = new ValidityBuilder(count)
  let there = count
  for (let i = 0; present !== null && i < count; i++) {
    if (present[i] === 1) continue
    validity.setNull(i)
    there--
  }
  if (there !== values) throw new PageProblem(`${values} values for ${there} places`)
  return { length: count, validity: validity.finish() }
}

/** The values of a dictionary column, one after the other. */
function spelledOut(values: ByteValues | CodedValues): ByteValues {
  return values instanceof ByteValues ? values : values.dictionary.lookUp(values.indices)
}

/** Puts each value, of `per` elements, into its slot; the slots between hold 0. */
function spread<A extends TypedArray>(dense: A, { count, present }: Slots, per = 1): A {
  if (present === null) return dense
  const target = new (dense.constructor as new (length: number) => A)(per * count)
  for (let i = 0, from = 0; i < count; i++) {
    if (present[i] === 1) for (let j = 0; j < per; j++) target[per * i + j] = dense[from++] as never
  }
  return target
}

/** Offsets of all slots: an empty range where there is no value. */
function spreadOffsets(dense: Int32Array, { count, present }: Slots): Int32Array {
  if (present === null) return dense.subarray(0, count + 1)
  const offsets = new Int32Array(count + 1)
  for (let i = 0, from = 0; i < count; i++) {
    if (present[i] === 1) from++
    offsets[i + 1] = dense[from] as number
  }
  return offsets
}

function fixedColumn(type: DataType, physical: string, { bytes, width, count }: FixedValues, slots: Slots, base: Base): Column {
  const buffer = bytes.buffer as ArrayBuffer
  const value = (i: number): Uint8Array => bytes.subarray(i * width, (i + 1) * width)
  const everyNth = (step: number): Int32Array =>
    spreadOffsets(
      Int32Array.from({ length: count + 1 }, (_, i) => step * i),
      slots,
    )
  switch (type.kind) {
    case 'bool': {
      const flags = spread(bytes.subarray(0, count), slots)
      const data = new Uint8Array((base.length + 7) >> 3)
      for (let i = 0; i < base.length; i++) if (flags[i] === 1) setBit(data, i)
      return { kind: 'bool', ...base, data }
    }
    case 'int8':
      return { kind: 'int8', ...base, data: spread(narrowed(new Int32Array(buffer, 0, count), new Int8Array(count)), slots) }
    case 'int16':
      return { kind: 'int16', ...base, data: spread(narrowed(new Int32Array(buffer, 0, count), new Int16Array(count)), slots) }
    case 'uint8':
      return { kind: 'uint8', ...base, data: spread(narrowed(new Int32Array(buffer, 0, count), new Uint8Array(count)), slots) }
    case 'uint16':
      return { kind: 'uint16', ...base, data: spread(narrowed(new Int32Array(buffer, 0, count), new Uint16Array(count)), slots) }
    case 'int32':
      return { kind: 'int32', ...base, data: spread(new Int32Array(buffer, 0, count), slots) }
    case 'date':
      return { kind: 'date', ...base, data: spread(new Int32Array(buffer, 0, count), slots) }
    case 'uint32':
      return { kind: 'uint32', ...base, data: spread(new Uint32Array(buffer, 0, count), slots) }
    case 'int64':
      return { kind: 'int64', ...base, data: spread(new BigInt64Array(buffer, 0, count), slots) }
    case 'uint64':
      return { kind: 'uint64', ...base, data: spread(new BigUint64Array(buffer, 0, count), slots) }
    case 'float64':
      return { kind: 'float64', ...base, data: spread(new Float64Array(buffer, 0, count), slots) }
    case 'float32': {
      const data =
        physical === 'FLOAT' ? new Float32Array(buffer, 0, count) : Float32Array.from({ length: count }, (_, i) => half(value(i)))
      return { kind: 'float32', ...base, data: spread(data, slots) }
    }
    case 'timestamp': {
      const data = physical === 'INT96' ? int96(bytes, count) : new BigInt64Array(buffer, 0, count)
      return { kind: 'timestamp', ...base, data: spread(data, slots), unit: type.unit, timezone: type.timezone }
    }
    case 'time': {
      // Milliseconds are stored in 32 bits and widened: a column has no such unit.
      const short = physical === 'INT32' ? new Int32Array(buffer, 0, count) : null
      const data =
        short === null
          ? new BigInt64Array(buffer, 0, count)
          : BigInt64Array.from({ length: count }, (_, i) => BigInt(short[i] ?? 0) * 1000n)
      return { kind: 'time', ...base, data: spread(data, slots), unit: type.unit }
    }
    case 'decimal': {
      const bigEndian = physical === 'FIXED_LEN_BYTE_ARRAY' ? value : (i: number) => value(i).slice().reverse()
      return { kind: 'decimal', ...base, data: spread(words(count, bigEndian), slots, 2), precision: type.precision, scale: type.scale }
    }
    case 'utf8': {
      const data = new TextEncoder().encode(Array.from({ length: count }, (_, i) => uuidText(value(i))).join(''))
      return { kind: 'utf8', ...base, data, offsets: everyNth(36) }
    }
    default:
      return { kind: 'binary', ...base, data: bytes.subarray(0, count * width), offsets: everyNth(width) }
  }
}
