import { bitAt } from '../../model/bitmap.js'
import { cell, decimalAt, isPresent } from '../../model/cell.js'
import type { Column, ColumnOf } from '../../model/column.js'
import { jsonText } from '../json-text.js'
import type { SchemaElement } from './parquet-api.js'

/** How a column is written. */
export interface ParquetType {
  /** Equal for equal types. */
  readonly signature: string
  /** The element of the column, and those below it. */
  elements(name: string): SchemaElement[]
  /** What the writer takes for each row; `undefined` where there is none. */
  values(column: Column): unknown[]
}

/**
 * The type of a column, `null` when it has none because all is null.
 *
 * Integers keep their width; times and timestamps their unit (seconds become milliseconds), and whether they are in UTC;
 * decimals are exact; lists are lists. Structs, and JavaScript values of no one type, are JSON text.
 */
export function parquetTypeOf(column: Column): ParquetType | null {
  switch (column.kind) {
    case 'null':
      return null
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return plain({ type: 'INT32', converted_type: column.kind.replace('int', 'int_').toUpperCase() as 'INT_8' })
    case 'int64':
      return plain({ type: 'INT64' })
    case 'uint64':
      return plain({ type: 'INT64', converted_type: 'UINT_64' })
    case 'float32':
      return plain({ type: 'FLOAT' })
    case 'float64':
      return plain({ type: 'DOUBLE' })
    case 'bool':
      return leaf({ type: 'BOOLEAN' }, (bits, i) => bitAt((bits as ColumnOf<'bool'>).data, i))
    case 'utf8':
      return text
    case 'binary':
      return leaf({ type: 'BYTE_ARRAY' }, cell)
    case 'date':
      return plain({ type: 'INT32', converted_type: 'DATE' })
    case 'time':
      return plain({
        type: 'INT64',
        logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: column.unit === 'us' ? 'MICROS' : 'NANOS' },
      })
    case 'timestamp':
      return timestamp(column)
    case 'decimal':
      return decimal(column)
    case 'dictionary':
      return dictionary(column)
    case 'list':
    case 'fixedList':
      return list(column)
    default:
      // Named JSON, the writer would make text of it again.
      return leaf({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, (values, i) => jsonText(cell(values, i)))
  }
}

type Element = Omit<SchemaElement, 'name'>

function leaf(element: Element, valueAt: (column: Column, i: number) => unknown): ParquetType {
  return {
    signature: JSON.stringify(element),
    elements: (name) => [{ name, repetition_type: 'OPTIONAL', ...element }],
    values: (column) => Array.from({ length: column.length }, (_, i) => (isPresent(column, i) ? valueAt(column, i) : undefined)),
  }
}

/** Kinds whose typed array holds the values. */
function plain(element: Element, convert: (value: number | bigint) => unknown = (value) => value): ParquetType {
  return leaf(element, (column, i) => convert((column as ColumnOf<'int64'> | ColumnOf<'int32'>).data[i] as number | bigint))
}

const text = leaf({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, cell)

function timestamp({ unit, timezone }: ColumnOf<'timestamp'>): ParquetType {
  const name = ({ s: 'MILLIS', ms: 'MILLIS', us: 'MICROS', ns: 'NANOS' } as const)[unit]
  const factor = unit === 's' ? 1000n : 1n
  const element: Element = { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: timezone !== null, unit: name } }
  return plain(element, (value) => (value as bigint) * factor)
}

/** The writer takes bigints as they are, without the scale. */
function decimal({ precision, scale }: ColumnOf<'decimal'>): ParquetType | null {
  if (precision < 1 || precision > 38 || scale < 0 || scale > precision) return leaf({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, cell)
  const element: Element = { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, converted_type: 'DECIMAL', precision, scale }
  return leaf(element, (column, i) => decimalAt((column as ColumnOf<'decimal'>).data, i))
}

/** Text is `utf8` in one batch and a dictionary in the next: both are one type. */
function dictionary(column: ColumnOf<'dictionary'>): ParquetType | null {
  const type = parquetTypeOf(column.dictionary.values)
  if (type === null) return null
  return {
    ...type,
    values(batch) {
      if (batch.kind !== 'dictionary') return type.values(batch)
      const known = type.values(batch.dictionary.values)
      return Array.from({ length: batch.length }, (_, i) => (bitAt(batch.validity, i) ? known[batch.indices[i] as number] : undefined))
    },
  }
}

function list(column: ColumnOf<'list'> | ColumnOf<'fixedList'>): ParquetType {
  const item = parquetTypeOf(column.child) ?? text
  return {
    signature: `list of ${item.signature}`,
    elements: (name) => [
      { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...item.elements('element'),
    ],
    values(batch) {
      if (batch.kind !== 'list' && batch.kind !== 'fixedList') return []
      const items = (parquetTypeOf(batch.child) ?? text).values(batch.child)
      const from = (i: number): number => (batch.kind === 'list' ? (batch.offsets[i] as number) : i * batch.size)
      return Array.from({ length: batch.length }, (_, i) => (isPresent(batch, i) ? items.slice(from(i), from(i + 1)) : undefined))
    },
  }
}
