import type { ReadRequest } from '../../src/contracts/file-decoder.js'
import type { Mapping, SchemaMapper } from '../../src/contracts/schema-mapper.js'
import { toValues } from '../../src/model/cell.js'
import type { Column } from '../../src/model/column.js'
import type { ColumnBatch } from '../../src/model/column-batch.js'
import { columnOf } from '../../src/model/column-of.js'
import type { ColumnInfo, DataType } from '../../src/model/data-type.js'
import type { FileContext } from '../../src/model/file.js'
import { type Issue, type IssueLog, NO_COLUMN } from '../../src/model/issue.js'
import { issuesOf } from '../../src/model/issues-of.js'

export const asOf = new Date('2024-06-01T00:00:00Z')
export const file: FileContext = {
  jobId: 'job',
  key: 'in/day1.csv',
  version: 'e:1:1',
  generation: 1,
  size: 100,
  schemaVersion: 1,
  sourceTime: asOf,
  asOf,
}

/** A hand-made file: columns with their values, text that is guessed or typed. */
export interface Table {
  readonly columns: readonly (ColumnInfo & { readonly values: readonly unknown[] })[]
}

/** A text file: every cell is text or null; a cell that does not fit the type asked for is the decoder's issue. */
export function textTable(
  cells: Readonly<Record<string, readonly (string | null)[]>>,
  guesses: Readonly<Record<string, DataType>> = {},
): Table {
  return {
    columns: Object.entries(cells).map(([name, values]) => ({
      name,
      type: guesses[name] ?? { kind: 'utf8' },
      nullable: true,
      guessed: true,
      values,
    })),
  }
}

export function typedTable(...columns: readonly (readonly [name: string, type: DataType, values: readonly unknown[]])[]): Table {
  return { columns: columns.map(([name, type, values]) => ({ name, type, nullable: true, values })) }
}

const badCell = { code: 'cell-unreadable', severity: 'error' as const, message: 'The cell cannot be read as its type.' }
const badRow = { code: 'row-ragged', severity: 'error' as const, message: 'The row has another number of cells.' }

/** Decodes as a decoder would. `ragged`: rowIndexes in the file of rows that could not be split. */
export function* batchesOf(
  { columns }: Table,
  reads: ReadRequest['columns'],
  batchRows = 2048,
  ragged: readonly number[] = [],
): Generator<ColumnBatch> {
  const rows = columns[0]?.values.length ?? 0
  for (let from = 0; from < rows; from += batchRows) {
    const rowCount = Math.min(batchRows, rows - from)
    const entries: [row: number, check: number, column: number][] = []
    const lost = new Set(ragged.filter((row) => row >= from && row < from + rowCount).map((row) => row - from))
    for (const row of lost) entries.push([row, 1, NO_COLUMN])
    const read = reads.map(({ index, as }): Column => {
      const column = columns[index]
      const values = column?.values.slice(from, from + rowCount) ?? []
      const cells = values.map((value, i) => {
        if (lost.has(i) || value === null || value === undefined) return null
        if (column?.guessed !== true) return value
        const cell = textCell(String(value), as)
        if (cell === undefined) entries.push([i, 0, index])
        return cell ?? null
      })
      return as.kind === 'unknown' ? { kind: 'values', length: rowCount, validity: null, values: cells } : columnOf(as, cells)
    })
    const schema = {
      columns: columns.map(({ name, type, nullable, guessed }) => ({ name, type, nullable, ...(guessed ? { guessed } : {}) })),
    }
    yield { rowCount, firstRow: from + 1, schema, columns: read, ...(entries.length > 0 ? { issues: logOf(entries) } : {}) }
  }
}

function textCell(text: string, { kind }: DataType): unknown {
  switch (kind) {
    case 'utf8':
      return text
    case 'float64':
      return Number.isFinite(Number(text)) && text !== '' ? Number(text) : undefined
    case 'int64':
      return /^-?\d+$/.test(text) ? BigInt(text) : undefined
    case 'bool':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'timestamp':
      return Number.isNaN(Date.parse(text)) ? undefined : BigInt(Date.parse(text)) * 1000n
    case 'date':
      return Number.isNaN(Date.parse(text)) ? undefined : Date.parse(text) / 86_400_000
    default:
      throw new Error(`no text of ${kind}`)
  }
}

function logOf(entries: readonly (readonly [number, number, number])[]): IssueLog {
  const counts = new Map<string, { check: number; column: number; rows: number }>()
  for (const [, check, column] of entries) {
    const key = `${check}/${column}`
    counts.set(key, { check, column, rows: (counts.get(key)?.rows ?? 0) + 1 })
  }
  return {
    table: [badCell, badRow],
    rowIndexes: Int32Array.from(entries, ([row]) => row),
    checks: Uint16Array.from(entries, ([, check]) => check),
    columns: Uint16Array.from(entries, ([, , column]) => column),
    counts: [...counts.values()],
  }
}

export interface MappedTable<R> {
  readonly mapping: Mapping<R>
  readonly records: R[]
  /** Rows (1-based) of the records. */
  readonly rows: number[]
  readonly issues: Issue[]
  readonly rejected: number
  readonly rowsRead: number
  /** Accepted columns of each batch as values. */
  readonly values: Record<string, unknown>[]
}

/** Compiles for the table's columns and maps all of it. */
export function mapTable<R>(
  mapper: SchemaMapper<R>,
  table: Table,
  options: { readonly batchRows?: number; readonly ragged?: readonly number[]; readonly change?: (column: Column) => Column } = {},
): MappedTable<R> {
  const schema = { columns: table.columns.map(({ values: _, ...info }) => info) }
  const mapping = mapper.compile(schema, file)
  const out: MappedTable<R> = { mapping, records: [], rows: [], issues: [], rejected: 0, rowsRead: 0, values: [] }
  let rejected = 0
  let rowsRead = 0
  for (const batch of batchesOf(table, mapping.reads, options.batchRows, options.ragged)) {
    const { accepted, ...mapped } = mapping.apply(options.change ? { ...batch, columns: batch.columns.map(options.change) } : batch)
    out.records.push(...mapping.build(accepted, 0, accepted.rowCount))
    for (let i = 0; i < accepted.rowCount; i++) out.rows.push(accepted.sourceRows?.[i] ?? mapped.firstRow + i)
    if (mapped.rejected.issues !== undefined) out.issues.push(...issuesOf(mapped.rejected.issues, batch))
    out.values.push(
      Object.fromEntries(
        Object.entries(accepted.columns).map(([key, column]) => [
          key,
          column.kind === 'group'
            ? Object.fromEntries(column.columns.map((inner, i) => [column.names[i], toValues(inner)]))
            : toValues(column),
        ]),
      ),
    )
    rejected += mapped.rejected.rowCount
    rowsRead += mapped.rowsRead
  }
  return { ...out, rejected, rowsRead }
}

/** `code@row:column`, short to compare. */
export function shortIssues(issues: readonly Issue[]): string[] {
  return issues.map(({ code, row, column }) => `${code}${row === undefined ? '' : `@${row}`}${column === undefined ? '' : `:${column}`}`)
}
