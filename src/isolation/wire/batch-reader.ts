import type { MappedRows } from '../../contracts/schema-mapper.js'
import type { Budgets } from '../../model/budgets.js'
import type { Column, ColumnGroup } from '../../model/column.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import type { FileSchema } from '../../model/data-type.js'
import type { IssueLog } from '../../model/issue.js'
import { Body } from './body.js'
import { FalseFrame, list, members, text, wholeNumber } from './claims.js'
import { type ColumnReaderOptions, readColumn } from './column-reader.js'
import { DictionaryReader } from './dictionary-reader.js'
import { IssueLogReader } from './issue-log-reader.js'

/** A mapping may make some more columns than it reads: constants, empty groups. */
const MORE_COLUMNS = 1_000

export interface BatchReaderOptions {
  readonly schema: FileSchema
  readonly budgets: Budgets
  /** Most rows that were asked for in one batch. */
  readonly batchRows: number
}

/**
 * Reads the batches of one exchange, in order. Throws `FalseFrame` for whatever does not hold together; that no row is
 * lost is the engine's to check, wherever rows come from.
 */
export class BatchReader {
  readonly #options: BatchReaderOptions
  readonly #dictionaries = new DictionaryReader()
  readonly #issues: IssueLogReader

  constructor(options: BatchReaderOptions) {
    this.#options = options
    this.#issues = new IssueLogReader(options.schema.columns.length)
  }

  decoded(header: Readonly<Record<string, unknown>>, bytes: Uint8Array): ColumnBatch {
    const { columns, rowCount, firstRow, issues } = this.#read(header, bytes)
    if (columns.some(({ length }) => length !== rowCount)) throw new FalseFrame('a column is not as long as its batch')
    return { rowCount, firstRow, schema: this.#options.schema, columns, ...(issues === undefined ? {} : { issues }) }
  }

  mapped(header: Readonly<Record<string, unknown>>, bytes: Uint8Array): MappedRows {
    const { columns, body, rowCount, rowsRead, firstRow, issues } = this.#read(header, bytes)
    const at = (place: unknown, rows = rowCount): Column => {
      const column = columns[wholeNumber(place, 'the place of a column', columns.length - 1)] as Column
      if (column.length !== rows) throw new FalseFrame(`a column has ${column.length} rows in a batch of ${rows}`)
      return column
    }
    const byKey = new Map<string, Column | ColumnGroup>()
    for (const field of list(header.fields, 'fields', columns.length + MORE_COLUMNS)) {
      const [key, place] = list(field, 'a field', 2)
      byKey.set(text(key, 'the key of a field'), at(place))
    }
    for (const group of list(header.groups, 'groups', MORE_COLUMNS)) {
      const [key, names, places] = list(group, 'a group', 3)
      const inside = list(places, 'columns of a group', columns.length).map((place) => at(place))
      const called = list(names, 'names of a group', columns.length).map((name) => text(name, 'a name in a group'))
      if (called.length !== inside.length) throw new FalseFrame('a group has more names than columns')
      byKey.set(text(key, 'the key of a group'), { kind: 'group', names: called, columns: inside })
    }
    const keys = list(header.keys, 'keys', byKey.size).map((key) => text(key, 'a key'))
    const rejected = wholeNumber(header.rejected, 'rejected rows', rowsRead)
    return {
      rowsRead,
      firstRow,
      accepted: {
        rowCount,
        // In the mapper's order, and own properties whatever the key.
        columns: Object.fromEntries(keys.map((key) => [key, byKey.get(key) ?? missing()])),
        sourceRows: header.sourceRows === undefined ? null : body.view(Int32Array, header.sourceRows, rowCount, 'source rows'),
      },
      rejected: {
        rowCount: rejected,
        ...(issues === undefined ? {} : { issues }),
        ...(header.cells === undefined ? {} : { cells: this.#cells(header.cells, rejected, at) }),
      },
    }
  }

  #cells(wire: unknown, rejected: number, at: (place: unknown, rows: number) => Column): ColumnBatch {
    const { columns, rowCount, firstRow } = members(wire, 'rejected rows')
    const rows = wholeNumber(rowCount, 'the count of rejected rows', rejected, rejected)
    return {
      rowCount: rows,
      firstRow: wholeNumber(firstRow, 'the first rejected row'),
      schema: this.#options.schema,
      columns: list(columns, 'columns of rejected rows', this.#options.schema.columns.length).map((place) => at(place, rows)),
    }
  }

  #read(header: Readonly<Record<string, unknown>>, bytes: Uint8Array) {
    const { schema, budgets, batchRows } = this.#options
    const body = new Body(header.b, bytes)
    const rowsRead = wholeNumber(header.rowsRead, 'the rows of a batch', batchRows)
    const rowCount = wholeNumber(header.rowCount, 'the accepted rows of a batch', rowsRead)
    const firstRow = wholeNumber(header.firstRow, 'the first row of a batch', Number.MAX_SAFE_INTEGER, 1)
    // Lists and structs of the file, and the levels that a mapping may add.
    const reading: ColumnReaderOptions = { body, dictionaryOf: this.#dictionaries.dictionaryOf, nesting: budgets.nesting + 4 }
    this.#dictionaries.grow(header.grown, (wire) => readColumn(wire, reading))
    const most = schema.columns.length + MORE_COLUMNS
    const columns = list(header.columns, 'the columns of a batch', 2 * most).map((wire) => readColumn(wire, reading))
    this.#dictionaries.drop(header.dropped)
    const issues: IssueLog | undefined = header.issues === undefined ? undefined : this.#issues.read(header.issues, body, rowsRead)
    return { body, columns, rowCount, rowsRead, firstRow, issues }
  }
}

function missing(): never {
  throw new FalseFrame('a key has no column')
}
