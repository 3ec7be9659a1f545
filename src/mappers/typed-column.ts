import { MappingError } from '../errors.js'
import type { Column, ColumnOf } from '../model/column.js'
import { columnOf } from '../model/column-of.js'
import { compactColumn } from '../model/compact-column.js'
import type { DataType } from '../model/data-type.js'

/**
 * A column of the kind that was asked for, in a form that mappers walk: `values` of a plug-in or a test are typed (cells
 * that do not fit are nulls and told to `bad`), dictionaries hold text alone.
 *
 * @throws MappingError `MAPPER_FAILED` for a column of another kind: the decoder broke its contract
 */
export function typedColumn(column: Column, as: DataType, name: string, bad: (rowIndex: number) => void): Column {
  if (column.kind === 'values') return fromValues(column.values, as, bad)
  const kind = column.kind === 'dictionary' ? column.dictionary.values.kind : column.kind
  if (kind === as.kind || kind === 'null') return column.kind === 'dictionary' && kind !== 'utf8' ? expandDictionary(column) : column
  throw new MappingError('MAPPER_FAILED', `The decoder gave ${kind} for a column that was to be read as ${as.kind}.`, {
    location: { column: name },
    remedy: 'A decoder must give each column as it was asked to; report this to the author of the decoder.',
  })
}

/** Each row's value in its place; a row without one shows what its index says under a cleared validity bit. */
export function expandDictionary({ dictionary, indices, validity, length }: ColumnOf<'dictionary'>): Column {
  if (dictionary.values.length === 0) return { kind: 'null', length, validity: null }
  const runs = new Int32Array(2 * length)
  for (let i = 0; i < length; i++) {
    runs[2 * i] = indices[i] as number
    runs[2 * i + 1] = (indices[i] as number) + 1
  }
  return { ...compactColumn(dictionary.values, runs, length), validity } as Column
}

function fromValues(values: ArrayLike<unknown>, as: DataType, bad: (rowIndex: number) => void): Column {
  const cleaned = new Array<unknown>(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null
    const fit = value === null ? null : fitted(value, as)
    if (value !== null && fit === null) bad(i)
    cleaned[i] = fit
  }
  return columnOf(as, cleaned)
}

const dayMs = 86_400_000
const perSecond = { s: 1n, ms: 1_000n, us: 1_000_000n, ns: 1_000_000_000n } as const

/** The value as `columnOf` wants it for the type, or `null` when it is not of the type. */
function fitted(value: unknown, as: DataType): unknown {
  switch (as.kind) {
    case 'utf8':
      return typeof value === 'string' ? value : null
    case 'bool':
      return typeof value === 'boolean' ? value : null
    case 'float32':
    case 'float64':
      return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null
    case 'int8':
    case 'int16':
    case 'int32':
      return inRange(value, -(2n ** (BigInt(as.kind.slice(3)) - 1n)), 2n ** (BigInt(as.kind.slice(3)) - 1n), Number)
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return inRange(value, 0n, 2n ** BigInt(as.kind.slice(4)), Number)
    case 'int64':
      return inRange(value, -(2n ** 63n), 2n ** 63n, BigInt)
    case 'uint64':
      return inRange(value, 0n, 2n ** 64n, BigInt)
    case 'timestamp':
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : (BigInt(value.getTime()) * perSecond[as.unit]) / 1_000n
      return inRange(value, -(2n ** 63n), 2n ** 63n, BigInt)
    case 'date':
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : Math.floor(value.getTime() / dayMs)
      return inRange(value, -(2n ** 31n), 2n ** 31n, Number)
    case 'decimal':
      return typeof value === 'bigint' ? value : null
    case 'binary':
      return value instanceof Uint8Array ? value : null
    case 'list': {
      if (!isArrayLike(value)) return null
      const items = Array.from(value, (item) => (item === null || item === undefined ? null : fitted(item, as.item)))
      return items.every((item, i) => item !== null || (value[i] ?? null) === null) ? items : null
    }
    case 'fixedList': {
      if (!isArrayLike(value) || value.length !== as.size) return null
      return fitted(Array.from(value), { kind: 'list', item: as.item })
    }
    case 'struct': {
      if (typeof value !== 'object') return null
      const members: Record<string, unknown> = Object.create(null)
      for (const { name, type } of as.fields) {
        const member = Object.hasOwn(value as object, name) ? ((value as Record<string, unknown>)[name] ?? null) : null
        members[name] = member === null ? null : fitted(member, type)
        if (member !== null && members[name] === null) return null
      }
      return members
    }
    default:
      return value
  }
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
}

function inRange(value: unknown, from: bigint, to: bigint, make: (value: bigint) => number | bigint): number | bigint | null {
  if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isSafeInteger(value))) return null
  const exact = BigInt(value)
  return exact >= from && exact < to ? make(exact) : null
}
