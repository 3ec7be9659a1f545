import { decimalAt, decimalText } from '../model/cell.js'
import type { Column, ColumnOf } from '../model/column.js'
import { wordsOf } from './cell-source.js'

/**
 * Any column of numbers as float64; `null` columns stay as they are. Integers beyond 2^53 and long decimals are rounded
 * to the nearest float64.
 */
export function toFloat64(column: Column): ColumnOf<'float64'> | ColumnOf<'null'> {
  if (column.kind === 'float64' || column.kind === 'null') return column
  if (column.kind === 'values') throw new TypeError('A column of values has no type yet.')
  return { kind: 'float64', length: column.length, validity: column.validity, data: numbers(column) }
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
