import {
  type DataType as ArrowType,
  Binary,
  Bool,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  List,
  makeData,
  Null,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import type { DataType } from '../../../src/model/data-type.js'
import { unscaled } from './avro-file.js'
import { type FileTable, rowCountOf } from './file-table.js'

/** An IPC file by apache-arrow; names may repeat. */
export function arrowFile(table: FileTable): Uint8Array {
  const columns = table.columns.map(({ name, type, values }) => {
    const arrow = arrowType(type)
    const vector = vectorFromArray(
      values.map((value) => arrowValue(value, type)),
      arrow,
    )
    return { field: new Field(name, arrow, true), vector }
  })
  const length = rowCountOf(table)
  const schema = new Schema(columns.map(({ field }) => field))
  const data = columns.map(({ vector }) => vector.data[0])
  const struct = new Struct(schema.fields)
  const batch = new RecordBatch(schema, makeData({ type: struct, length, nullCount: 0, children: data as never }) as never)
  return Uint8Array.from(tableToIPC(new Table(schema, [batch]), 'file'))
}

function arrowType(type: DataType): ArrowType {
  switch (type.kind) {
    case 'null':
      return new Null()
    case 'bool':
      return new Bool()
    case 'int8':
      return new Int8()
    case 'int16':
      return new Int16()
    case 'int32':
      return new Int32()
    case 'int64':
      return new Int64()
    case 'float32':
      return new Float32()
    case 'float64':
      return new Float64()
    case 'utf8':
      return new Utf8()
    case 'binary':
      return new Binary()
    case 'date':
      return new DateDay()
    case 'timestamp':
      return new TimestampMicrosecond(type.timezone)
    case 'decimal':
      return new Decimal(type.scale, type.precision, 128)
    case 'list':
      return new List(new Field('item', arrowType(type.item), true))
    case 'struct':
      return new Struct(type.fields.map((field) => new Field(field.name, arrowType(field.type), true)))
    default:
      throw new Error(`no Arrow of ${type.kind}`)
  }
}

function arrowValue(value: unknown, type: DataType): unknown {
  if (value === null || value === undefined) return null
  switch (type.kind) {
    case 'int64':
      return BigInt(value as number)
    case 'timestamp':
      return (value as Date).getTime()
    case 'decimal': {
      const bits = BigInt.asUintN(128, unscaled(String(value), type.scale))
      return Uint32Array.from({ length: 4 }, (_, i) => Number((bits >> BigInt(32 * i)) & 0xffff_ffffn))
    }
    case 'list':
      return (value as unknown[]).map((item) => arrowValue(item, type.item))
    case 'struct':
      return Object.fromEntries(
        type.fields.map((field) => [field.name, arrowValue((value as Record<string, unknown>)[field.name], field.type)]),
      )
    default:
      return value
  }
}
