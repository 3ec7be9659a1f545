import type { ReadRequest } from '../../contracts/file-decoder.js'
import type { Budgets } from '../../model/budgets.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import type { FileSchema } from '../../model/data-type.js'
import { sliceColumn } from '../../model/slice-column.js'
import { corruptFile, overBudget, unsupportedFile } from '../decode-failure.js'
import type { BlockCursor } from './block-cursor.js'
import { BlockProblem } from './block-problem.js'
import type { Skipper } from './skip-value.js'
import type { AvroColumn } from './type-plan.js'
import type { Meter, SkipValue, ValueReader } from './value-reader.js'

/** One field of the file: who reads it, or how to pass over it. A field asked for twice fills two columns. */
interface Step {
  readonly name: string
  readonly readers: readonly ValueReader[]
  readonly skip: SkipValue
}

/** Reads records row by row into the columns asked for, and cuts batches by rows and bytes. */
export class RowReader {
  readonly #schema: FileSchema
  readonly #request: ReadRequest
  readonly #steps: readonly Step[]
  /** In the order of the request. */
  readonly #readers: readonly ValueReader[]
  readonly #names: readonly (string | undefined)[]
  readonly #meter: Meter
  #firstRow = 1
  #rows = 0
  #rowStart = 0
  #bytesBefore = 0
  #column: string | undefined

  constructor(schema: FileSchema, columns: readonly AvroColumn[], request: ReadRequest, skipper: Skipper, { cellBytes }: Budgets) {
    const meter: Meter = {
      bytes: 0,
      cellStart: 0,
      check: () => {
        const cell = meter.bytes - meter.cellStart
        if (cell > cellBytes)
          throw overBudget(`Row ${this.row}, column "${this.#column}"`, cell, 'cellBytes', cellBytes, {
            row: this.row,
            column: this.#column,
          })
      },
    }
    const readers = new Map<number, ValueReader[]>()
    this.#readers = request.columns.map(({ index }) => {
      const column = columns[index]
      if (column === undefined) throw new RangeError(`The file has no column ${index}.`)
      if (column.plan === null) {
        throw unsupportedFile(
          `Column "${column.name}" is of a type that is not read.`,
          'Leave the column out of the schema, or write it as another type.',
          {
            column: column.name,
          },
        )
      }
      const reader = column.plan.reader(meter)
      readers.set(index, [...(readers.get(index) ?? []), reader])
      return reader
    })
    this.#names = request.columns.map(({ index }) => columns[index]?.name)
    this.#steps = columns.map(({ name, type }, i) => ({ name, readers: readers.get(i) ?? [], skip: skipper.skip(type) }))
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
    return this.#column
  }

  /** Reads the record at the cursor. */
  read(cursor: BlockCursor): void {
    const meter = this.#meter
    this.#rowStart = cursor.at
    this.#bytesBefore = meter.bytes
    for (const { name, readers, skip } of this.#steps) {
      this.#column = name
      const start = cursor.at
      if (readers.length === 0) skip(cursor)
      for (const reader of readers) {
        cursor.at = start
        meter.cellStart = meter.bytes
        reader.read(cursor)
      }
    }
    this.#column = undefined
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
    const columns = this.#readers.map((reader, i) => {
      try {
        const column = reader.finish()
        return column.length === rows ? column : sliceColumn(column, 0, rows)
      } catch (error) {
        if (!(error instanceof BlockProblem)) throw error
        const column = this.#names[i]
        const last = this.#firstRow + rows - 1
        throw corruptFile(`In rows ${this.#firstRow} to ${last}, column "${column}": ${error.message}.`, { column, cause: error })
      }
    })
    const batch = { rowCount: rows, firstRow: this.#firstRow, schema: this.#schema, columns }
    this.#firstRow += rows
    this.#rows = 0
    this.#meter.bytes = 0
    return batch
  }
}
