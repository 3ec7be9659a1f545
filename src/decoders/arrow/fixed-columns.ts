import { bitAt } from '../../model/bitmap.js'
import type { Column } from '../../model/column.js'
import type { DataType } from '../../model/data-type.js'
import type { FixedForm } from './arrow-field.js'
import type { MessageBody } from './message-body.js'

interface Rows {
  readonly length: number
  readonly validity: Uint8Array | null
}

const msPerDay = 86_400_000n

/** Columns of values of one width, from the next buffer: shared where the layouts are the same, else widened. */
export function fixedColumn(type: DataType, as: FixedForm, width: number, rows: Rows, body: MessageBody): Column {
  const { length } = rows
  switch (as) {
    case 'float16':
      return { kind: 'float32', ...rows, data: Float32Array.from(zeroNulls(body.nextValues(Uint16Array, length), rows), float16) }
    case 'date64': {
      const ms = zeroNulls(body.nextValues(BigInt64Array, length), rows)
      return {
        kind: 'date',
        ...rows,
        data: Int32Array.from(ms, (value) => Number((value - (((value % msPerDay) + msPerDay) % msPerDay)) / msPerDay)),
      }
    }
    case 'time32s':
    case 'time32ms': {
      const factor = as === 'time32s' ? 1_000_000n : 1000n
      const values = zeroNulls(body.nextValues(Int32Array, length), rows)
      return { kind: 'time', unit: 'us', ...rows, data: BigInt64Array.from(values, (value) => BigInt(value) * factor) }
    }
    case 'decimal32':
    case 'decimal64':
    case 'decimal128':
      return decimalColumn(type, as, rows, body)
    case 'fixedBinary':
      return fixedBinary(width, rows, body.nextValues(Uint8Array, length * width))
    default:
      return flatColumn(type, rows, body)
  }
}

function flatColumn(type: DataType, rows: Rows, body: MessageBody): Column {
  const next = <A extends Zeroable>(Values: Parameters<typeof body.nextValues<A>>[0]): A =>
    zeroNulls(body.nextValues(Values, rows.length), rows)
  switch (type.kind) {
    case 'int8':
      return { kind: 'int8', ...rows, data: next(Int8Array) }
    case 'int16':
      return { kind: 'int16', ...rows, data: next(Int16Array) }
    case 'int32':
      return { kind: 'int32', ...rows, data: next(Int32Array) }
    case 'int64':
      return { kind: 'int64', ...rows, data: next(BigInt64Array) }
    case 'uint8':
      return { kind: 'uint8', ...rows, data: next(Uint8Array) }
    case 'uint16':
      return { kind: 'uint16', ...rows, data: next(Uint16Array) }
    case 'uint32':
      return { kind: 'uint32', ...rows, data: next(Uint32Array) }
    case 'uint64':
      return { kind: 'uint64', ...rows, data: next(BigUint64Array) }
    case 'float32':
      return { kind: 'float32', ...rows, data: next(Float32Array) }
    case 'float64':
      return { kind: 'float64', ...rows, data: next(Float64Array) }
    case 'date':
      return { kind: 'date', ...rows, data: next(Int32Array) }
    case 'timestamp':
      return { kind: 'timestamp', unit: type.unit, timezone: type.timezone, ...rows, data: next(BigInt64Array) }
    case 'time':
      return { kind: 'time', unit: type.unit, ...rows, data: next(BigInt64Array) }
    default:
      throw new RangeError(`${type.kind} is not of one width`)
  }
}

function decimalColumn(type: DataType, as: FixedForm, rows: Rows, body: MessageBody): Column {
  if (type.kind !== 'decimal') throw new RangeError(`${type.kind} is not a decimal`)
  const { length } = rows
  const { precision, scale } = type
  let data: BigInt64Array
  if (as === 'decimal128') {
    data = body.nextValues(BigInt64Array, 2 * length)
    for (let i = 0; i < length; i++) if (!bitAt(rows.validity, i)) data.fill(0n, 2 * i, 2 * i + 2)
  } else {
    const narrow =
      as === 'decimal64' ? body.nextValues(BigInt64Array, length) : BigInt64Array.from(body.nextValues(Int32Array, length), BigInt)
    zeroNulls(narrow, rows)
    data = new BigInt64Array(2 * length)
    for (let i = 0; i < length; i++) {
      const value = narrow[i] as bigint
      data[2 * i] = value
      data[2 * i + 1] = value < 0n ? -1n : 0n
    }
  }
  return { kind: 'decimal', precision, scale, ...rows, data }
}

function fixedBinary(width: number, rows: Rows, bytes: Uint8Array): Column {
  const { length, validity } = rows
  const offsets = new Int32Array(length + 1)
  const hasNulls = validity !== null
  const data = hasNulls ? new Uint8Array(bytes.length) : bytes
  let at = 0
  for (let i = 0; i < length; i++) {
    if (bitAt(validity, i)) {
      if (hasNulls) data.set(bytes.subarray(i * width, (i + 1) * width), at)
      at += width
    }
    offsets[i + 1] = at
  }
  return { kind: 'binary', ...rows, offsets, data: data.subarray(0, at) }
}

type Zeroable = { [index: number]: number } | { [index: number]: bigint }

/** Puts 0 under nulls, in place: what a writer left there is not data. */
export function zeroNulls<A>(data: A, { length, validity }: Rows): A {
  if (validity === null) return data
  const zero = data instanceof BigInt64Array || data instanceof BigUint64Array ? 0n : 0
  const values = data as { [index: number]: number | bigint }
  for (let byte = 0; byte < validity.length; byte++) {
    if (validity[byte] === 0xff) continue
    for (let i = byte * 8; i < Math.min(length, byte * 8 + 8); i++) if (!bitAt(validity, i)) values[i] = zero
  }
  return data
}

function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
