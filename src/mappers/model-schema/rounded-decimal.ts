import type { DataType } from '../../model/data-type.js'

/** Digits that every float64 keeps. */
const exactDigits = 15

/** The warning of a column of numbers: decimals become float64. */
export function roundedDecimal(type: DataType): 'decimal-is-rounded' | null {
  return type.kind === 'decimal' && type.precision > exactDigits ? 'decimal-is-rounded' : null
}
