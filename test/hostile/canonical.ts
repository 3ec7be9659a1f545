import { bitAt } from '../../src/model/bitmap.js'
import { cell, decimalAt, decimalText, isPresent } from '../../src/model/cell.js'
import type { Column } from '../../src/model/column.js'

/**
 * A cell in one form for all readers, exact and comparable as JSON: `null`, a text with a letter for its kind, or an
 * array of these. Structs are arrays of name and value. Kinds that differ in width alone are the same.
 */
export type Canonical = null | string | readonly Canonical[]

const nanosPer = { s: 1_000_000_000n, ms: 1_000_000n, us: 1000n, ns: 1n } as const
type Unit = keyof typeof nanosPer

export const canonicalInteger = (value: number | bigint): Canonical => `i:${value}`
/** Zero has no sign here: not all readers keep it. */
export const canonicalFloat = (value: number): Canonical => `f:${value === 0 ? 0 : value}`
export const canonicalBool = (value: boolean): Canonical => `b:${value}`
export const canonicalText = (value: string): Canonical => `s:${value}`
export const canonicalBytes = (value: Uint8Array): Canonical =>
  `x:${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`
export const canonicalInstant = (value: number | bigint, unit: Unit): Canonical => `t:${BigInt(value) * nanosPer[unit]}`
export const canonicalTime = (value: number | bigint, unit: Unit): Canonical => `T:${BigInt(value) * nanosPer[unit]}`
export const canonicalDate = (days: number): Canonical => `d:${days}`
export const canonicalDecimal = (unscaled: bigint, scale: number): Canonical => {
  const text = decimalText(unscaled, scale)
  return `n:${text.includes('.') ? text.replace(/\.?0+$/, '') : text}`
}

/** One of our cells. */
export function canonicalCell(column: Column, row: number): Canonical {
  if (!isPresent(column, row)) return null
  switch (column.kind) {
    case 'null':
      return null
    case 'bool':
      return canonicalBool(bitAt(column.data, row))
    case 'float32':
    case 'float64':
      return canonicalFloat(column.data[row] as number)
    case 'utf8':
      return canonicalText(cell(column, row) as string)
    case 'binary':
      return canonicalBytes(column.data.subarray(column.offsets[row], column.offsets[row + 1]))
    case 'dictionary':
      return canonicalCell(column.dictionary.values, column.indices[row] as number)
    case 'timestamp':
      return canonicalInstant(column.data[row] as bigint, column.unit)
    case 'time':
      return canonicalTime(column.data[row] as bigint, column.unit)
    case 'date':
      return canonicalDate(column.data[row] as number)
    case 'decimal':
      return canonicalDecimal(decimalAt(column.data, row), column.scale)
    case 'list':
      return canonicalItems(column.child, column.offsets[row] as number, column.offsets[row + 1] as number)
    case 'fixedList':
      return canonicalItems(column.child, row * column.size, (row + 1) * column.size)
    case 'struct':
      return column.names.map((name, i) => [name, canonicalCell(column.children[i] as Column, row)])
    case 'values':
      throw new RangeError('a decoder of this package gives typed columns')
    default:
      return canonicalInteger(column.data[row] as number | bigint)
  }
}

function canonicalItems(child: Column, from: number, to: number): Canonical {
  return Array.from({ length: to - from }, (_, i) => canonicalCell(child, from + i))
}
