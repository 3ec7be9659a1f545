import type { FileSchema } from './data-type.js'
import { type Issue, type IssueLog, NO_COLUMN } from './issue.js'

/**
 * Renders a log as issues with 1-based rows and column names, in the log's order.
 *
 * @param batch the batch that the log came with: its first row and its file's columns
 */
export function issuesOf(log: IssueLog, batch: { readonly firstRow: number; readonly schema: FileSchema }): Issue[] {
  return Array.from(log.rowIndexes, (rowIndex, i) => {
    const check = log.table[log.checks[i] as number]
    if (check === undefined) throw new RangeError(`The issue log names check ${log.checks[i]}, its table has ${log.table.length}.`)
    const columnIndex = log.columns[i] as number
    const column = columnIndex === NO_COLUMN ? undefined : batch.schema.columns[columnIndex]?.name
    return { ...check, row: batch.firstRow + rowIndex, ...(column === undefined ? {} : { column }) }
  })
}
