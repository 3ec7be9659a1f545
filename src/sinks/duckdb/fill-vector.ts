import type { DuckDBBlobValue, DuckDBValue, DuckDBVector } from '@duckdb/node-api'
import { bitAt } from '../../model/bitmap.js'
import type { Column, ColumnOf, Dictionary } from '../../model/column.js'
import type { DuckDBApi } from './duckdb-api.js'
import { stageValue } from './stage-value.js'

type NumberArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/** Copies a column into a vector of a new, empty chunk and hands the vector over. */
export function fillVector(api: DuckDBApi, vector: DuckDBVector, column: Column): void {
  switch (column.kind) {
    case 'null':
      for (let i = 0; i < column.length; i++) vector.setItem(i, null)
      break
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
    case 'float32':
    case 'float64':
      if (copyWhole(vector, column.data)) setNulls(vector, column)
      else fillEach(vector, column, (i) => column.data[i] as number | bigint)
      break
    case 'date':
      if (copyWhole(vector, column.data)) setNulls(vector, column)
      else fillEach(vector, column, (i) => stageValue(api, column, i))
      break
    case 'timestamp':
      if (storedAsIs(column) && copyWhole(vector, column.data)) setNulls(vector, column)
      else fillEach(vector, column, (i) => stageValue(api, column, i))
      break
    case 'bool':
      fillEach(vector, column, (i) => bitAt(column.data, i))
      break
    case 'utf8':
      fillEach(vector, column, (i) => new api.DuckDBBlobValue(column.data.subarray(column.offsets[i], column.offsets[i + 1])))
      break
    case 'dictionary':
      fillDictionary(api, vector, column)
      break
    default:
      fillEach(vector, column, (i) => stageValue(api, column, i))
  }
  vector.flush()
}

function fillEach(vector: DuckDBVector, { length, validity }: Column, valueAt: (i: number) => DuckDBValue): void {
  for (let i = 0; i < length; i++) vector.setItem(i, bitAt(validity, i) ? valueAt(i) : null)
}

function setNulls(vector: DuckDBVector, { length, validity }: Column): void {
  if (validity !== null) for (let i = 0; i < length; i++) if (!bitAt(validity, i)) vector.setItem(i, null)
}

/**
 * Vectors of plain numbers keep them in a typed array, `items`, which the client does not declare. With it a column is
 * one copy; a client without it is served value by value.
 */
function copyWhole(vector: DuckDBVector, data: NumberArray): boolean {
  const items: unknown = 'items' in vector ? vector.items : undefined
  if (!ArrayBuffer.isView(items) || items.constructor !== data.constructor) return false
  const target = items as NumberArray
  if (target.length !== data.length)
    return false
    // Both are of the same class: checked above, beyond what the type can say.
  ;(target as Float64Array).set(data as Float64Array)
  return true
}

function storedAsIs({ unit, timezone }: ColumnOf<'timestamp'>): boolean {
  return unit === 'us' || (unit === 'ns' && timezone === null)
}

const dictionaryBytes = new WeakMap<Dictionary, DuckDBBlobValue[]>()

/** Text: one object per dictionary value, kept as long as the file's dictionary. */
function fillDictionary(api: DuckDBApi, vector: DuckDBVector, column: ColumnOf<'dictionary'>): void {
  const { values } = column.dictionary
  if (values.kind !== 'utf8') {
    fillEach(vector, column, (i) => stageValue(api, values, column.indices[i] as number))
    return
  }
  const known = dictionaryBytes.get(column.dictionary) ?? []
  dictionaryBytes.set(column.dictionary, known)
  for (let i = 0; i < column.length; i++) {
    if (!bitAt(column.validity, i)) {
      vector.setItem(i, null)
      continue
    }
    const index = column.indices[i] as number
    let value = known[index]
    if (value === undefined) {
      value = new api.DuckDBBlobValue(values.data.subarray(values.offsets[index], values.offsets[index + 1]))
      known[index] = value
    }
    vector.setItem(i, value)
  }
}
