import type { Column, ColumnGroup } from '../../model/column.js'

/** Types that columns of records have in Postgres: few, so that those of different files meet. */
export type StageType =
  | 'bigint'
  | 'numeric'
  | 'double precision'
  | 'boolean'
  | 'text'
  | 'bytea'
  | 'date'
  | 'time without time zone'
  | 'timestamp without time zone'
  | 'timestamp with time zone'
  | 'jsonb'

/**
 * The type of a column, `null` when it has none because all is null.
 *
 * Integers are bigint, unsigned ones of 64 bits and decimals numeric, floats double precision. Times in nanoseconds are
 * text; timestamps are cut to microseconds. Lists, structs and JavaScript values of no one type are jsonb, as are groups:
 * one object of features, tags or SHAP values a row.
 */
export function stageTypeOf(column: Column | ColumnGroup): StageType | null {
  switch (column.kind) {
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return 'bigint'
    case 'uint64':
    case 'decimal':
      return 'numeric'
    case 'float32':
    case 'float64':
      return 'double precision'
    case 'bool':
      return 'boolean'
    case 'utf8':
      return 'text'
    case 'binary':
      return 'bytea'
    case 'date':
      return 'date'
    case 'time':
      return column.unit === 'us' ? 'time without time zone' : 'text'
    case 'timestamp':
      return column.timezone === null ? 'timestamp without time zone' : 'timestamp with time zone'
    case 'dictionary':
      return stageTypeOf(column.dictionary.values)
    case 'group':
      return column.columns.length === 0 ? null : 'jsonb'
    case 'null':
      return null
    default:
      return 'jsonb'
  }
}
