import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  List,
  Null,
  Schema,
  Struct,
  Time,
  Timestamp,
  TimeUnit,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
} from 'apache-arrow'
import type { Column } from '../model/column.js'

const units = { s: TimeUnit.SECOND, ms: TimeUnit.MILLISECOND, us: TimeUnit.MICROSECOND, ns: TimeUnit.NANOSECOND } as const
const plain = {
  int8: Int8,
  int16: Int16,
  int32: Int32,
  int64: Int64,
  uint8: Uint8,
  uint16: Uint16,
  uint32: Uint32,
  uint64: Uint64,
  float32: Float32,
  float64: Float64,
  bool: Bool,
  utf8: Utf8,
  binary: Binary,
  date: DateDay,
  null: Null,
} as const

/** Schemas in use at a time: one a mapping and dictionary pattern. */
const mostSchemas = 64
const schemas = new Map<string, Schema>()

type NamedColumns = readonly (readonly [name: string, column: Column])[]

/**
 * The schema of columns: one object for all batches with equal names and types. Fresh type objects, above all fresh
 * dictionary ids, would make every batch a stranger to the others.
 */
export function arrowSchema(columns: NamedColumns): Schema {
  const key = JSON.stringify(columns.map(([name, column]) => [name, signature(column)]))
  let schema = schemas.get(key)
  if (schema === undefined) {
    let dictionaryId = 0
    const nextId = (): number => dictionaryId++
    schema = new Schema(columns.map(([name, column]) => new Field(name, arrowType(column, nextId), true)))
    const oldest = schemas.keys().next()
    if (schemas.size >= mostSchemas && oldest.done !== true) schemas.delete(oldest.value)
  } else schemas.delete(key)
  // Last in the map is last used.
  schemas.set(key, schema)
  return schema
}

function signature(column: Column): unknown {
  switch (column.kind) {
    case 'timestamp':
      return [column.kind, column.unit, column.timezone]
    case 'time':
      return [column.kind, column.unit]
    case 'decimal':
      return [column.kind, column.precision, column.scale]
    case 'dictionary':
      return [column.kind, signature(column.dictionary.values)]
    case 'list':
      return [column.kind, signature(column.child)]
    case 'fixedList':
      return [column.kind, column.size, signature(column.child)]
    case 'struct':
      return [column.kind, column.names, column.children.map(signature)]
    default:
      return column.kind
  }
}

function arrowType(column: Column, nextId: () => number): DataType {
  switch (column.kind) {
    case 'timestamp':
      return new Timestamp(units[column.unit], column.timezone)
    case 'time':
      return new Time(units[column.unit], 64)
    case 'decimal':
      return new Decimal(column.scale, column.precision, 128)
    case 'dictionary':
      return new Dictionary(arrowType(column.dictionary.values, nextId), new Int32(), nextId())
    case 'list':
      return new List(new Field('item', arrowType(column.child, nextId), true))
    case 'fixedList':
      return new FixedSizeList(column.size, new Field('item', arrowType(column.child, nextId), true))
    case 'struct':
      return new Struct(column.names.map((name, i) => new Field(name, arrowType(column.children[i] as Column, nextId), true)))
    case 'values':
      throw new RangeError('A column of plain values has no Arrow type.')
    default:
      return new plain[column.kind]()
  }
}
