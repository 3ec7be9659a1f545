import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import type { MappedBatch } from '../../contracts/schema-mapper.js'
import { ImportError, SinkError } from '../../errors.js'
import type { Column } from '../../model/column.js'
import { columnFrom } from '../../model/column-from.js'
import { sliceColumn } from '../../model/slice-column.js'
import { type FactColumn, factColumns } from '../fact-columns.js'
import type { DuckDBApi } from './duckdb-api.js'
import { fillVector } from './fill-vector.js'
import { type StageType, stageTypeOf } from './stage-type.js'

/** Rows after which the appender's buffer is emptied: longer, and it holds the host's event loop. */
const flushRows = 8_192

/** A staging table: the batches of one file whose columns have the same names and types. */
export interface StagePart {
  /** In the `temp` schema of the connection. Columns are `c0`, `c1`, …, then `row_no`. */
  readonly table: string
  readonly columns: readonly StageColumn[]
}
export interface StageColumn extends StageType {
  readonly name: string
}

interface OpenPart extends StagePart {
  readonly appender: DuckDBAppender
}

/**
 * Rows of one file, in temporary tables of its own connection: nobody else sees them, and they end with it. Mostly one
 * table; columns of JavaScript values may change their type from batch to batch.
 */
export class Stage {
  readonly #api: DuckDBApi
  readonly #connection: DuckDBConnection
  readonly #prefix: string
  readonly #parts = new Map<string, OpenPart>()
  #rows = 0
  #unflushed = 0
  #finished = false

  /** @param fence names the tables */
  constructor(api: DuckDBApi, connection: DuckDBConnection, fence: number) {
    this.#api = api
    this.#connection = connection
    this.#prefix = `stage_${fence}`
  }

  get rows(): number {
    return this.#rows
  }

  get parts(): readonly StagePart[] {
    return [...this.#parts.values()]
  }

  async append(batch: MappedBatch<object>, key: string): Promise<void> {
    const columns = factColumns(batch.columns as Parameters<typeof factColumns>[0]).flatMap(({ name, column }) => {
      const typed = column.kind === 'values' ? columnFrom(column.values) : column
      const type = stageTypeOf(this.#api, typed)
      return type === null ? [] : [{ name, column: typed, ...type }]
    })
    const part = await this.#partFor(columns)
    const rowNumbers = new Int32Array(batch.rowCount)
    for (let i = 0; i < rowNumbers.length; i++) rowNumbers[i] = batch.sourceRow(i)
    const all: readonly FactColumn[] = [
      ...columns,
      { name: 'row_no', column: { kind: 'int32', length: batch.rowCount, validity: null, data: rowNumbers } },
    ]
    const types = [...part.columns.map(({ type }) => type), this.#api.INTEGER]
    const chunkRows = this.#api.DuckDBVector.standardSize()
    for (let from = 0; from < batch.rowCount; from += chunkRows) {
      const to = Math.min(from + chunkRows, batch.rowCount)
      const chunk = this.#api.DuckDBDataChunk.create(types, to - from)
      all.forEach(({ name, column }, i) => {
        const cut = to - from === column.length ? column : sliceColumn(column, from, to)
        this.#fill(chunk.getColumnVector(i), cut, { key, name, row: batch.sourceRow(from) })
      })
      part.appender.appendDataChunk(chunk)
      this.#unflushed += to - from
      if (this.#unflushed >= flushRows) this.#flush()
    }
    this.#rows += batch.rowCount
  }

  /** Ends appending: the tables are complete. */
  finish(): void {
    if (!this.#finished) for (const { appender } of this.#parts.values()) appender.closeSync()
    this.#finished = true
  }

  /** Drops the rows. `between` runs when half of the tables are gone. */
  async drop(between: () => Promise<void> | void): Promise<void> {
    const parts = [...this.#parts.values()]
    const half = parts.length >> 1
    const drop = async (some: readonly OpenPart[]): Promise<void> => {
      for (const { table } of some) await this.#connection.run(`DROP TABLE IF EXISTS temp.${table}`)
    }
    if (!this.#finished) for (const { appender } of parts) appender.clear()
    this.#finished = true
    await drop(parts.slice(0, half))
    await between()
    await drop(parts.slice(half))
  }

  #fill(vector: Parameters<typeof fillVector>[1], column: Column, at: { key: string; name: string; row: number }): void {
    try {
      fillVector(this.#api, vector, column)
    } catch (error) {
      if (error instanceof ImportError) throw error
      throw new SinkError('SINK_FAILED', `DuckDB cannot take a value of column ${JSON.stringify(at.name)}`, {
        location: { key: at.key, row: at.row, column: at.name },
        remedy: 'Look at `cause` for its range; the row is that of the first one in the batch.',
        cause: error,
      })
    }
  }

  #flush(): void {
    for (const { appender } of this.#parts.values()) appender.flushSync()
    this.#unflushed = 0
  }

  async #partFor(columns: readonly StageColumn[]): Promise<OpenPart> {
    const signature = JSON.stringify(columns.map(({ name, type, utf8 }) => [name, type.toString(), utf8]))
    const known = this.#parts.get(signature)
    if (known !== undefined) return known
    const table = `${this.#prefix}_${this.#parts.size}`
    const definitions = [...columns.map(({ type }, i) => `c${i} ${type}`), 'row_no INTEGER']
    await this.#connection.run(`CREATE TEMP TABLE ${table} (${definitions.join(', ')})`)
    const part: OpenPart = {
      table,
      columns: columns.map(({ name, type, utf8 }) => ({ name, type, utf8 })),
      appender: await this.#connection.createAppender(table, 'main', 'temp'),
    }
    this.#parts.set(signature, part)
    return part
  }
}
