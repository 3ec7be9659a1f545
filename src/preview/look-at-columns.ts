import type { MappedRows, SchemaMapper } from '../contracts/schema-mapper.js'
import type { Budgets } from '../model/budgets.js'
import type { Column } from '../model/column.js'
import type { ColumnBatch } from '../model/column-batch.js'
import type { ColumnInfo, DataType, FileSchema } from '../model/data-type.js'
import { NO_COLUMN } from '../model/issue.js'
import { nextTurn } from '../util/abort.js'
import type { OpenedFile } from './opened-file.js'

/** Most batches of a sample: cells may be so large that a batch is one row. */
const mostBatches = 32
/** Cells of a sample: very wide files show fewer rows, but never less than these. */
const mostCells = 1_000_000
const leastRows = 100
/** Cells looked at before the host's event loop gets its turn. */
const cellsPerTurn = 8_192

/** What was looked at. */
export interface Looked {
  readonly schema: FileSchema
  /** Rows of the file, where the format says so beforehand. */
  readonly rowCount: number | null
  /** Rows seen. */
  readonly rows: number
}

/** Called for each readable column of each batch, with the rows of the sample; those that could not be split are not among them. */
export type VisitColumn = (columnIndex: number, column: Column, rows: readonly number[], schema: FileSchema) => void

/**
 * Shows the first rows of a file as it has them: texts as they are written, other types as they are stored. Columns of a
 * type that cannot be read are left out.
 */
export async function lookAtColumns(
  opened: OpenedFile,
  { rows: mostRows, budgets }: { readonly rows: number; readonly budgets: Budgets },
  visit: VisitColumn,
): Promise<Looked> {
  const batches: ColumnBatch[] = []
  return await opened.exchange(eyes(batches), async (exchange) => {
    const { schema } = exchange
    const most = Math.min(mostRows, Math.max(leastRows, Math.floor(mostCells / Math.max(1, schema.columns.length))))
    const indexes = readable(schema)
    let rows = 0
    let count = 0
    const started = exchange.start({ schema, file: opened.context, ...sampleBatches(most, budgets) })
    for await (const _ of started.rows) {
      const batch = batches.shift()
      if (batch === undefined) break
      const taken = rowsOf(batch, most - rows)
      let cells = 0
      for (const [i, column] of batch.columns.entries()) {
        visit(indexes[i] as number, column, taken, schema)
        cells += taken.length
        if (cells < cellsPerTurn) continue
        cells = 0
        await nextTurn()
        opened.signal.throwIfAborted()
      }
      rows += Math.min(batch.rowCount, most - rows)
      if (rows >= most || ++count >= mostBatches) break
    }
    return { schema, rowCount: exchange.rowCount ?? null, rows }
  })
}

/** How a sample is cut: no batch is much longer than the sample. */
export function sampleBatches(rows: number, { batchRows, batchBytes }: Budgets): { batchRows: number; batchBytes: number } {
  return { batchRows: Math.min(batchRows, Math.ceil(rows / 8) * 8), batchBytes }
}

/** A mapper that only collects. It is not portable: the file is decoded outside, its cells are looked at here. */
function eyes(batches: ColumnBatch[]): SchemaMapper<never> {
  return {
    signature: 'lading/preview',
    compile: (schema) => ({
      reads: readable(schema).map((index) => ({ index, as: typeToLookAt(schema.columns[index] as ColumnInfo) })),
      apply(batch): MappedRows {
        batches.push(batch)
        const { rowCount, firstRow } = batch
        return { rowsRead: rowCount, firstRow, accepted: { rowCount, columns: {}, sourceRows: null }, rejected: { rowCount: 0 } }
      },
      build: () => [],
    }),
  }
}

/** As what a column is looked at: text files as text, for a guess may not hold for each cell. */
function typeToLookAt({ type, guessed }: ColumnInfo): DataType {
  return guessed === true ? { kind: 'utf8' } : type
}

/** Indexes of the columns that can be read. */
function readable({ columns }: FileSchema): number[] {
  return columns.flatMap(({ type }, index) => (isReadable(type) ? [index] : []))
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
