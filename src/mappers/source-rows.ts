import type { RowLog } from './row-log.js'

/** Row (1-based) in the file of each accepted row; `null` when none was rejected. */
export function sourceRows(log: RowLog, firstRow: number): Int32Array | null {
  if (log.rejectedCount === 0) return null
  const rows = new Int32Array(log.rowCount - log.rejectedCount)
  let at = 0
  for (let i = 0; i < log.rowCount; i++) if (log.rejects[i] === 0) rows[at++] = firstRow + i
  return rows
}
