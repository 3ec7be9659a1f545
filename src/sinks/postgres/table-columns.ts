import { isModelTable } from '../fact-columns.js'
import type { Facts, FactTables, TableColumn } from '../inference-dialect.js'
import { quoteName } from '../quote-name.js'
import type { Session } from './session.js'

/** The columns of a table with the names by which records know them, in order; none when it is not there. */
export async function tableColumns(session: Session, schema: string, table: string): Promise<TableColumn[]> {
  const rows = await session.rows(
    `SELECT coalesce(n.name, a.attname) AS name, a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type
     FROM pg_attribute a LEFT JOIN ${schema}.fact_column n ON n.facts = $2 AND n.column_name = a.attname
     WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [`${schema}.${quoteName(table)}`, table],
  )
  return rows.map(({ name, column, type }) => ({ name: String(name), column: String(column), type: String(type) }))
}

export async function factTables(session: Session, schema: string): Promise<FactTables> {
  return { prediction: await tableColumns(session, schema, 'prediction'), outcome: await tableColumns(session, schema, 'outcome') }
}

/** The other table of the join. */
export function otherSide(table: string): Facts | undefined {
  if (!isModelTable(table)) return undefined
  return table === 'prediction' ? 'outcome' : 'prediction'
}
