import type { MappedBatch, MappedColumns, MappedRows, Mapping } from '../contracts/schema-mapper.js'

const SLICE = 1_024

/** Accepted rows as a sink gets them. */
export function mappedBatch<R>(rows: MappedRows, mapping: Pick<Mapping<R>, 'build'>, token: string): MappedBatch<R> {
  const { accepted, firstRow, rowsRead } = rows
  const { sourceRows } = accepted
  function* recordSlices(size = SLICE): Generator<R[]> {
    for (let from = 0; from < accepted.rowCount; from += size) yield mapping.build(accepted, from, Math.min(accepted.rowCount, from + size))
  }
  return {
    token,
    rowCount: accepted.rowCount,
    firstRow,
    rowsRead,
    // The mapping promises one column or group per key of its record.
    columns: accepted.columns as MappedColumns<R>,
    sourceRow: (rowIndex) => (sourceRows === null ? firstRow + rowIndex : (sourceRows[rowIndex] as number)),
    *records() {
      for (const slice of recordSlices()) yield* slice
    },
    recordSlices,
  }
}
