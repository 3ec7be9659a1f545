import type { DuckDBConnection } from '@duckdb/node-api'
import { sha256 } from '../../util/canonical-json.js'
import type { Facts, FactTables, TableColumn } from '../inference-dialect.js'
import { type InferenceQuery, inferenceQuery } from '../inference-view.js'
import { duckdbInference } from './duckdb-inference.js'
import { rowsOf } from './receipts.js'

/** How a database joins its facts. */
export interface InferenceState {
  readonly windowMs: number
  readonly materialized: boolean
  /** Hash of the view that stands there; empty when none does. */
  readonly definition: string
}

export async function inferenceState(connection: DuckDBConnection): Promise<InferenceState> {
  const [row = []] = await rowsOf(connection, 'SELECT window_ms, materialized, definition FROM inference_state')
  const [windowMs, materialized, definition] = row
  return { windowMs: Number(windowMs), materialized: materialized === true, definition: String(definition) }
}

/** Also where two transactions that would not see each other's facts meet: DuckDB refuses one of them. */
export async function saveInferenceState(
  connection: DuckDBConnection,
  { windowMs, materialized, definition }: InferenceState,
): Promise<void> {
  const sql = 'UPDATE inference_state SET window_ms = $1::DOUBLE, materialized = $2, definition = $3, commits = commits + 1'
  await connection.run(sql, [windowMs, materialized, definition])
}

export async function factTables(connection: DuckDBConnection): Promise<FactTables> {
  const sql = `SELECT lower(c.table_name), coalesce(n.name, c.column_name), c.column_name, c.data_type FROM duckdb_columns() c
    LEFT JOIN fact_column n ON n.facts = lower(c.table_name) AND n.column_name = c.column_name
    WHERE c.database_name = current_database() AND c.schema_name = current_schema() AND lower(c.table_name) IN ('prediction', 'outcome')
    ORDER BY c.table_name, c.column_index`
  const tables: Record<Facts, TableColumn[]> = { prediction: [], outcome: [] }
  for (const [facts, name, column, type] of (await rowsOf(connection, sql)) as [Facts, string, string, string][]) {
    tables[facts].push({ name, column, type })
  }
  return tables
}

/** The view as the tables want it now. */
export interface WantedView extends InferenceQuery {
  readonly tables: FactTables
  readonly definition: string
}

/** `undefined` while there are no predictions. */
export async function wantedView(connection: DuckDBConnection, windowMs: number): Promise<WantedView | undefined> {
  const tables = await factTables(connection)
  const query = inferenceQuery({ tables, windowMs, dialect: duckdbInference })
  return query && { ...query, tables, definition: sha256(JSON.stringify(query)) }
}

export async function createView(connection: DuckDBConnection, { sql }: InferenceQuery): Promise<void> {
  await connection.run(`CREATE OR REPLACE VIEW inference AS ${sql}`)
}
