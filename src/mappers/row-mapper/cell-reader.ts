import type { Column } from '../../model/column.js'
import type { DataType, DeclaredType } from '../../model/data-type.js'
import { type CellSource, openCells, readCell } from '../cell-source.js'
import { isInteger, isNumber } from '../type-words.js'

/** A cell of each declared type, as a row function gets it. */
export interface CellOf {
  string: string
  float64: number
  int64: number | bigint
  bool: boolean
  timestamp: Date
  date: Date
}

interface Declared {
  readonly expected: string
  /** Types of a typed file that serve. */
  readonly accepts: (type: DataType) => boolean
}

const alike =
  (kind: DataType['kind']) =>
  (type: DataType): boolean =>
    type.kind === kind || type.kind === 'null'

/** What a column of a typed file must hold to serve as a declared type. */
export const declaredCells: { readonly [T in DeclaredType]: Declared } = {
  string: { expected: 'text', accepts: alike('utf8') },
  float64: { expected: 'numbers', accepts: (type) => isNumber(type) || type.kind === 'null' },
  int64: { expected: 'whole numbers', accepts: (type) => isInteger(type) || type.kind === 'null' },
  bool: { expected: 'booleans', accepts: alike('bool') },
  timestamp: { expected: 'timestamps', accepts: alike('timestamp') },
  date: { expected: 'dates', accepts: alike('date') },
}

/** Reads the cells of one column as the declared type; `null` where there is none. */
export function cellReader(
  column: Column,
  declared: DeclaredType,
  earlier: CellSource | null,
): { source: CellSource; read: (i: number) => unknown } {
  const source = openCells(column, 0, column.length, earlier)
  if (declared !== 'float64') return { source, read: (i) => readCell(source, i) }
  return {
    source,
    read: (i) => {
      const value = readCell(source, i)
      // 64-bit integers and decimals (which come as text) to the nearest float.
      return value === null || typeof value === 'number' ? value : Number(value)
    },
  }
}
