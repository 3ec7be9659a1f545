import { CompressionType, compressionRegistry, type Data, DataType, tableFromIPC, type Vector } from 'apache-arrow'
import { decompressZstd } from 'hyparquet-compressors'
import {
  type Canonical,
  canonicalBool,
  canonicalBytes,
  canonicalDate,
  canonicalDecimal,
  canonicalFloat,
  canonicalInstant,
  canonicalInteger,
  canonicalText,
  canonicalTime,
} from '../canonical.js'
import type { Oracle } from './oracle.js'
import { simpleLz4 } from './simple-lz4.js'

// It asks for buffers of their own.
compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: simpleLz4 })
compressionRegistry.set(CompressionType.ZSTD, { decode: (data) => decompressZstd(data).slice() })

const units = ['s', 'ms', 'us', 'ns'] as const

/** All rows of a file or stream; values are read from the library's buffers, because its `get` rounds. */
export const apacheArrow: Oracle = async (_path, bytes) => {
  try {
    const table = tableFromIPC(bytes)
    const { fields } = table.schema
    return {
      names: fields.map(({ name }) => name),
      rows: table.numRows,
      columns: fields.map((field, i) => {
        const vector = table.getChildAt(i) as Vector | null
        if (vector === null || !isCompared(field.type)) return null
        return (row) => fromVector(vector, row)
      }),
    }
  } catch {
    return null
  }
}

function isCompared(type: DataType): boolean {
  if (DataType.isUnion(type) || DataType.isInterval(type) || DataType.isDuration(type)) return false
  if (DataType.isDictionary(type)) return isCompared(type.dictionary)
  if (DataType.isDecimal(type) && type.bitWidth > 128) return false
  return ((type.children ?? []) as readonly { type: DataType }[]).every((child) => isCompared(child.type))
}

function fromVector(vector: Vector, row: number): Canonical {
  let at = row
  for (const data of vector.data) {
    if (at < data.length) return fromData(data, at)
    at -= data.length
  }
  throw new RangeError(`row ${row} is not there`)
}

function fromData(data: Data, row: number): Canonical {
  if (DataType.isNull(data.type) || !data.getValid(row)) return null
  const { type } = data
  const values = data.values as { [index: number]: number | bigint }
  if (DataType.isDictionary(type)) return fromVector(data.dictionary as unknown as Vector, Number(values[row]))
  if (DataType.isBool(type)) {
    const bit = data.offset + row
    return canonicalBool((((values[bit >> 3] as number) >> (bit & 7)) & 1) === 1)
  }
  if (DataType.isInt(type)) return canonicalInteger(values[row] as bigint)
  if (DataType.isFloat(type)) return canonicalFloat(type.precision === 0 ? half(values[row] as number) : (values[row] as number))
  if (DataType.isTimestamp(type)) return canonicalInstant(values[row] as bigint, units[type.unit])
  if (DataType.isTime(type)) return canonicalTime(values[row] as bigint, units[type.unit])
  if (DataType.isDate(type)) {
    if (type.unit === 0) return canonicalDate(values[row] as number)
    const ms = dateMs(data, row)
    return canonicalDate(Number((ms - (((ms % 86_400_000n) + 86_400_000n) % 86_400_000n)) / 86_400_000n))
  }
  if (DataType.isDecimal(type)) {
    const width = type.bitWidth / 8
    const raw = data.values as Uint32Array
    const bytes = Buffer.from(raw.buffer, raw.byteOffset + row * width, width)
    const hex = Buffer.from(bytes).reverse().toString('hex')
    return canonicalDecimal(BigInt.asIntN(8 * width, BigInt(`0x${hex}`)), type.scale)
  }
  if (DataType.isFixedSizeBinary(type))
    return canonicalBytes((data.values as Uint8Array).subarray(row * type.byteWidth, (row + 1) * type.byteWidth))
  const offsets = data.valueOffsets as unknown as { [index: number]: number | bigint }
  const [from, to] = [Number(offsets?.[row] ?? 0), Number(offsets?.[row + 1] ?? 0)]
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type))
    return canonicalText(new TextDecoder().decode((data.values as Uint8Array).subarray(from, to)))
  if (DataType.isBinary(type) || DataType.isLargeBinary(type)) return canonicalBytes((data.values as Uint8Array).subarray(from, to))
  const children = data.children as Data[]
  const items = (start: number, end: number): Canonical =>
    Array.from({ length: end - start }, (_, i) => fromData(children[0] as Data, start + i))
  if (DataType.isList(type) || DataType.isLargeList(type) || DataType.isMap(type)) return items(from, to)
  if (DataType.isFixedSizeList(type)) return items(row * type.listSize, (row + 1) * type.listSize)
  if (DataType.isStruct(type)) return type.children.map(({ name }, i) => [name, fromData(children[i] as Data, row)])
  return view(data, row)
}

function view(data: Data, row: number): Canonical {
  const views = data.values as Uint8Array
  const cell = new DataView(views.buffer, views.byteOffset + 16 * row, 16)
  const size = cell.getInt32(0, true)
  const buffers = (data as unknown as { readonly variadicBuffers: readonly Uint8Array[] }).variadicBuffers
  const start = cell.getInt32(12, true)
  const bytes =
    size <= 12
      ? new Uint8Array(cell.buffer, cell.byteOffset + 4, size)
      : (buffers[cell.getInt32(8, true)] as Uint8Array).subarray(start, start + size)
  return DataType.isUtf8View(data.type) ? canonicalText(new TextDecoder().decode(bytes)) : canonicalBytes(bytes)
}

function dateMs(data: Data, row: number): bigint {
  const raw = data.values as unknown as {
    [index: number]: number | bigint
    readonly BYTES_PER_ELEMENT: number
    readonly buffer: ArrayBuffer
    readonly byteOffset: number
  }
  if (raw.BYTES_PER_ELEMENT === 8) return BigInt(raw[row] as bigint)
  return new DataView(raw.buffer, raw.byteOffset + 8 * row, 8).getBigInt64(0, true)
}

function half(bits: number): number {
  const sign = bits >> 15 === 1 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * 2 ** (exponent - 25) * (1024 + fraction)
}
