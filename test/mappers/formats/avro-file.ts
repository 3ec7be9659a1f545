import type { DataType } from '../../../src/model/data-type.js'
import { writeAvro } from '../../decoders/avro/avro-files.js'
import { type FileTable, rowCountOf } from './file-table.js'

/** A container file by avsc; every value may be null. */
export async function avroFile(table: FileTable): Promise<Uint8Array> {
  const columns = table.columns.map((column, i) => ({ ...column, shape: shapeOf(column.type, `C${i}`) }))
  const schema = { type: 'record', name: 'Row', fields: columns.map(({ name, shape }) => ({ name, type: nullable(shape) })) }
  const rows = Array.from({ length: rowCountOf(table) }, (_, row) =>
    Object.fromEntries(columns.map(({ name, shape, values }) => [name, wrapped(values[row] ?? null, shape)])),
  )
  return await writeAvro(schema, rows)
}

/** An Avro type, the name of its branch in a union, and how a value of it is written. */
interface Shape {
  readonly type: unknown
  readonly branch: string
  readonly write: (value: unknown) => unknown
}

/** @param name for records, which need names of their own */
function shapeOf(type: DataType, name: string): Shape {
  switch (type.kind) {
    case 'null':
      return { type: 'null', branch: 'null', write: () => null }
    case 'bool':
      return { type: 'boolean', branch: 'boolean', write: (value) => value }
    case 'int8':
    case 'int16':
    case 'int32':
      return { type: 'int', branch: 'int', write: Number }
    case 'int64':
      return { type: 'long', branch: 'long', write: (value) => BigInt(value as number) }
    case 'float32':
      return { type: 'float', branch: 'float', write: Number }
    case 'float64':
      return { type: 'double', branch: 'double', write: Number }
    case 'utf8':
      return { type: 'string', branch: 'string', write: (value) => value }
    case 'binary':
      return { type: 'bytes', branch: 'bytes', write: (value) => Buffer.from(value as Uint8Array) }
    case 'date':
      return { type: { type: 'int', logicalType: 'date' }, branch: 'int', write: (value) => (value as Date).getTime() / 86_400_000 }
    case 'timestamp': {
      const logicalType = type.timezone === null ? 'local-timestamp-micros' : 'timestamp-micros'
      return { type: { type: 'long', logicalType }, branch: 'long', write: (value) => (value as Date).getTime() * 1000 }
    }
    case 'decimal':
      return {
        type: { type: 'bytes', logicalType: 'decimal', precision: type.precision, scale: type.scale },
        branch: 'bytes',
        write: (value) => bigEndian(unscaled(String(value), type.scale)),
      }
    case 'list': {
      const item = shapeOf(type.item, `${name}I`)
      const write = (value: unknown): unknown => (value as unknown[]).map((inner) => wrapped(inner ?? null, item))
      return { type: { type: 'array', items: nullable(item) }, branch: 'array', write }
    }
    case 'struct': {
      const members = type.fields.map((field, i) => ({ name: field.name, shape: shapeOf(field.type, `${name}M${i}`) }))
      const write = (value: unknown): unknown =>
        Object.fromEntries(
          members.map((member) => [member.name, wrapped((value as Record<string, unknown>)[member.name] ?? null, member.shape)]),
        )
      const fields = members.map((member) => ({ name: member.name, type: nullable(member.shape) }))
      return { type: { type: 'record', name, fields }, branch: name, write }
    }
    default:
      throw new Error(`no Avro of ${type.kind}`)
  }
}

const nullable = ({ type }: Shape): unknown => (type === 'null' ? 'null' : ['null', type])

function wrapped(value: unknown, { branch, write }: Shape): unknown {
  return value === null ? null : { [branch]: write(value) }
}

/** `-1.5` with a scale of 2 is -150. */
export function unscaled(text: string, scale: number): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(scale, '0'))
}

function bigEndian(value: bigint): Buffer {
  const bytes = Buffer.alloc(16)
  const bits = BigInt.asUintN(128, value)
  bytes.writeBigUInt64BE(bits >> 64n, 0)
  bytes.writeBigUInt64BE(bits & 0xffff_ffff_ffff_ffffn, 8)
  return bytes
}
