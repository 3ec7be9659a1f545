import type { DuckDBType } from '@duckdb/node-api'
import type { Column } from '../../model/column.js'
import type { DuckDBApi } from './duckdb-api.js'

/** How a column is staged. */
export interface StageType {
  /** Of the staging column. */
  readonly type: DuckDBType
  /** Text staged as its UTF-8 bytes: it need not become JavaScript strings on its way. */
  readonly utf8: boolean
}

/**
 * The DuckDB type of a column, `null` when it has none because all is null.
 *
 * Timestamps with a time zone are TIMESTAMPTZ (nanoseconds are cut to microseconds: DuckDB has no finer one), without one
 * TIMESTAMP, or TIMESTAMP_NS. Lists of any length, fixed or not, are lists. Decimals of more than 38 digits, times in
 * nanoseconds and JavaScript values of no one type are text, the last as JSON.
 */
export function stageTypeOf(api: DuckDBApi, column: Column): StageType | null {
  const text = column.kind === 'dictionary' ? column.dictionary.values : column
  if (text.kind === 'utf8') return { type: api.BLOB, utf8: true }
  const type = typeOf(api, column)
  return type === null ? null : { type, utf8: false }
}

function typeOf(api: DuckDBApi, column: Column): DuckDBType | null {
  switch (column.kind) {
    case 'int8':
      return api.TINYINT
    case 'int16':
      return api.SMALLINT
    case 'int32':
      return api.INTEGER
    case 'int64':
      return api.BIGINT
    case 'uint8':
      return api.UTINYINT
    case 'uint16':
      return api.USMALLINT
    case 'uint32':
      return api.UINTEGER
    case 'uint64':
      return api.UBIGINT
    case 'float32':
      return api.FLOAT
    case 'float64':
      return api.DOUBLE
    case 'bool':
      return api.BOOLEAN
    case 'binary':
      return api.BLOB
    case 'date':
      return api.DATE
    case 'time':
      return column.unit === 'us' ? api.TIME : api.VARCHAR
    case 'timestamp':
      if (column.timezone !== null) return api.TIMESTAMPTZ
      return column.unit === 'ns' ? api.TIMESTAMP_NS : api.TIMESTAMP
    case 'decimal':
      return isDuckDecimal(column) ? api.DECIMAL(column.precision, column.scale) : api.VARCHAR
    case 'dictionary':
      return typeOf(api, column.dictionary.values)
    case 'list':
    case 'fixedList':
      return api.LIST(typeOf(api, column.child) ?? api.VARCHAR)
    case 'struct':
      return isDuckStruct(column.names)
        ? api.STRUCT(Object.fromEntries(column.names.map((name, i) => [name, typeOf(api, column.children[i] as Column) ?? api.VARCHAR])))
        : api.VARCHAR
    case 'utf8':
    case 'values':
      return api.VARCHAR
    case 'null':
      return null
  }
}

export function isDuckDecimal({ precision, scale }: { readonly precision: number; readonly scale: number }): boolean {
  return precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision
}

/** DuckDB tells the fields of a struct apart by their names, in any case. */
export function isDuckStruct(names: readonly string[]): boolean {
  const known = new Set(names.map((name) => name.toLowerCase()))
  return (
    names.length > 0 && known.size === names.length && !names.some((name) => name === '' || name === '__proto__' || name.includes('\0'))
  )
}
