import type { Check } from '../../model/issue.js'

/** A row that cannot be told cell by cell. */
export function raggedCheck(columns: number): Check {
  return {
    code: 'ragged-row',
    severity: 'error',
    message: `The row has another number of cells than the header, which has ${columns}.`,
    remedy: 'Write every row with as many cells as the header; quote cells that hold the delimiter or a line end.',
    expected: `${columns} cells`,
  }
}

/** @param expected what cells of the column are, for example `an int64` */
export function cellCheck(expected: string): Check {
  return {
    code: 'cell-type',
    severity: 'error',
    message: `The cell is not ${expected}.`,
    remedy: 'Correct the cell, or declare the type of the column that the file holds.',
    expected,
    received: 'text',
  }
}
