import type { FileRow } from './file-row.js'
import type { StoreTables } from './store-tables.js'

/** Adds an imported row to its job's tally, or takes it out, in the transaction that changes the row. */
export function addToTally(tables: StoreTables, jobNo: number, row: FileRow, sign: 1 | -1): void {
  const tally = tables.tally(jobNo)
  tables.saveTally(jobNo, {
    imported: tally.imported + sign,
    rowsWritten: tally.rowsWritten + sign * (row.rowsWritten ?? 0),
    rowsRejected: tally.rowsRejected + sign * (row.rowsRejected ?? 0),
    bytes: tally.bytes + sign * row.size,
    lastImportedAt: sign === 1 ? row.finishedAt : tally.lastImportedAt,
  })
}
