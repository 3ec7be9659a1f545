import { crc32, inflateRawSync } from 'node:zlib'
import avro, { type Type, type types } from 'avsc'
import { snappyUncompress } from 'hyparquet/src/snappy.js'
import { decompressZstd } from 'hyparquet-compressors'
import type { DataType } from '../../../src/model/data-type.js'
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
import { type Oracle, withoutProto } from './oracle.js'

const longs = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8)
    buffer.writeBigInt64LE(value)
    return buffer
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
})

type Codec = (data: Buffer, done: (error: Error | null, data?: Buffer) => void) => void
const sync =
  (decompress: (data: Buffer) => Uint8Array): Codec =>
  (data, done) => {
    try {
      done(null, Buffer.from(decompress(data)))
    } catch (error) {
      done(error as Error)
    }
  }
const codecs: Record<string, Codec> = {
  null: sync((data) => data),
  deflate: sync((data) => inflateRawSync(data)),
  zstandard: sync((data) => decompressZstd(data)),
  snappy: sync((data) => {
    let size = 0
    for (let i = 0; i < 5; i++) {
      size += ((data[i] as number) & 127) * 128 ** i
      if ((data[i] as number) < 128) break
    }
    const output = new Uint8Array(size)
    snappyUncompress(data.subarray(0, -4), output)
    if (crc32(output) !== data.readUInt32BE(data.length - 4)) throw new Error('checksum')
    return output
  }),
}

/** All records of a container file. Keys of maps come in the order of an object's, without `__proto__`. */
export const avsc: Oracle = async (_path, bytes, schema) => {
  let type: Type | undefined
  const decoder = new avro.streams.BlockDecoder({
    codecs: codecs as never,
    parseHook: (parsed: avro.Schema) => {
      type = avro.Type.forSchema(parsed, {
        registry: {},
        typeHook: (part: unknown) => (part === 'long' || (part as { type?: unknown }).type === 'long' ? longs : undefined) as never,
      })
      return type
    },
  } as never)
  const records: Record<string, unknown>[] = []
  try {
    await new Promise<void>((resolve, reject) => {
      decoder.on('data', (record: Record<string, unknown>) => records.push(record))
      decoder.on('error', reject)
      decoder.on('end', resolve)
      decoder.end(Buffer.from(bytes))
    })
  } catch {
    return null
  }
  if (type === undefined) return null
  const whole = type
  if (whole.typeName !== 'record') {
    const ours = schema.columns[0]?.type
    const values = records as unknown as readonly unknown[]
    return { names: ['value'], rows: values.length, columns: [ours === undefined ? null : (row) => canonical(values[row], whole, ours)] }
  }
  const fields = (whole as types.RecordType).fields
  return {
    names: fields.map(({ name }) => name),
    rows: records.length,
    columns: fields.map(({ name, type: fieldType }, i) => {
      const ours = schema.columns[i]?.type
      return ours === undefined || ours.kind === 'unknown' ? null : (row) => canonical(records[row]?.[name], fieldType, ours)
    }),
    soften: (value) => sortMaps(withoutProto(value)),
  }
}

function canonical(value: unknown, type: Type, ours: DataType): Canonical {
  if (value === null || value === undefined) return null
  switch (type.typeName) {
    case 'union:unwrapped':
    case 'union:wrapped': {
      const inner = (type as types.UnwrappedUnionType).types.find(({ typeName }) => typeName !== 'null') as Type
      return canonical(type.typeName === 'union:wrapped' ? Object.values(value)[0] : value, inner, ours)
    }
    case 'boolean':
      return canonicalBool(value as boolean)
    case 'float':
    case 'double':
      return canonicalFloat(value as number)
    case 'int':
    case 'long':
    case 'abstract:long':
      if (ours.kind === 'timestamp') return canonicalInstant(value as bigint, ours.unit)
      // Times of milliseconds lie in an int, and we widen them.
      if (ours.kind === 'time') return canonicalTime(value as bigint, type.typeName === 'int' ? 'ms' : ours.unit)
      return ours.kind === 'date' ? canonicalDate(value as number) : canonicalInteger(value as bigint)
    case 'string':
    case 'enum':
      return canonicalText(value as string)
    case 'bytes':
    case 'fixed': {
      const bytes = value as Uint8Array
      if (ours.kind === 'decimal') return canonicalDecimal(signed(bytes), ours.scale)
      const hex = Buffer.from(bytes).toString('hex')
      if (ours.kind === 'utf8') return canonicalText(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
      return canonicalBytes(bytes)
    }
    case 'array': {
      const item = ours.kind === 'list' ? ours.item : ours
      return (value as unknown[]).map((entry) => canonical(entry, (type as types.ArrayType).itemsType, item))
    }
    case 'map': {
      const entry = ours.kind === 'list' && ours.item.kind === 'struct' ? ours.item.fields[1]?.type : undefined
      return Object.entries(value).map(([key, held]) => [
        ['key', canonicalText(key)],
        ['value', canonical(held, (type as types.MapType).valuesType, entry ?? ours)],
      ])
    }
    case 'record':
      return (type as types.RecordType).fields.map(({ name, type: fieldType }, i) => {
        const inner = ours.kind === 'struct' ? ours.fields[i]?.type : undefined
        return [name, canonical((value as Record<string, unknown>)[name], fieldType, inner ?? ours)]
      })
    default:
      throw new RangeError(`${type.typeName} is not compared`)
  }
}

function signed(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`))
}

function sortMaps(value: Canonical): Canonical {
  if (!Array.isArray(value)) return value
  const sorted = value.map(sortMaps)
  const isMap =
    sorted.length > 0 && sorted.every((entry) => Array.isArray(entry) && entry.length === 2 && String(entry[0]).startsWith('key,'))
  return isMap ? sorted.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : sorted
}
