import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { Facts } from '../inference-dialect.js'
import { inferenceQuery, sameScope, scopeColumns } from '../inference-view.js'
import { quoteName } from '../quote-name.js'
import { columnTypes } from './column-types.js'
import { duckdbInference } from './duckdb-inference.js'
import { createView, type InferenceState, inferenceState, saveInferenceState, type WantedView, wantedView } from './inference-state.js'

const touched = 'temp.inference_touched'

/**
 * Keeps view and table of joined predictions up with a commit. To be made when the fact tables are fit and before any of
 * their rows change: DuckDB does not alter what the transaction has changed.
 */
export class InferenceRows {
  readonly #connection: DuckDBConnection
  readonly #state: InferenceState
  /** `undefined`: there is no table of joined predictions to keep up. */
  readonly #view: WantedView | undefined
  #anyTouched = false

  private constructor(connection: DuckDBConnection, state: InferenceState, view: WantedView | undefined) {
    this.#connection = connection
    this.#state = state
    this.#view = view
  }

  static async prepare(connection: DuckDBConnection): Promise<InferenceRows> {
    const state = await inferenceState(connection)
    const view = await wantedView(connection, state.windowMs)
    if (view === undefined) return new InferenceRows(connection, state, undefined)
    const changed = view.definition !== state.definition
    if (changed || state.materialized) await saveInferenceState(connection, { ...state, definition: view.definition })
    if (changed) await createView(connection, view)
    if (!state.materialized) return new InferenceRows(connection, state, undefined)
    if (changed) await fitRows(connection, view)
    return new InferenceRows(connection, state, view)
  }

  /** Notes the ids of facts that come, or, before they go, of those that go. */
  async touch(facts: Facts, files: string, values: DuckDBValue[]): Promise<void> {
    if (this.#view === undefined) return
    const scope = scopeColumns.join(', ')
    const select = `SELECT DISTINCT ${scope} FROM ${facts} WHERE file_no IN (${files})`
    await this.#connection.run(
      this.#anyTouched ? `INSERT INTO ${touched} ${select}` : `CREATE TEMP TABLE inference_touched AS ${select}`,
      values,
    )
    this.#anyTouched = true
  }

  /** Joins the noted ids anew. */
  async refresh(): Promise<void> {
    if (this.#view === undefined || !this.#anyTouched) return
    const { tables, columns } = this.#view
    const query = inferenceQuery({ tables, windowMs: this.#state.windowMs, dialect: duckdbInference, touched })
    await this.#connection.run(`DELETE FROM inference_rows r USING ${touched} t WHERE ${sameScope('r', 't')}`)
    await this.#connection.run(`INSERT INTO inference_rows (${columns.map(({ column }) => quoteName(column)).join(', ')}) ${query?.sql}`)
    await this.#connection.run(`DROP TABLE ${touched}`)
  }
}

/** Only ids of this commit can have values in new columns: the other rows are right with nulls there. */
async function fitRows(connection: DuckDBConnection, { columns }: WantedView): Promise<void> {
  const existing = await columnTypes(connection, 'current_database()', 'inference_rows')
  if (existing.size === 0) {
    const definitions = columns.map(({ column, type }) => `${quoteName(column)} ${type}`)
    await connection.run(`CREATE TABLE inference_rows (${definitions.join(', ')})`)
    return
  }
  for (const { column, type } of columns) {
    const current = existing.get(column)
    if (current === undefined) await connection.run(`ALTER TABLE inference_rows ADD COLUMN ${quoteName(column)} ${type}`)
    else if (current !== type) await connection.run(`ALTER TABLE inference_rows ALTER COLUMN ${quoteName(column)} SET DATA TYPE ${type}`)
  }
}

/** What a host says about the join; what it leaves out stays as the database has it. */
export interface InferenceOptions {
  readonly joinWindowMs?: number | undefined
  readonly materialize?: boolean | undefined
}

/** Makes view and table what the options, or a newer release, want them to be. One transaction of the caller. */
export async function configureInference(connection: DuckDBConnection, { joinWindowMs, materialize }: InferenceOptions): Promise<void> {
  const state = await inferenceState(connection)
  const wanted = { windowMs: joinWindowMs ?? state.windowMs, materialized: materialize ?? state.materialized }
  const view = await wantedView(connection, wanted.windowMs)
  const definition = view?.definition ?? ''
  const same = wanted.windowMs === state.windowMs && wanted.materialized === state.materialized && definition === state.definition
  if (same) return
  await saveInferenceState(connection, { ...wanted, definition })
  if (view !== undefined && definition !== state.definition) await createView(connection, view)
  if (!wanted.materialized) await connection.run('DROP TABLE IF EXISTS inference_rows')
  else if (view !== undefined) await connection.run('CREATE OR REPLACE TABLE inference_rows AS SELECT * FROM inference')
}
