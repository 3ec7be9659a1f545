import type { ReadRequest } from '../../contracts/file-decoder.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import type { FileSchema } from '../../model/data-type.js'
import { overBudget } from '../decode-failure.js'
import { type ByteColumn, byteColumn } from './byte-column.js'
import { type CellBlock, copyQuoted } from './cell-block.js'
import { CellIssues } from './cell-issues.js'
import { cellCheck, raggedCheck } from './csv-checks.js'
import { csvColumnType } from './csv-columns.js'
import type { ByteDialect } from './csv-options.js'

/**
 * Blocks of cells in, batches out: cut before the row that would pass the rows or the bytes asked for, so by the rows
 * alone, whatever the blocks. Text counts with its bytes, also where it becomes codes.
 */
export class ByteBatchBuilder {
  readonly #schema: FileSchema
  readonly #batchBytes: number
  readonly #cellBytes: number
  readonly #dialect: ByteDialect
  readonly #columns: readonly ByteColumn[]
  /** Indexes in the file. */
  readonly #texts: readonly number[]
  readonly #rowWidth: number
  readonly #capacity: number
  readonly #issues: CellIssues
  #firstRow = 1
  #rowCount = 0
  #scratch = new Uint8Array(0)

  /** @throws DecodeError `FORMAT_UNSUPPORTED` for a type that text is not read as */
  constructor(schema: FileSchema, request: ReadRequest, cellBytes: number, dialect: ByteDialect) {
    this.#schema = schema
    this.#batchBytes = request.batchBytes
    this.#cellBytes = cellBytes
    this.#dialect = dialect
    const types = request.columns.map(({ index, as }) => csvColumnType(as, schema.columns[index]?.name ?? '', dialect.words))
    this.#rowWidth = types.reduce((bytes, { width }) => bytes + width, 0)
    // No batch has more rows: each one costs its fixed widths at least.
    this.#capacity = Math.max(1, Math.min(request.batchRows, Math.floor(request.batchBytes / Math.max(1, this.#rowWidth))))
    this.#texts = request.columns.filter(({ as }) => as.kind === 'utf8').map(({ index }) => index)
    this.#issues = new CellIssues(
      raggedCheck(schema.columns.length),
      request.columns.map(({ index }, i) => ({ index, check: cellCheck(types[i]?.expected ?? '') })),
    )
    const place = { capacity: this.#capacity, dialect, issues: this.#issues, textColumns: this.#texts.length }
    this.#columns = request.columns.map(({ index, as }, ordinal) => byteColumn(as, { ...place, index, ordinal }))
  }

  /** Adds all rows of a block, which has to stay as it is until the last batch was taken. */
  *add(cells: CellBlock): Generator<ColumnBatch, void, undefined> {
    for (let from = 0; from < cells.rows; ) {
      const count = this.#fitting(cells, from)
      if (count === 0) {
        const batch = this.take()
        if (batch !== undefined) yield batch
        continue
      }
      for (const column of this.#columns) column.append(cells, from, count, this.#rowCount)
      for (const row of cells.ragged) if (row >= from && row < from + count) this.#issues.addRagged(this.#rowCount + row - from)
      this.#rowCount += count
      from += count
    }
  }

  /** The rows since the last batch, or `undefined` when there are none. */
  take(): ColumnBatch | undefined {
    const rowCount = this.#rowCount
    if (rowCount === 0) return undefined
    const issues = this.#issues.take()
    const columns = this.#columns.map((column) => column.finish(rowCount))
    const batch: ColumnBatch = { rowCount, firstRow: this.#firstRow, schema: this.#schema, columns, ...(issues && { issues }) }
    this.#firstRow += rowCount
    this.#rowCount = 0
    return batch
  }

  /** How many rows of the block, from `from` on, have a place in this batch: at least one in an empty batch. */
  #fitting({ text, bounds, stride, rows }: CellBlock, from: number): number {
    const most = Math.min(rows - from, this.#capacity - this.#rowCount)
    if (most === 0) return 0
    let bytes = this.#rowCount * this.#rowWidth
    for (const { textBytes } of this.#columns) bytes += textBytes
    // The rows as they are written are longer than their text: mostly that is enough to know.
    const written = (bounds[(from + most) * stride] as number) - (bounds[from * stride] as number)
    if (written <= this.#cellBytes && bytes + most * this.#rowWidth + written <= this.#batchBytes) return most
    for (let count = 0; count < most; count++) {
      bytes += this.#rowWidth
      for (const index of this.#texts) {
        const k = (from + count) * stride + index
        bytes += this.#textBytes(text, (bounds[k] as number) + 1, bounds[k + 1] as number, index, count)
      }
      if (bytes > this.#batchBytes && this.#rowCount + count > 0) return count
    }
    return most
  }

  #textBytes(text: Uint8Array, start: number, end: number, index: number, ahead: number): number {
    let length = end - start
    const { quote, escaper } = this.#dialect
    if (length > 0 && text[start] === quote) {
      if (this.#scratch.length < length) this.#scratch = new Uint8Array(length)
      length = copyQuoted(text, start, end, escaper, this.#scratch, 0)
    }
    if (length <= this.#cellBytes) return length
    const place = { row: this.#firstRow + this.#rowCount + ahead, column: this.#schema.columns[index]?.name }
    throw overBudget('A cell of the CSV file', length, 'cellBytes', this.#cellBytes, place)
  }
}
