import type { MappedBatch } from '../../contracts/schema-mapper.js'
import { SinkError } from '../../errors.js'
import type { Column, ColumnGroup } from '../../model/column.js'
import { columnFrom } from '../../model/column-from.js'
import { arrayText } from './array-text.js'
import { type CellText, cellTexts, groupTexts, NulInText } from './cell-text.js'
import type { Session } from './session.js'
import { type StageType, stageTypeOf } from './stage-type.js'

/** A staging table: the batches of one file whose columns have the same names and types. */
export interface StagePart {
  /** In `pg_temp`. Columns are `c0`, `c1`, …, then `row_no`. */
  readonly table: string
  readonly columns: readonly StageColumn[]
}
export interface StageColumn {
  readonly name: string
  readonly type: StageType
}

interface FilledColumn extends StageColumn {
  readonly texts: CellText
}

/**
 * Rows of one file, in temporary tables of its own session: nobody else sees them, and they end with it. Mostly one
 * table; columns of JavaScript values may change their type from batch to batch.
 */
export class Stage {
  readonly #session: Session
  readonly #prefix: string
  readonly #onCommit: string
  readonly #parts = new Map<string, StagePart>()
  #rows = 0

  /**
   * @param fence names the tables
   * @param inTransaction the tables end with the transaction that is open
   */
  constructor(session: Session, fence: number, inTransaction: boolean) {
    this.#session = session
    this.#prefix = `stage_${fence}`
    this.#onCommit = inTransaction ? 'DROP' : 'PRESERVE ROWS'
  }

  get rows(): number {
    return this.#rows
  }

  get parts(): readonly StagePart[] {
    return [...this.#parts.values()]
  }

  async append(batch: MappedBatch<object>, key: string): Promise<void> {
    const columns = Object.entries(batch.columns as Readonly<Record<string, Column | ColumnGroup>>).flatMap(([name, column]) =>
      filled(name, column),
    )
    const part = await this.#partFor(columns)
    const arrays = columns.map((column) => this.#array(column, batch, key))
    const rowNumbers = Array.from({ length: batch.rowCount }, (_, i) => batch.sourceRow(i))
    const parameters = [...columns.map(({ type }) => type), 'integer'].map((type, i) => `$${i + 1}::${type}[]`)
    await this.#session.run(`INSERT INTO pg_temp.${part.table} SELECT * FROM unnest(${parameters.join(', ')})`, [
      ...arrays,
      `{${rowNumbers.join(',')}}`,
    ])
    this.#rows += batch.rowCount
  }

  /** Drops the rows. `between` runs when half of the tables are gone. */
  async drop(between: () => Promise<void> | void): Promise<void> {
    const parts = [...this.#parts.values()]
    const half = parts.length >> 1
    const drop = async (some: readonly StagePart[]): Promise<void> => {
      for (const { table } of some) await this.#session.run(`DROP TABLE IF EXISTS pg_temp.${table}`)
    }
    await drop(parts.slice(0, half))
    await between()
    await drop(parts.slice(half))
  }

  #array({ name, type, texts }: FilledColumn, batch: MappedBatch<object>, key: string): string {
    try {
      return arrayText(texts, type, 0, batch.rowCount)
    } catch (error) {
      if (!(error instanceof NulInText)) throw error
      throw new SinkError('SINK_FAILED', `a text of column ${JSON.stringify(name)} holds U+0000, which Postgres cannot hold`, {
        location: { key, row: batch.sourceRow(error.rowIndex), column: name },
        remedy: 'Let the mapper reject such rows, exclude the column, or mend the file.',
        cause: error,
      })
    }
  }

  async #partFor(columns: readonly StageColumn[]): Promise<StagePart> {
    const signature = JSON.stringify(columns.map(({ name, type }) => [name, type]))
    const known = this.#parts.get(signature)
    if (known !== undefined) return known
    const table = `${this.#prefix}_${this.#parts.size}`
    const definitions = [...columns.map(({ type }, i) => `c${i} ${type}`), 'row_no integer']
    await this.#session.run(`CREATE TEMP TABLE ${table} (${definitions.join(', ')}) ON COMMIT ${this.#onCommit}`)
    const part = { table, columns: columns.map(({ name, type }) => ({ name, type })) }
    this.#parts.set(signature, part)
    return part
  }
}

function filled(name: string, column: Column | ColumnGroup): FilledColumn[] {
  const typed = column.kind === 'values' ? columnFrom(column.values) : column
  const type = stageTypeOf(typed)
  if (type === null) return []
  // Neither a column nor the catalog can be named with a NUL.
  return [{ name: name.replaceAll('\0', '\uFFFD'), type, texts: typed.kind === 'group' ? groupTexts(typed) : cellTexts(typed) }]
}
