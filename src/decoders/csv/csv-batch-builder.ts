import type { ReadRequest } from '../../contracts/file-decoder.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import type { FileSchema } from '../../model/data-type.js'
import type { Check } from '../../model/issue.js'
import { overBudget } from '../decode-failure.js'
import { IssueLogBuilder } from '../issue-log-builder.js'
import { cellCheck, raggedCheck } from './csv-checks.js'
import { type CsvColumnBuilder, type CsvColumnType, csvColumnType } from './csv-columns.js'
import { QUOTED_EMPTY } from './quoted-empties.js'

interface ReadColumn extends CsvColumnType {
  readonly index: number
  readonly isText: boolean
  readonly check: Check
}

/** Rows of cells in, batches out; cut before the row that would pass the rows or the bytes asked for. */
export class CsvBatchBuilder {
  readonly #schema: FileSchema
  readonly #request: ReadRequest
  readonly #cellBytes: number
  readonly #columns: readonly ReadColumn[]
  readonly #rowWidth: number
  readonly #capacity: number
  readonly #issues = new IssueLogBuilder()
  readonly #ragged: Check
  #builders: CsvColumnBuilder[]
  #firstRow = 1
  #rowCount = 0
  #bytes = 0

  constructor(schema: FileSchema, request: ReadRequest, cellBytes: number) {
    this.#schema = schema
    this.#cellBytes = cellBytes
    this.#request = request
    this.#columns = request.columns.map(({ index, as }) => {
      const type = csvColumnType(as, schema.columns[index]?.name ?? '')
      return { ...type, index, isText: as.kind === 'utf8', check: cellCheck(type.expected) }
    })
    this.#rowWidth = this.#columns.reduce((bytes, { width }) => bytes + width, 0)
    // No batch has more rows: each one costs its fixed widths at least.
    this.#capacity = Math.max(1, Math.min(request.batchRows, Math.floor(request.batchBytes / Math.max(1, this.#rowWidth))))
    this.#ragged = raggedCheck(schema.columns.length)
    this.#builders = this.#newBuilders()
  }

  /** Adds a row; returns the batch before it when the row has no place in it. */
  add(cells: readonly string[]): ColumnBatch | undefined {
    const whole = cells.length === this.#schema.columns.length
    let bytes = this.#rowWidth
    if (whole) for (const column of this.#columns) if (column.isText) bytes += this.#textBytes(cells, column.index)
    const full = this.#rowCount === this.#capacity || this.#bytes + bytes > this.#request.batchBytes
    const batch = full ? this.take() : undefined
    const rowIndex = this.#rowCount++
    this.#bytes += bytes
    if (!whole) {
      this.#issues.add(this.#ragged, rowIndex)
      for (const builder of this.#builders) builder.setNull(rowIndex)
      return batch
    }
    for (let i = 0; i < this.#columns.length; i++) {
      const { index, check, isText } = this.#columns[i] as ReadColumn
      const builder = this.#builders[i] as CsvColumnBuilder
      const cell = cells[index] as string
      if (cell === '') builder.setNull(rowIndex)
      else if (!builder.set(rowIndex, isText && cell === QUOTED_EMPTY ? '' : cell)) {
        this.#issues.add(check, rowIndex, index)
        builder.setNull(rowIndex)
      }
    }
    return batch
  }

  /** The rows since the last batch, or `undefined` when there are none. */
  take(): ColumnBatch | undefined {
    const rowCount = this.#rowCount
    if (rowCount === 0) return undefined
    const issues = this.#issues.take()
    const batch: ColumnBatch = {
      rowCount,
      firstRow: this.#firstRow,
      schema: this.#schema,
      columns: this.#builders.map((builder) => builder.finish(rowCount)),
      ...(issues === undefined ? {} : { issues }),
    }
    this.#builders = this.#newBuilders()
    this.#firstRow += rowCount
    this.#rowCount = 0
    this.#bytes = 0
    return batch
  }

  #textBytes(cells: readonly string[], index: number): number {
    const { length } = cells[index] as string
    if (length <= this.#cellBytes) return length
    const place = { row: this.#firstRow + this.#rowCount, column: this.#schema.columns[index]?.name }
    throw overBudget('A cell of the CSV file', length, 'cellBytes', this.#cellBytes, place)
  }

  #newBuilders(): CsvColumnBuilder[] {
    return this.#columns.map((column) => column.builder(this.#capacity))
  }
}
