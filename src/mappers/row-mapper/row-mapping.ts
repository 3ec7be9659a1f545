import type { AcceptedRows, MappedRows, Mapping } from '../../contracts/schema-mapper.js'
import { MappingError } from '../../errors.js'
import type { Column } from '../../model/column.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import type { DeclaredType, FileSchema } from '../../model/data-type.js'
import type { FileContext } from '../../model/file.js'
import { type Check, type Issue, NO_COLUMN } from '../../model/issue.js'
import type { CellSource } from '../cell-source.js'
import { CheckTable } from '../check-table.js'
import { checkOf } from '../issue-codes.js'
import { RowLog } from '../row-log.js'
import { sourceRows } from '../source-rows.js'
import { typeWords } from '../type-words.js'
import { typedColumn } from '../typed-column.js'
import { cellReader } from './cell-reader.js'
import { findColumns } from './find-columns.js'
import { Rejected, rejectedWith } from './rejected.js'
import type { RowCells, RowContext } from './row-mapper.js'

/** Different messages of a row function that are kept apart; more would let the table of checks grow with the file. */
const mostMessages = 1_000

interface RowFunction<W, R> {
  readonly types: readonly (readonly [name: string, type: DeclaredType])[]
  readonly map: (cells: RowCells<W>, at: RowContext<keyof W & string>) => R | Rejected
}

/** @throws MappingError `SCHEMA_MISMATCH` when a column is missing, repeated or of another type */
export function compileRows<W, R extends object>(rows: RowFunction<W, R>, schema: FileSchema, file: FileContext): Mapping<R> {
  const columns = findColumns(rows.types, schema, file)
  const table = new CheckTable()
  const fieldOf = new Map(columns.map(({ name, index }) => [index, name]))
  const indexOf = new Map(columns.map(({ name, index }) => [name, index]))
  const badValue = columns.map(({ name, as }) => table.number(checkOf('value-type', { expected: typeWords(as) }, { field: name })))
  // By their columns object: a host may hand the rows on in a new wrapper.
  const made = new WeakMap<AcceptedRows['columns'], R[]>()
  let earlier: readonly CellSource[] = []

  const reject: RowContext<string>['reject'] = (code, message, column) =>
    rejectedWith({ code, severity: 'error', message, ...(column === undefined ? {} : { field: column, column }) })

  /** Calls the row function once; what it throws is the file's error, with the row. */
  const mapOne = (cells: RowCells<W>, row: number): R | Rejected => {
    let record: R | Rejected
    try {
      record = rows.map(cells, { row, file, reject })
    } catch (cause) {
      throw failed(file, row, 'The row function threw.', 'Handle the row, or return reject(code, message).', cause)
    }
    if (typeof record === 'object' && record !== null && !isThenable(record)) return record
    throw failed(file, row, 'The row function returned no record.', 'Return an object (not a promise), or reject(code, message).')
  }

  return {
    reads: columns.map(({ index, as }) => ({ index, as })),
    apply(batch: ColumnBatch): MappedRows {
      const log = new RowLog(table, batch.rowCount)
      if (batch.issues !== undefined) log.merge(batch.issues, fieldOf)
      const readers = columns.map(({ name, declared, as, index }, k) => {
        const column = columnAt(batch, k, file)
        const typed = typedColumn(column, as, name, (i) => log.add(i, badValue[k] as number, index))
        return { name, ...cellReader(typed, declared, earlier[k] ?? null) }
      })
      earlier = readers.map(({ source }) => source)
      const records: R[] = []
      for (let i = 0; i < batch.rowCount; i++) {
        // A cell that could not be read is no null: the row function does not see the row.
        if (log.rejects[i] === 1) continue
        const cells = Object.fromEntries(readers.map(({ name, read }) => [name, read(i)])) as RowCells<W>
        const record = mapOne(cells, batch.firstRow + i)
        if (record instanceof Rejected)
          for (const issue of record.issues) log.add(i, rejectionNumber(table, issue), columnOfIssue(issue, indexOf))
        else records.push(record)
      }
      const accepted = { rowCount: records.length, columns: recordColumns(records), sourceRows: sourceRows(log, batch.firstRow) }
      made.set(accepted.columns, records)
      const issues = log.finish()
      return {
        rowsRead: batch.rowCount,
        firstRow: batch.firstRow,
        accepted,
        rejected: { rowCount: log.rejectedCount, ...(issues === undefined ? {} : { issues }) },
      }
    },
    build(accepted, from, to) {
      const records = made.get(accepted.columns)
      if (records === undefined)
        throw new MappingError('MAPPER_FAILED', 'These rows are not of this mapping.', { location: { key: file.key } })
      return records.slice(from, to)
    },
  }
}

function isThenable(record: object): boolean {
  return 'then' in record && typeof record.then === 'function'
}

function columnAt(batch: ColumnBatch, position: number, file: FileContext): Column {
  const column = batch.columns[position]
  if (column !== undefined && column.length === batch.rowCount) return column
  throw failed(
    file,
    batch.firstRow,
    'The decoder gave a column too few, or one of another length.',
    'Report this to the author of the decoder.',
  )
}

function columnOfIssue({ column }: Issue, indexOf: ReadonlyMap<string, number>): number {
  return column === undefined ? NO_COLUMN : (indexOf.get(column) ?? NO_COLUMN)
}

/** The number of a host's own check; past a bound, of its code alone. */
function rejectionNumber(table: CheckTable, { column: _, row: __, value: ___, ...check }: Issue): number {
  if (table.checks.length < mostMessages) return table.number(check)
  const general: Check = { code: check.code.slice(0, 64), severity: 'error', message: 'Rejected by the row function.' }
  return table.number(table.checks.length < 2 * mostMessages ? general : { ...general, code: 'x-rejected' })
}

/** A column of values under each key that some record has, `null` where a record has it not. */
function recordColumns(records: readonly object[]): AcceptedRows['columns'] {
  const keys = new Set(records.flatMap((record) => Object.keys(record)))
  return Object.fromEntries(
    Array.from(keys, (key): [string, Column] => {
      const values = records.map((record) => (Object.hasOwn(record, key) ? ((record as Record<string, unknown>)[key] ?? null) : null))
      return [key, { kind: 'values', length: records.length, validity: null, values }]
    }),
  )
}

function failed(file: FileContext, row: number, message: string, remedy: string, cause?: unknown): MappingError {
  return new MappingError('MAPPER_FAILED', message, { location: { key: file.key, row }, remedy, cause })
}
