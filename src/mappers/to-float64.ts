import { decimalAt, decimalText } from '../model/cell.js'
import type { Column, ColumnOf, Dictionary } from '../model/column.js'
import { wordsOf } from './cell-source.js'

const numbersOf = new WeakMap<Column, Float64Array>()

/**
 * Any column of numbers as float64; `null` columns stay as they are. Integers beyond 2^53 and long decimals are rounded
 * to the nearest float64.
 */
export function toFloat64(column: Column): ColumnOf<'float64'> | ColumnOf<'null'> {
  if (column.kind === 'float64' || column.kind === 'null') return column
  const { length } = column
  if (column.kind === 'dictionary')
    return { kind: 'float64', length, validity: column.validity, data: gathered(column.indices, length, column.dictionary) }
  return { kind: 'float64', length, validity: column.validity, data: numbers(column) }
}

function gathered(indices: Int32Array, length: number, dictionary: Dictionary): Float64Array {
  let values = numbersOf.get(dictionary.values)
  if (values === undefined) {
    values = numbers(dictionary.values)
    numbersOf.set(dictionary.values, values)
  }
  const data = new Float64Array(length)
  for (let i = 0; i < length; i++) data[i] = values[indices[i] as number] ?? 0
  return data
}

function numbers(column: Column): Float64Array {
  switch (column.kind) {
    case 'float64':
      return column.data
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'float32':
      return new Float64Array(column.data)
    case 'int64':
    case 'uint64': {
      const words = wordsOf(column.data)
      const data = new Float64Array(column.length)
      const signed = column.kind === 'int64'
      for (let i = 0; i < data.length; i++) {
        const high = words[2 * i + 1] as number
        data[i] = (signed ? high : high >>> 0) * 4294967296 + ((words[2 * i] as number) >>> 0)
      }
      return data
    }
    case 'decimal': {
      const { data, scale } = column
      return Float64Array.from({ length: column.length }, (_, i) => Number(decimalText(decimalAt(data, i), scale)))
    }
    default:
      throw new TypeError(`A column of ${column.kind} does not hold numbers.`)
  }
}
