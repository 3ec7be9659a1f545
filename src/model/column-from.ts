import type { Column } from './column.js'
import { columnOf } from './column-of.js'
import type { DataType } from './data-type.js'

/**
 * A column made of JavaScript values by looking at them: all booleans, strings, bytes, bigints, numbers or `Date`s
 * (nulls apart) give a typed column, integers among bigints count as bigints; anything else is kept as `values`.
 */
export function columnFrom(values: ArrayLike<unknown>): Column {
  const kinds = new Set<string>()
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value === null || value === undefined) continue
    kinds.add(kindOf(value))
    if (kinds.size > 2) break
  }
  if (kinds.size === 0) return { kind: 'null', length: values.length, validity: null }
  const only = kinds.size === 1 ? [...kinds][0] : kinds.size === 2 && kinds.has('int64') && kinds.has('integer') ? 'int64' : 'unknown'
  if (only === 'timestamp') {
    const ms = Array.from(values, (value) => (value instanceof Date ? BigInt(value.getTime()) * 1000n : null))
    return columnOf({ kind: 'timestamp', unit: 'us', timezone: 'UTC' }, ms)
  }
  const kind = only === 'integer' ? 'float64' : kinds.size === 2 && kinds.has('integer') && kinds.has('float64') ? 'float64' : only
  return columnOf({ kind } as DataType, values)
}

function kindOf(value: unknown): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'string':
      return 'utf8'
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? 'int64' : 'unknown'
    case 'number':
      return Number.isSafeInteger(value) ? 'integer' : 'float64'
    default:
      if (value instanceof Uint8Array) return 'binary'
      return value instanceof Date && !Number.isNaN(value.getTime()) ? 'timestamp' : 'unknown'
  }
}
