import { SinkError } from '../../errors.js'
import { ColumnNames, type NameRules } from '../column-names.js'
import { isDelayed, isModelTable, originNames } from '../fact-columns.js'
import type { TableColumn } from '../inference-dialect.js'
import { labels } from '../labels.js'
import { quoteName } from '../quote-name.js'
import { fitType } from './fit-type.js'
import type { Session } from './session.js'
import { modelColumns } from './sink-tables.js'
import type { StagePart } from './stage.js'
import { otherSide, tableColumns } from './table-columns.js'

export const postgresNames: NameRules = { fold: (name) => name, maxBytes: 63 }

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
  readonly index: number
  readonly type: string
  readonly target: Target
}

/** What a file needs of a fact table. */
export interface FactsPlan {
  /** Statements that change the table; empty when it fits. */
  readonly changes: readonly string[]
  /** Some column gets another type: views on it have to go first. */
  readonly retypes: boolean
  /** One INSERT per part; its only parameter is the file's number. */
  readonly inserts: readonly string[]
}

export interface FactsOptions {
  /** Quoted. */
  readonly schema: string
  readonly facts: string
  readonly parts: readonly StagePart[]
  readonly key: string
}

/**
 * What has to change in a fact table so that it takes the staged parts of a file: the table itself, columns, types.
 *
 * @throws SinkError `SINK_FAILED` when a column's type cannot hold both
 */
export async function planFacts(session: Session, options: FactsOptions): Promise<FactsPlan> {
  const { schema, facts, parts } = options
  const existing = await tableColumns(session, schema, facts)
  const isNew = existing.length === 0
  const before = isNew ? startingColumns(facts) : existing
  const catalog = await session.rows(`SELECT name, column_name FROM ${schema}.fact_column WHERE facts = $1`, [facts])
  const names = new ColumnNames(
    postgresNames,
    catalog.map(({ name, column_name }) => [String(name), String(column_name)] as const),
    before.map(({ column }) => column),
  )
  const quoted = `${schema}.${quoteName(facts)}`
  const targets = new Map<string, Target>()
  for (const { column, type } of before) targets.set(column, { type, places: isNew ? [] : [{ table: quoted, column: quoteName(column) }] })

  const delayedElsewhere = await otherDelayed(session, schema, facts)
  const staged = new Map<StagePart, StagedColumn[]>()
  for (const part of parts) {
    const columns: StagedColumn[] = []
    for (const [index, { name, type }] of part.columns.entries()) {
      const columnName = names.columnName(name)
      const target = targets.get(columnName) ?? { type, places: [] }
      targets.set(columnName, target)
      const here = { table: `pg_temp.${part.table}`, column: `c${index}` }
      const meeting = { ...options, session, name, columnName, target }
      target.type = await fitted({ ...meeting, type, here, where: 'in this file' })
      target.places.push(here)
      const beside = delayedElsewhere.get(name)
      // One join, one type: what outcomes say is laid over what predictions say.
      if (beside !== undefined) target.type = await fitted({ ...meeting, ...beside })
      columns.push({ columnName, index, type, target })
    }
    staged.set(part, columns)
  }
  const { changes, retypes } = changesOf(quoted, facts, existing, targets)
  const named = names.added.map(
    ([name, columnName]) => `INSERT INTO ${schema}.fact_column VALUES (${[facts, name, columnName].map(quoteText).join(', ')})`,
  )
  return {
    changes: [...changes, ...named],
    retypes,
    inserts: [...staged].map(([part, columns]) => insertOf(quoted, part, columns)),
  }
}

/** Made when all parts are known: a later one may have widened the column. */
function insertOf(facts: string, { table }: StagePart, columns: readonly StagedColumn[]): string {
  const into = [...columns.map(({ columnName }) => quoteName(columnName)), ...originNames]
  const values = columns.map(({ index, type, target }) => (type === target.type ? `c${index}` : `c${index}::${withoutLength(target.type)}`))
  return `INSERT INTO ${facts} (${into.join(', ')}) SELECT ${[...values, '$1::bigint', 'row_no'].join(', ')} FROM pg_temp.${table}`
}

