import type { DuckDBValue } from '@duckdb/node-api'
import { bitAt } from '../../model/bitmap.js'
import { cell, decimalAt, isPresent } from '../../model/cell.js'
import type { Column, ColumnOf } from '../../model/column.js'
import { jsonText } from '../json-text.js'
import { microsOf } from '../micros-of.js'
import type { DuckDBApi } from './duckdb-api.js'
import { isDuckDecimal, isDuckStruct } from './stage-type.js'

/** One cell as the client takes it, of the type that `stageTypeOf` names: for nested and rare kinds. */
export function stageValue(api: DuckDBApi, column: Column, i: number): DuckDBValue {
  if (!isPresent(column, i)) return null
  switch (column.kind) {
    case 'bool':
      return bitAt(column.data, i)
    case 'binary':
      return new api.DuckDBBlobValue(column.data.subarray(column.offsets[i], column.offsets[i + 1]))
    case 'date':
      return new api.DuckDBDateValue(column.data[i] as number)
    case 'time':
      return column.unit === 'us' ? new api.DuckDBTimeValue(column.data[i] as bigint) : (cell(column, i) as string)
    case 'timestamp':
      return timestampValue(api, column, column.data[i] as bigint)
    case 'decimal':
      return isDuckDecimal(column)
        ? new api.DuckDBDecimalValue(decimalAt(column.data, i), column.precision, column.scale)
        : (cell(column, i) as string)
    case 'dictionary':
      return stageValue(api, column.dictionary.values, column.indices[i] as number)
    case 'list':
      return listValue(api, column.child, column.offsets[i] as number, column.offsets[i + 1] as number)
    case 'fixedList':
      return listValue(api, column.child, i * column.size, (i + 1) * column.size)
    case 'struct':
      return isDuckStruct(column.names) ? structValue(api, column, i) : jsonText(cell(column, i))
    case 'values':
      return jsonText(column.values[i])
    case 'utf8':
      return cell(column, i) as string
    case 'null':
      return null
    default:
      return column.data[i] as number | bigint
  }
}

function timestampValue(api: DuckDBApi, { unit, timezone }: ColumnOf<'timestamp'>, value: bigint): DuckDBValue {
  if (timezone !== null) return new api.DuckDBTimestampTZValue(microsOf(value, unit))
  return unit === 'ns' ? new api.DuckDBTimestampNanosecondsValue(value) : new api.DuckDBTimestampValue(microsOf(value, unit))
}

function listValue(api: DuckDBApi, child: Column, from: number, to: number): DuckDBValue {
  const items: DuckDBValue[] = []
  for (let i = from; i < to; i++) items.push(stageValue(api, child, i))
  return new api.DuckDBListValue(items)
}

function structValue(api: DuckDBApi, column: ColumnOf<'struct'>, i: number): DuckDBValue {
  return new api.DuckDBStructValue(
    Object.fromEntries(column.names.map((name, k) => [name, stageValue(api, column.children[k] as Column, i)])),
  )
}
