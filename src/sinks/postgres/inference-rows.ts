import type { Facts } from '../inference-dialect.js'
import { inferenceQuery, sameScope, scopeColumns } from '../inference-view.js'
import { quoteName } from '../quote-name.js'
import { createView, inferenceState, saveInferenceState, type WantedView, wantedView } from './inference-state.js'
import { postgresInference } from './postgres-inference.js'
import type { Session } from './session.js'
import { tableColumns } from './table-columns.js'

const touched = 'pg_temp.inference_touched'

/** Keeps view and table of joined predictions up with a commit. To be made when the fact tables are fit. */
export class InferenceRows {
  readonly #session: Session
  readonly #schema: string
  /** There is a table of joined predictions to keep up. */
  readonly #materialized: boolean
  #anyTouched = false

  private constructor(session: Session, schema: string, materialized: boolean) {
    this.#session = session
    this.#schema = schema
    this.#materialized = materialized
  }

  static async prepare(session: Session, schema: string): Promise<InferenceRows> {
    let state = await inferenceState(session, schema)
    let view = await wantedView(session, schema, state.windowMs)
    if (view !== undefined && view.definition !== state.definition) {
      // Others may have changed tables and view until the lock came.
      state = await inferenceState(session, schema, true)
      view = await wantedView(session, schema, state.windowMs)
      if (view !== undefined && view.definition !== state.definition) {
        await createView(session, schema, view)
        await saveInferenceState(session, schema, { ...state, definition: view.definition })
        if (state.materialized) await fitRows(session, schema, view)
      }
    }
    return new InferenceRows(session, schema, state.materialized && view !== undefined)
  }

  /** Notes the ids of facts that come, or, before they go, of those that go. */
  async touch(facts: Facts, files: string, values: unknown[]): Promise<void> {
    if (!this.#materialized) return
    if (!this.#anyTouched) {
      await this.#session.run(
        'CREATE TEMP TABLE inference_touched (prediction_id text COLLATE "C", model text COLLATE "C", space text COLLATE "C") ON COMMIT DROP',
      )
    }
    this.#anyTouched = true
    const scope = scopeColumns.join(', ')
    await this.#session.run(
      `INSERT INTO ${touched} SELECT DISTINCT ${scope} FROM ${this.#schema}.${facts} WHERE file_no IN (${files})`,
      values,
    )
  }

  /** Joins the noted ids anew. Transactions that would not see each other's facts do this one after another. */
  async refresh(): Promise<void> {
    if (!this.#anyTouched) return
    // Read again: others may have brought columns until the lock came.
    const { windowMs } = await inferenceState(this.#session, this.#schema, true)
    const view = await wantedView(this.#session, this.#schema, windowMs)
    if (view === undefined) return
    const { tables, columns } = view
    const query = inferenceQuery({ tables, windowMs, dialect: postgresInference(this.#schema), touched })
    const rows = `${this.#schema}.inference_rows`
    await this.#session.run(`ANALYZE ${touched}`)
    await this.#session.run(`DELETE FROM ${rows} r USING ${touched} t WHERE ${sameScope('r', 't')}`)
    await this.#session.run(`INSERT INTO ${rows} (${columns.map(({ column }) => quoteName(column)).join(', ')}) ${query?.sql}`)
  }
}

async function createRows(session: Session, schema: string): Promise<void> {
  const rows = `${schema}.inference_rows`
  await session.run(`CREATE TABLE ${rows} AS SELECT * FROM ${schema}.inference`)
  await session.run(`CREATE INDEX ON ${rows} (prediction_id, model)`)
}

/** Only ids of this commit can have values in new columns: the other rows are right with nulls there. */
async function fitRows(session: Session, schema: string, { columns }: WantedView): Promise<void> {
  const existing = new Map((await tableColumns(session, schema, 'inference_rows')).map(({ column, type }) => [column, type]))
  if (existing.size === 0) return await createRows(session, schema)
  const actions: string[] = []
  for (const { column, type } of columns) {
    const [name, was] = [quoteName(column), existing.get(column)]
    if (was === undefined) actions.push(`ADD COLUMN ${name} ${type}`)
    else if (was !== type) actions.push(`ALTER COLUMN ${name} TYPE ${type} USING ${name}::${type}`)
  }
  if (actions.length > 0) await session.run(`ALTER TABLE ${schema}.inference_rows ${actions.join(', ')}`)
}

/** What a host says about the join; what it leaves out stays as the database has it. */
export interface InferenceOptions {
  readonly joinWindowMs?: number | undefined
  readonly materialize?: boolean | undefined
}

/** Makes view and table what the options, or a newer release, want them to be. In one transaction of the caller. */
export async function configureInference(session: Session, schema: string, { joinWindowMs, materialize }: InferenceOptions): Promise<void> {
  const wanted = async (lock: boolean) => {
    const state = await inferenceState(session, schema, lock)
    const next = { windowMs: joinWindowMs ?? state.windowMs, materialized: materialize ?? state.materialized }
    const view = await wantedView(session, schema, next.windowMs)
    const definition = view?.definition ?? ''
    const same = next.windowMs === state.windowMs && next.materialized === state.materialized && definition === state.definition
    return same ? undefined : { state, view, next: { ...next, definition } }
  }
  if ((await wanted(false)) === undefined) return
  const change = await wanted(true)
  if (change === undefined) return
  const { state, view, next } = change
  await saveInferenceState(session, schema, next)
  if (view !== undefined && next.definition !== state.definition) await createView(session, schema, view)
  await session.run(`DROP TABLE IF EXISTS ${schema}.inference_rows`)
  if (next.materialized && view !== undefined) await createRows(session, schema)
}
