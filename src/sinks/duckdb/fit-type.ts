/** How values of one type go into a column of another. */
export type Fit =
  | {
      /** Type of the column from now on. */
      readonly type: string
      /** Integers beyond 2^53 on this side would lose digits: look before doing it. */
      readonly exactIntegers?: 'table' | 'file'
    }
  | 'conflict'

const integers: Readonly<Record<string, readonly [signed: boolean, bits: number]>> = {
  TINYINT: [true, 8],
  SMALLINT: [true, 16],
  INTEGER: [true, 32],
  BIGINT: [true, 64],
  HUGEINT: [true, 128],
  UTINYINT: [false, 8],
  USMALLINT: [false, 16],
  UINTEGER: [false, 32],
  UBIGINT: [false, 64],
}
const floats: ReadonlySet<string> = new Set(['FLOAT', 'DOUBLE'])

/**
 * The narrowest type that holds the column of a table and that of a file without changing a value. Whole numbers meet
 * floats in DOUBLE when all of them are exact there. A VARCHAR column takes numbers and booleans as text; the other way
 * round only with `textWins`, for labels, which are numbers in some models and text in others.
 */
export function fitType(table: string, file: string, textWins = false): Fit {
  if (table === file) return { type: table }
  if (integers[table] !== undefined && integers[file] !== undefined) {
    const type = Object.keys(integers).find((wider) => holds(wider, table) && holds(wider, file))
    return type === undefined ? 'conflict' : { type }
  }
  if (floats.has(table) && floats.has(file)) return { type: 'DOUBLE' }
  if (floats.has(table) && integers[file] !== undefined) return floatFit(table, file, 'file')
  if (integers[table] !== undefined && floats.has(file)) return floatFit(file, table, 'table')
  if (table === 'VARCHAR' && isPlain(file)) return { type: 'VARCHAR' }
  if (file === 'VARCHAR' && textWins && isPlain(table)) return { type: 'VARCHAR' }
  if (table.endsWith('[]') && file.endsWith('[]')) {
    const items = fitType(table.slice(0, -2), file.slice(0, -2))
    return items === 'conflict' || items.exactIntegers !== undefined ? 'conflict' : { type: `${items.type}[]` }
  }
  return decimalFit(table, file)
}

function isPlain(type: string): boolean {
  return integers[type] !== undefined || floats.has(type) || type === 'BOOLEAN' || decimalOf(type) !== undefined
}

function holds(wider: string, type: string): boolean {
  const [outerSigned, outerBits] = integers[wider] ?? [true, 0]
  const [signed, bits] = integers[type] ?? [true, 0]
  if (outerSigned === signed) return outerBits >= bits
  return outerSigned && outerBits > bits
}

function floatFit(float: string, integer: string, side: 'table' | 'file'): Fit {
  const bits = integers[integer]?.[1] ?? 128
  if (bits <= 16) return { type: float }
  return bits <= 32 ? { type: 'DOUBLE' } : { type: 'DOUBLE', exactIntegers: side }
}

function decimalFit(table: string, file: string): Fit {
  const [left, right] = [decimalOf(table), decimalOf(file)]
  if (left === undefined || right === undefined) return 'conflict'
  const scale = Math.max(left.scale, right.scale)
  const precision = Math.max(left.precision - left.scale, right.precision - right.scale) + scale
  return precision > 38 ? 'conflict' : { type: `DECIMAL(${precision},${scale})` }
}

/** Whole numbers count as decimals without a fraction. */
function decimalOf(type: string): { readonly precision: number; readonly scale: number } | undefined {
  const [signed, bits] = integers[type] ?? []
  if (bits !== undefined) return { precision: String(2n ** BigInt(signed === true ? bits - 1 : bits)).length, scale: 0 }
  const match = /^DECIMAL\((\d+),(\d+)\)$/.exec(type)
  return match === null ? undefined : { precision: Number(match[1]), scale: Number(match[2]) }
}
