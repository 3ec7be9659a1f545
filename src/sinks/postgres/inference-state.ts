import { sha256 } from '../../util/canonical-json.js'
import type { FactTables } from '../inference-dialect.js'
import { type InferenceQuery, inferenceQuery } from '../inference-view.js'
import { quoteName } from '../quote-name.js'
import { postgresInference } from './postgres-inference.js'
import type { Session } from './session.js'
import { factTables, tableColumns } from './table-columns.js'

/** How a database joins its facts. */
export interface InferenceState {
  readonly windowMs: number
  readonly materialized: boolean
  /** Hash of the view that stands there; empty when none does. */
  readonly definition: string
}

/** @param lock until the end of the transaction: whoever else wants to change view or joined rows waits */
export async function inferenceState(session: Session, schema: string, lock = false): Promise<InferenceState> {
  const sql = `SELECT window_ms, materialized, definition FROM ${schema}.inference_state${lock ? ' FOR UPDATE' : ''}`
  const [row] = await session.rows(sql)
  return { windowMs: Number(row?.window_ms), materialized: row?.materialized === true, definition: String(row?.definition) }
}

export async function saveInferenceState(session: Session, schema: string, state: InferenceState): Promise<void> {
  const { windowMs, materialized, definition } = state
  const sql = `UPDATE ${schema}.inference_state SET window_ms = $1::double precision, materialized = $2, definition = $3`
  await session.run(sql, [String(windowMs), materialized, definition])
}

/** The view as the tables want it now. */
export interface WantedView extends InferenceQuery {
  readonly tables: FactTables
  readonly definition: string
}

/** `undefined` while there are no predictions. */
export async function wantedView(session: Session, schema: string, windowMs: number): Promise<WantedView | undefined> {
  const tables = await factTables(session, schema)
  const query = inferenceQuery({ tables, windowMs, dialect: postgresInference(schema) })
  return query && { ...query, tables, definition: sha256(JSON.stringify(query)) }
}

/** Views of the host's on this one are left in peace as long as its columns keep their types. */
export async function createView(session: Session, schema: string, { sql, columns }: InferenceQuery): Promise<void> {
  const existing = await tableColumns(session, schema, 'inference')
  const keeps = existing.every(({ column, type }) => columns.some((wanted) => wanted.column === column && wanted.type === type))
  const inOrder = [...(keeps ? existing : []), ...columns.filter(({ column }) => !keeps || !existing.some((one) => one.column === column))]
  if (!keeps) await session.run(`DROP VIEW ${schema}.inference`)
  const selected = inOrder.map(({ column }) => `q.${quoteName(column)}`).join(', ')
  await session.run(`CREATE OR REPLACE VIEW ${schema}.inference AS SELECT ${selected} FROM (${sql}) q`)
}
