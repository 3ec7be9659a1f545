import type { DuckDBConnection } from '@duckdb/node-api'
import { SinkError } from '../../errors.js'
import { ColumnNames } from '../column-names.js'
import { isDelayed } from '../fact-columns.js'
import { labels } from '../labels.js'
import { quoteName } from '../quote-name.js'
import { columnTypes } from './column-types.js'
import { duckdbNames } from './duckdb-inference.js'
import { fitType } from './fit-type.js'
import { factTables } from './inference-state.js'
import { rowsOf } from './receipts.js'
import { modelColumns, originColumns } from './sink-tables.js'
import type { StagePart } from './stage.js'

const beyondExact = 'NOT BETWEEN -9007199254740992 AND 9007199254740992'

interface Place {
  readonly table: string
  readonly column: string
}
interface Target {
  type: string
  /** Where values of this column are now: the fact table, earlier parts. */
  readonly places: Place[]
}

interface StagedColumn {
  readonly columnName: string
  /** In SQL. */
  readonly value: string
  readonly type: string
  readonly target: Target
}

/**
 * Makes a fact table fit for the staged parts of a file: makes the table, adds columns, widens types. Must come before
 * any DELETE from or INSERT into the table in the same transaction: DuckDB does not alter what the transaction changed.
 *
 * @returns one INSERT per part; its only parameter is the file's number
 * @throws SinkError `SINK_FAILED` when a column's type cannot hold both
 */
export async function fitFacts(connection: DuckDBConnection, facts: string, parts: readonly StagePart[], key: string): Promise<string[]> {
  const existing = await columnTypes(connection, 'current_database()', facts)
  const isNew = existing.size === 0
  const before = isNew ? new Map(startingColumns(facts)) : existing
  const catalog = await rowsOf(connection, 'SELECT name, column_name FROM fact_column WHERE facts = $1', [facts])
  const names = new ColumnNames(duckdbNames, catalog as [string, string][], before.keys())
  const quoted = quoteName(facts)
  const targets = new Map<string, Target>()
  for (const [column, type] of before) targets.set(column, { type, places: isNew ? [] : [{ table: quoted, column: quoteName(column) }] })

  const otherSide = await delayedElsewhere(connection, facts)
  const plans: { readonly part: StagePart; readonly staged: StagedColumn[] }[] = []
  for (const part of parts) {
    const types = await columnTypes(connection, "'temp'", part.table)
    const staged: StagedColumn[] = []
    for (const [i, { name, utf8 }] of part.columns.entries()) {
      const columnName = names.columnName(name)
      const type = utf8 ? 'VARCHAR' : (types.get(`c${i}`) ?? '')
      const here = { table: `temp.${part.table}`, column: `c${i}` }
      const target = targets.get(columnName) ?? { type, places: [] }
      targets.set(columnName, target)
      target.type = await fitted(connection, { facts, key, name, columnName, target, type, here, where: 'in this file' })
      target.places.push(here)
      const beside = otherSide.get(name)
      // One join, one type: what outcomes say is laid over what predictions say.
      if (beside !== undefined) {
        const { column: there, type: sideType, table } = beside
        const side = { table: quoteName(table), column: quoteName(there) }
        target.type = await fitted(connection, {
          facts,
          key,
          name,
          columnName,
          target,
          type: sideType,
          here: side,
          where: `in table ${table}`,
        })
      }
      staged.push({ columnName, value: utf8 ? `decode(c${i})` : `c${i}`, type, target })
    }
    plans.push({ part, staged })
  }
  await alter(connection, quoted, existing, targets)
  for (const [name, columnName] of names.added)
    await connection.run('INSERT INTO fact_column VALUES ($1, $2, $3)', [facts, name, columnName])
  return plans.map(({ part, staged }) => insertOf(quoted, part, staged))
}

/** Made when all parts are known: a later one may have widened the column. */
function insertOf(facts: string, { table }: StagePart, staged: readonly StagedColumn[]): string {
  const into = [...staged.map(({ columnName }) => quoteName(columnName)), ...originColumns.map(([name]) => name)]
  const values = staged.map(({ value, type, target }) => (type === target.type ? value : `CAST(${value} AS ${target.type})`))
  return `INSERT INTO ${facts} (${into.join(', ')}) SELECT ${[...values, '$1::BIGINT', 'row_no'].join(', ')} FROM temp.${table}`
}

async function alter(
  connection: DuckDBConnection,
  facts: string,
  existing: ReadonlyMap<string, string>,
  targets: ReadonlyMap<string, Target>,
): Promise<void> {
  const wanted = [...[...targets].map(([name, { type }]) => [name, type] as const), ...originColumns]
  if (existing.size === 0) {
    const definitions = new Map(wanted.map(([name, type]) => [name, `${quoteName(name)} ${type}`]))
    await connection.run(`CREATE TABLE ${facts} (${[...definitions.values()].join(', ')})`)
    return
  }
  for (const [name, type] of wanted) {
    const current = existing.get(name)
    if (current === undefined) await connection.run(`ALTER TABLE ${facts} ADD COLUMN IF NOT EXISTS ${quoteName(name)} ${type}`)
    else if (current !== type && targets.has(name))
      await connection.run(`ALTER TABLE ${facts} ALTER COLUMN ${quoteName(name)} SET DATA TYPE ${type}`)
  }
}

interface Meeting {
  readonly facts: string
  readonly key: string
  readonly name: string
  readonly columnName: string
  readonly target: Target
  readonly type: string
  readonly here: Place
  /** For people. */
  readonly where: string
}

async function fitted(connection: DuckDBConnection, { facts, key, name, columnName, target, type, here, where }: Meeting): Promise<string> {
  const fit = fitType(target.type, type, labels.has(name))
  if (fit !== 'conflict') {
    const looks = fit.exactIntegers === undefined ? [] : fit.exactIntegers === 'file' ? [here] : target.places
    let exact = true
    for (const { table, column } of looks) {
      const found = await rowsOf(connection, `SELECT 1 FROM ${table} WHERE ${column} ${beyondExact} LIMIT 1`)
      exact &&= found.length === 0
    }
    if (exact) return fit.type
  }
  const [table, column] = [quoteName(facts), quoteName(columnName)]
  throw new SinkError(
    'SINK_FAILED',
    `column ${column} of table ${table} is ${target.type}; ${where} it is ${type}, and no type holds both exactly`,
    {
      location: { key, column: name },
      remedy:
        `Give the column one type in all files: declare it in column_types, or exclude it. Or run ` +
        `ALTER TABLE ${table} ALTER COLUMN ${column} SET DATA TYPE VARCHAR, which takes numbers as text. Then retry the file.`,
    },
  )
}

/** Columns of the delayed fields in the other table of the join, by the names of records. */
async function delayedElsewhere(
  connection: DuckDBConnection,
  facts: string,
): Promise<ReadonlyMap<string, { readonly table: string; readonly column: string; readonly type: string }>> {
  if (facts !== 'prediction' && facts !== 'outcome') return new Map()
  const table = facts === 'prediction' ? 'outcome' : 'prediction'
  const columns = (await factTables(connection))[table].filter(({ name }) => isDelayed(name))
  return new Map(columns.map(({ name, column, type }) => [name, { table, column, type }]))
}

function startingColumns(facts: string): readonly (readonly [string, string])[] {
  return facts === 'prediction' || facts === 'outcome' ? modelColumns : []
}
