import type { MappedBatch, MappedRows } from '../contracts/schema-mapper.js'
import { MappingError } from '../errors.js'
import { cellReads, indexesOfRejected } from '../isolation/rejected-cells.js'
import { cell } from '../model/cell.js'
import type { Column } from '../model/column.js'
import type { ColumnBatch } from '../model/column-batch.js'
import type { FileSchema } from '../model/data-type.js'
import type { Issue } from '../model/issue.js'
import type { RejectedCell, RejectedRecord } from '../model/rejected-row.js'
import { mappedBatch } from './mapped-batch.js'

export interface RejectedBatchInput {
  readonly key: string
  readonly token: string
  readonly schema: FileSchema
  /** By row (1-based). */
  readonly issues: ReadonlyMap<number, readonly Issue[]>
}

/** The refused rows of one batch, as a batch for the rejects sink. */
export function rejectedBatch(rows: MappedRows, { key, token, schema, issues }: RejectedBatchInput): MappedBatch<RejectedRecord> {
  const { cells } = rows.rejected
  const cellsAt = cells === undefined ? null : cellReader(cells, schema)
  const records = Array.from(indexesOfRejected(rows), (rowIndex, i): RejectedRecord => {
    const row = rows.firstRow + rowIndex
    return { row, issues: issues.get(row) ?? [], key, ...(cellsAt === null ? {} : { cells: cellsAt(i) }) }
  })
  const names: readonly (keyof RejectedRecord)[] = cellsAt === null ? ['row', 'issues', 'key'] : ['row', 'issues', 'key', 'cells']
  const columns = Object.fromEntries(
    names.map((name): [string, Column] => [
      name,
      { kind: 'values', length: records.length, validity: null, values: records.map((record) => record[name]) },
    ]),
  )
  const accepted = { rowCount: records.length, columns, sourceRows: Int32Array.from(records, ({ row }) => row) }
  return mappedBatch({ ...rows, accepted }, { build: (_, from, to) => records.slice(from, to) }, token)
}

function cellReader(cells: ColumnBatch, schema: FileSchema): (rowIndex: number) => RejectedCell[] {
  const names = cellReads(schema).map(({ index }) => schema.columns[index]?.name ?? '')
  if (cells.columns.length !== names.length) {
    throw new MappingError('MAPPER_FAILED', `Rejected rows came with ${cells.columns.length} columns instead of ${names.length}.`, {
      location: { row: cells.firstRow },
      remedy: 'A mapper leaves `rejected.cells` out: the engine fills it in.',
    })
  }
  return (rowIndex) => names.map((column, at) => ({ column, value: cell(cells.columns[at] as Column, rowIndex) }))
}
