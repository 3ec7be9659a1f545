import type { ReadRequest } from '../../contracts/file-decoder.js'
import type { Budgets } from '../../model/budgets.js'
import type { Column } from '../../model/column.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import type { FileSchema } from '../../model/data-type.js'
import { sliceColumn } from '../../model/slice-column.js'
import { corruptFile, overBudget, unsupportedFile } from '../decode-failure.js'
import type { BlockCursor } from './block-cursor.js'
import { BlockProblem } from './block-problem.js'
import { FlatFields, type FlatStep } from './flat-fields.js'
import type { Skipper } from './skip-value.js'
import type { AvroColumn } from './type-plan.js'
import type { Meter, ValueReader } from './value-reader.js'

/** Reads records row by row into the columns asked for, and cuts batches by rows and bytes. */
export class RowReader {
  readonly #schema: FileSchema
  readonly #request: ReadRequest
  readonly #fields: FlatFields
  readonly #names: readonly string[]
  /** In the order of the request. */
  readonly #finishers: readonly { readonly name: string; readonly finish: () => Column }[]
  readonly #meter: Meter
  #firstRow = 1
  #rows = 0
  #rowStart = 0
  #bytesBefore = 0
  #reading = false

  constructor(schema: FileSchema, columns: readonly AvroColumn[], request: ReadRequest, skipper: Skipper, { cellBytes }: Budgets) {
    const meter: Meter = {
      bytes: 0,
      cellStart: 0,
      check: () => {
        const cell = meter.bytes - meter.cellStart
        if (cell > cellBytes)
          throw overBudget(`Row ${this.row}, column "${this.column}"`, cell, 'cellBytes', cellBytes, {
            row: this.row,
            column: this.column,
          })
      },
    }
    const readers = new Map<number, ValueReader[]>()
    const asks = new Map<number, number>()
    for (const { index } of request.columns) asks.set(index, (asks.get(index) ?? 0) + 1)
    this.#finishers = request.columns.map(({ index }) => {
      const column = columns[index]
      if (column === undefined) throw new RangeError(`The file has no column ${index}.`)
      const { name, plan } = column
      if (plan === null) {
        throw unsupportedFile(
          `Column "${name}" is of a type that is not read.`,
          'Leave the column out of the schema, or write it as another type.',
          { column: name },
        )
      }
      if (plan.flat !== undefined && asks.get(index) === 1) return { name, finish: () => this.#fields.finish(index, this.#rows) }
      const reader = plan.reader(meter)
      readers.set(index, [...(readers.get(index) ?? []), reader])
      return { name, finish: () => reader.finish() }
    })
    const steps = columns.map(({ type, plan }, i): FlatStep => {
      const flat = asks.get(i) === 1 ? (plan?.flat ?? null) : null
      const own = readers.get(i)
      return { flat, type: plan?.type ?? { kind: 'unknown' }, reader: own === undefined ? skipper.skip(type) : together(own) }
    })
    this.#names = columns.map(({ name }) => name)
    this.#fields = new FlatFields(steps, meter, { cellBytes, batchRows: request.batchRows, batchBytes: request.batchBytes })
    this.#schema = schema
    this.#request = request
    this.#meter = meter
  }

  /** Row (1-based) that is being read, or comes next. */
  get row(): number {
    return this.#firstRow + this.#rows
  }

  /** Column that is being read. */
  get column(): string | undefined {
    return this.#reading ? this.#names[this.#fields.step] : undefined
  }

  /** Reads the record at the cursor. */
  read(cursor: BlockCursor): void {
    this.#rowStart = cursor.at
    this.#bytesBefore = this.#meter.bytes
    this.#reading = true
    this.#fields.read(cursor, this.#rows)
    this.#reading = false
    this.#rows++
  }

  /**
   * The batch that the last record completed, or `null`. A record that does not fit begins the next batch: the cursor
   * goes back and reads it again.
   */
  take(cursor: BlockCursor): ColumnBatch | null {
    const { batchRows, batchBytes } = this.#request
    if (this.#meter.bytes > batchBytes && this.#rows > 1 && this.#bytesBefore > 0) {
      const batch = this.#cut(this.#rows - 1)
      cursor.at = this.#rowStart
      this.read(cursor)
      return batch
    }
    return this.#rows >= batchRows || (this.#meter.bytes >= batchBytes && this.#rows > 0) ? this.#cut(this.#rows) : null
  }

  /** What is left after the last record. */
  finish(): ColumnBatch | null {
    return this.#rows > 0 ? this.#cut(this.#rows) : null
  }

  #cut(rows: number): ColumnBatch {
    const columns = this.#finishers.map(({ name, finish }) => {
      try {
        const column = finish()
        return column.length === rows ? column : sliceColumn(column, 0, rows)
      } catch (error) {
        if (!(error instanceof BlockProblem)) throw error
        const last = this.#firstRow + rows - 1
        throw corruptFile(`In rows ${this.#firstRow} to ${last}, column "${name}": ${error.message}.`, { column: name, cause: error })
      }
    })
    const batch = { rowCount: rows, firstRow: this.#firstRow, schema: this.#schema, columns }
    this.#firstRow += rows
    this.#rows = 0
    this.#meter.bytes = 0
    return batch
  }
}

/** One reader as it is; several read the same value one after the other. */
function together(readers: readonly ValueReader[]): Pick<ValueReader, 'read'> {
  const [only] = readers
  if (readers.length === 1 && only !== undefined) return only
  return {
    read(cursor) {
      const start = cursor.at
      for (const reader of readers) {
        cursor.at = start
        reader.read(cursor)
      }
    },
  }
}
