import type { FileRow } from './file-row.js'
import type { StoreTables, TallyRecord } from './store-tables.js'

/** Adds an imported row to its job's tally, or takes it out, in the transaction that changes the row. */
export function addToTally(tables: StoreTables, jobNo: number, row: FileRow, sign: 1 | -1): void {
  tables.changeTally(jobNo, {
    imported: sign,
    rowsWritten: sign * (row.rowsWritten ?? 0),
    rowsRejected: sign * (row.rowsRejected ?? 0),
    bytes: sign * row.size,
    lastImportedAt: sign === 1 ? row.finishedAt : null,
  })
}

export function changedTally(tally: TallyRecord, change: TallyRecord): TallyRecord {
  return {
    imported: tally.imported + change.imported,
    rowsWritten: tally.rowsWritten + change.rowsWritten,
    rowsRejected: tally.rowsRejected + change.rowsRejected,
    bytes: tally.bytes + change.bytes,
    lastImportedAt: change.lastImportedAt ?? tally.lastImportedAt,
  }
}