/** A cast to a type with a length would cut values; without one, those that are too long are refused at the column. */
function withoutLength(type: string): string {
  const bare = type.replace(/\(\d+(,\s*-?\d+)?\)/, '')
  return bare === 'character' ? 'bpchar' : bare
}

function changesOf(
  quoted: string,
  facts: string,
  existing: readonly TableColumn[],
  targets: ReadonlyMap<string, Target>,
): { readonly changes: string[]; readonly retypes: boolean } {
  const index = isModelTable(facts) ? [`CREATE INDEX ON ${quoted} (prediction_id, model)`] : []
  if (existing.length === 0) {
    const columns = [...targets].map(([name, { type }]) => `${quoteName(name)} ${type}`)
    const origin = ['file_no bigint NOT NULL', 'row_no integer NOT NULL', 'PRIMARY KEY (file_no, row_no)']
    return { changes: [`CREATE TABLE ${quoted} (${[...columns, ...origin].join(', ')})`, ...index], retypes: false }
  }
  const current = new Map(existing.map(({ column, type }) => [column, type]))
  const actions: string[] = []
  let retypes = false
  for (const [name, { type }] of targets) {
    const was = current.get(name)
    if (was === undefined) actions.push(`ADD COLUMN ${quoteName(name)} ${type}`)
    else if (was !== type) {
      actions.push(`ALTER COLUMN ${quoteName(name)} TYPE ${type} USING ${quoteName(name)}::${type}`)
      retypes = true
    }
  }
  const lacksOrigin = originNames.filter((name) => !current.has(name))
  for (const name of lacksOrigin) actions.push(`ADD COLUMN ${name} bigint`)
  const changes = actions.length === 0 ? [] : [`ALTER TABLE ${quoted} ${actions.join(', ')}`]
  // A table of the host's: its own rows have no file.
  if (lacksOrigin.length > 0) changes.push(`CREATE UNIQUE INDEX ON ${quoted} (file_no, row_no)`, ...index)
  return { changes, retypes }
}

interface Meeting extends FactsOptions {
  readonly session: Session
  readonly name: string
  readonly columnName: string
  readonly target: Target
  readonly type: string
  readonly here: Place
  /** For people. */
  readonly where: string
}

async function fitted({ session, schema, facts, key, name, columnName, target, type, here, where }: Meeting): Promise<string> {
  const fit = fitType(target.type, type, labels.has(name))
  if (fit !== 'conflict') {
    const looks = fit.exactIntegers === undefined ? [] : fit.exactIntegers === 'file' ? [here] : target.places
    let exact = true
    for (const { table, column } of looks) {
      const found = await session.rows(`SELECT 1 FROM ${table} WHERE ${column} ${beyondExact} LIMIT 1`)
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
        `ALTER TABLE ${schema}.${table} ALTER COLUMN ${column} TYPE text; numbers stand there as text. Then retry the file.`,
    },
  )
}

type Beside = Pick<Meeting, 'type' | 'here' | 'where'>

/** Columns of the delayed fields in the other table of the join, by the names of records. */
async function otherDelayed(session: Session, schema: string, facts: string): Promise<ReadonlyMap<string, Beside>> {
  const other = otherSide(facts)
  if (other === undefined) return new Map()
  const columns = (await tableColumns(session, schema, other)).filter(({ name }) => isDelayed(name))
  return new Map(
    columns.map(({ name, column, type }) => [
      name,
      { type, here: { table: `${schema}.${other}`, column: quoteName(column) }, where: `in table ${other}` },
    ]),
  )
}

function startingColumns(facts: string): readonly TableColumn[] {
  return isModelTable(facts) ? modelColumns.map(([name, type]) => ({ name, column: name, type })) : []
}

/** NUL, which SQL text cannot hold, becomes U+FFFD. */
function quoteText(text: string): string {
  return `E'${text.replaceAll('\0', '\uFFFD').replace(/['\\]/g, '\\$&')}'`
}
