import type { MappedRows, SchemaMapper } from '../contracts/schema-mapper.js'
import type { Budgets } from '../model/budgets.js'
import type { Column } from '../model/column.js'
import type { ColumnBatch } from '../model/column-batch.js'
import type { DataType, FileSchema } from '../model/data-type.js'
import { NO_COLUMN } from '../model/issue.js'
import type { OpenedFile } from './opened-file.js'

/** Most batches of a sample: cells may be so large that a batch is one row. */
const mostBatches = 32

/** What was looked at. */
export interface Looked {
  readonly schema: FileSchema
  /** Rows of the file, where the format says so beforehand. */
  readonly rowCount: number | null
  /** Rows seen. */
  readonly rows: number
}

/** Called for each readable column of each batch, with the rows of the sample; those that could not be split are not among them. */
export type VisitColumn = (columnIndex: number, column: Column, rows: readonly number[]) => void

/**
 * Shows the first rows of a file as it has them: texts as they are written, other types as they are stored. Columns of a
 * type that cannot be read are left out.
 */
export async function lookAtColumns(
  opened: OpenedFile,
  { rows: mostRows, budgets }: { readonly rows: number; readonly budgets: Budgets },
  visit: VisitColumn,
): Promise<Looked> {
  let rows = 0
  let batches = 0
  const look = (batch: ColumnBatch, indexes: readonly number[]): void => {
    const taken = rowsOf(batch, mostRows - rows)
    for (const [i, column] of batch.columns.entries()) visit(indexes[i] as number, column, taken)
    rows += Math.min(batch.rowCount, mostRows - rows)
  }
  return await opened.exchange(eyes(look), async (exchange) => {
    const { schema } = exchange
    const started = exchange.start({ schema, file: opened.context, ...sampleBatches(mostRows, budgets) })
    for await (const _ of started.rows) if (rows >= mostRows || ++batches >= mostBatches) break
    return { schema, rowCount: exchange.rowCount ?? null, rows }
  })
}

/** How a sample is cut: no batch is much longer than the sample. */
export function sampleBatches(rows: number, { batchRows, batchBytes }: Budgets): { batchRows: number; batchBytes: number } {
  return { batchRows: Math.min(batchRows, Math.ceil(rows / 8) * 8), batchBytes }
}

/** As what a column is looked at: text files as text, for a guess may not hold for each cell. */
export function typeToLookAt(type: DataType, guessed: boolean): DataType {
  return guessed ? { kind: 'utf8' } : type
}

/** A mapper that only looks. It is not portable: the file is decoded outside, its cells are looked at here. */
function eyes(look: (batch: ColumnBatch, indexes: readonly number[]) => void): SchemaMapper<never> {
  return {
    signature: 'lading/preview',
    compile({ columns }) {
      const reads = columns.flatMap(({ type, guessed }, index) =>
        isReadable(type) ? [{ index, as: typeToLookAt(type, guessed === true) }] : [],
      )
      const indexes = reads.map(({ index }) => index)
      return {
        reads,
        apply(batch): MappedRows {
          look(batch, indexes)
          const { rowCount, firstRow } = batch
          return { rowsRead: rowCount, firstRow, accepted: { rowCount, columns: {}, sourceRows: null }, rejected: { rowCount: 0 } }
        },
        build: () => [],
      }
    },
  }
}

function isReadable(type: DataType): boolean {
  switch (type.kind) {
    case 'unknown':
      return false
    case 'list':
    case 'fixedList':
      return isReadable(type.item)
    case 'struct':
      return type.fields.every((field) => isReadable(field.type))
    default:
      return true
  }
}

/** RowIndexes of the batch that belong to the sample and could be split into cells. */
function rowsOf({ rowCount, issues }: ColumnBatch, most: number): readonly number[] {
  const lost = new Set<number>()
  issues?.columns.forEach((column, k) => {
    if (column === NO_COLUMN && issues.table[issues.checks[k] as number]?.severity === 'error') lost.add(issues.rowIndexes[k] as number)
  })
  return Array.from({ length: Math.min(rowCount, most) }, (_, i) => i).filter((i) => !lost.has(i))
}
