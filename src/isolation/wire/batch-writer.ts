import type { MappedRows } from '../../contracts/schema-mapper.js'
import type { Column, ColumnGroup } from '../../model/column.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import { BodyBuilder } from './body.js'
import { writeColumn } from './column-writer.js'
import { DictionaryWriter } from './dictionary-writer.js'
import { IssueLogWriter, type WireIssues } from './issue-log-writer.js'
import type { WireColumn, WireGrowth } from './wire-column.js'

/** The header of a batch: columns apart, so that a column which serves two fields travels once. */
export interface WireBatch {
  readonly t: 'batch'
  readonly b: readonly number[]
  readonly grown: readonly WireGrowth[]
  readonly dropped: readonly number[]
  readonly columns: readonly WireColumn[]
  readonly firstRow: number
  readonly rowsRead: number
  readonly rowCount: number
  readonly issues?: WireIssues
  /** Mapped rows: by the record's keys, places in `columns`. */
  readonly fields?: readonly (readonly [string, number])[]
  readonly groups?: readonly (readonly [string, readonly string[], readonly number[]])[]
  /** The record's keys in their order. */
  readonly keys?: readonly string[]
  /** Buffer. */
  readonly sourceRows?: number
  readonly rejected?: number
  /** Rejected rows themselves, when the host wants them. */
  readonly cells?: { readonly columns: readonly number[]; readonly rowCount: number; readonly firstRow: number }
}

export interface OutgoingBatch {
  readonly header: WireBatch
  readonly body: BodyBuilder
}

/** Turns the batches of one exchange, in order, into messages. */
export class BatchWriter {
  readonly #dictionaries = new DictionaryWriter()
  readonly #issues = new IssueLogWriter()

  /** Decoded, for a mapper that stays with the host. */
  decoded({ rowCount, firstRow, columns, issues }: ColumnBatch): OutgoingBatch {
    return this.#write((place, body) => {
      for (const column of columns) place(column)
      return { firstRow, rowsRead: rowCount, rowCount, ...(issues === undefined ? {} : { issues: this.#issues.write(issues, body) }) }
    })
  }

  mapped({ rowsRead, firstRow, accepted, rejected }: MappedRows): OutgoingBatch {
    return this.#write((place, body) => {
      const fields: [string, number][] = []
      const groups: [string, readonly string[], number[]][] = []
      const entries = Object.entries<Column | ColumnGroup>(accepted.columns)
      for (const [key, column] of entries) {
        if (column.kind === 'group') groups.push([key, column.names, column.columns.map(place)])
        else fields.push([key, place(column)])
      }
      const { issues, cells } = rejected
      return {
        firstRow,
        rowsRead,
        rowCount: accepted.rowCount,
        keys: entries.map(([key]) => key),
        fields,
        groups,
        rejected: rejected.rowCount,
        ...(accepted.sourceRows === null ? {} : { sourceRows: body.add(accepted.sourceRows) }),
        ...(issues === undefined ? {} : { issues: this.#issues.write(issues, body) }),
        ...(cells === undefined
          ? {}
          : { cells: { columns: cells.columns.map(place), rowCount: cells.rowCount, firstRow: cells.firstRow } }),
      }
    })
  }

  #write(
    rows: (place: (column: Column) => number, body: BodyBuilder) => Omit<WireBatch, 't' | 'b' | 'grown' | 'dropped' | 'columns'>,
  ): OutgoingBatch {
    const body = new BodyBuilder()
    this.#dictionaries.begin(body)
    const columns: WireColumn[] = []
    const places = new Map<Column, number>()
    const place = (column: Column): number => {
      const known = places.get(column)
      if (known !== undefined) return known
      const number = columns.push(writeColumn(column, body, this.#dictionaries.numberOf)) - 1
      places.set(column, number)
      return number
    }
    const about = rows(place, body)
    const { grown, dropped } = this.#dictionaries.end()
    return { header: { t: 'batch', ...about, grown, dropped, columns, b: body.lengths }, body }
  }
}
