import type { Budgets } from '../../model/budgets.js'
import { corruptFile, overBudget } from '../decode-failure.js'
import type { RowFault } from './row-scanner.js'

/** Where a fault is; no row for the header. */
export interface FaultPlace {
  readonly row?: number
  /** Name of the column. */
  readonly column?: string
  readonly line: number
  /** Most bytes of this row. */
  readonly mostBytes: number
  readonly budgets: Budgets
}

export function rowFaultError(fault: RowFault, { row, column, line, mostBytes, budgets }: FaultPlace): Error {
  const place = { ...(row === undefined ? {} : { row }), ...(column === undefined ? {} : { column }) }
  const where = `CSV ${row === undefined ? 'header' : `row ${row}`} (line ${line} of the file)`
  switch (fault) {
    case 'quote-not-closed':
      return corruptFile(`${where}: the file ends within a quoted cell.`, place)
    case 'after-closing-quote':
      return corruptFile(`${where}: a quoted cell goes on after its closing quote; quotes within it have to be doubled.`, place)
    case 'quote-inside':
      return corruptFile(`${where}: a quote stands within a cell that is not quoted; quote the cell and double the quote.`, place)
    case 'too-many-cells': {
      const what = row === undefined ? 'Columns in the header of the CSV file' : 'Cells in one row of the CSV file'
      return overBudget(what, budgets.columns + 1, 'columns', budgets.columns, row === undefined ? {} : { row })
    }
    case 'too-long':
      return row === undefined
        ? overBudget('The header row of the CSV file', mostBytes + 1, 'schemaBytes', mostBytes)
        : overBudget(where, mostBytes + 1, 'cellBytes', mostBytes, place)
  }
}
