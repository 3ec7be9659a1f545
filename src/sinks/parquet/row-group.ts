import type { MappedBatch } from '../../contracts/schema-mapper.js'
import { SinkError } from '../../errors.js'
import type { Column } from '../../model/column.js'
import { columnFrom } from '../../model/column-from.js'
import { factColumns } from '../fact-columns.js'
import type { SchemaElement } from './parquet-api.js'
import { type ParquetType, parquetTypeOf } from './parquet-type.js'

/** Values that a group holds at most: encoding one group holds the host's event loop. */
const groupCells = 1 << 18
/** Bytes of values, roughly. */
const groupBytes = 8 << 20

interface PendingColumn {
  readonly name: string
  /** `null` while all rows were null. */
  type: ParquetType | null
  values: unknown[]
}

/** The rows of a file that wait for their row group, by columns; and what the file's columns are. */
export class RowGroup {
  readonly #columns = new Map<string, PendingColumn>()
  #rows = 0
  #bytes = 0
  #anyTaken = false

  get rows(): number {
    return this.#rows
  }

  get isFull(): boolean {
    return this.#rows * this.#columns.size >= groupCells || this.#bytes >= groupBytes
  }

  /**
   * @param origin columns that stand before those of the records
   * @throws SinkError `SINK_FAILED` when a column has another type than before
   */
  add(batch: MappedBatch<object>, origin: Readonly<Record<string, Column>>, key: string): void {
    const records = factColumns(batch.columns as Parameters<typeof factColumns>[0]).filter(({ name }) => !(name in origin))
    const named = [...Object.entries(origin).map(([name, column]) => ({ name, column })), ...records]
    for (const { name, column } of named) {
      const typed = column.kind === 'values' ? columnFrom(column.values) : column
      const pending = this.#columns.get(name) ?? this.#newColumn(name, key, batch.firstRow)
      const type = parquetTypeOf(typed)
      if (type !== null && pending.type !== null && type.signature !== pending.type.signature)
        throw notOneColumn(name, key, batch.firstRow, 'changes its type within the file')
      pending.type ??= type
      const values = type === null ? new Array<undefined>(batch.rowCount).fill(undefined) : type.values(typed)
      for (const value of values) pending.values.push(value)
      this.#bytes += bytesOf(typed)
    }
    this.#rows += batch.rowCount
    for (const { values } of this.#columns.values()) while (values.length < this.#rows) values.push(undefined)
  }

  /** The columns that the file has by now, in order. */
  get columns(): readonly { readonly name: string; readonly type: ParquetType | null }[] {
    return [...this.#columns.values()]
  }

  /** Hands the rows over, and is empty. */
  take(): { readonly name: string; readonly data: unknown[] }[] {
    const taken = [...this.#columns.values()].map(({ name, values }) => ({ name, data: values }))
    for (const column of this.#columns.values()) column.values = []
    this.#anyTaken = true
    this.#rows = 0
    this.#bytes = 0
    return taken
  }

  #newColumn(name: string, key: string, row: number): PendingColumn {
    if (this.#anyTaken) throw notOneColumn(name, key, row, 'is not there in all rows')
    const column: PendingColumn = { name, type: null, values: new Array<undefined>(this.#rows).fill(undefined) }
    this.#columns.set(name, column)
    return column
  }
}

/** The schema of a file; a column of nulls alone is text. */
export function schemaOf(columns: RowGroup['columns']): SchemaElement[] {
  const elements = columns.flatMap(({ name, type }) => type?.elements(name) ?? [nullElement(name)])
  return [{ name: 'root', num_children: columns.length }, ...elements]
}

export function nullElement(name: string): SchemaElement {
  return { name, repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' }
}

function notOneColumn(name: string, key: string, row: number, how: string): SinkError {
  return new SinkError('SINK_FAILED', `column ${JSON.stringify(name)} ${how}`, {
    location: { key, row, column: name },
    remedy: 'Give every record all columns, and a column values of one type: numbers, bigints, texts, booleans, dates or bytes, or null.',
  })
}

function bytesOf(column: Column): number {
  return 'data' in column ? column.data.byteLength : 8 * column.length
}
