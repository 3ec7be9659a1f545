/**
 * The rowIndexes of a batch that are not among its accepted rows.
 *
 * @param sourceRows rows (1-based) that were accepted; `null` when none was rejected
 * @returns `undefined` when these are no rows of the batch, or not in their order
 */
export function rejectedIndexes(firstRow: number, rowsRead: number, sourceRows: Int32Array | null): Int32Array | undefined {
  if (sourceRows === null) return new Int32Array(0)
  const rejected = new Int32Array(Math.max(0, rowsRead - sourceRows.length))
  let at = 0
  let next = 0
  for (const row of sourceRows) {
    const rowIndex = row - firstRow
    if (rowIndex < next || rowIndex >= rowsRead) return undefined
    while (next < rowIndex) rejected[at++] = next++
    next++
  }
  while (next < rowsRead) rejected[at++] = next++
  return rejected
}
