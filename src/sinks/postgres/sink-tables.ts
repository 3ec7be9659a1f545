import { defaultJoinWindowMs } from '../inference-view.js'
import { quoteName } from '../quote-name.js'
import type { Session } from './session.js'

const id = 'text COLLATE "C" NOT NULL'

/**
 * The sink's own tables. `fact_column` says under what name a fact table keeps a column: Postgres cuts names at 63 bytes.
 * The one row of `inference_state` says how facts are joined here; who changes tables or view, or joins anew, locks it.
 */
const tables = (schema: string): readonly string[] => [
  `CREATE SCHEMA IF NOT EXISTS ${schema}`,
  `CREATE TABLE IF NOT EXISTS ${schema}.sink_fence (job ${id}, key ${id}, fence bigint NOT NULL, PRIMARY KEY (job, key))`,
  `CREATE TABLE IF NOT EXISTS ${schema}.import_file (
  file_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job ${id}, key ${id}, version ${id}, generation integer NOT NULL, fence bigint NOT NULL,
  schema_version integer NOT NULL, source_time timestamptz NOT NULL, rows bigint NOT NULL, rejected bigint NOT NULL,
  committed_at timestamptz NOT NULL, facts text,
  UNIQUE (job, key, version, generation))`,
  `CREATE TABLE IF NOT EXISTS ${schema}.fact_column (facts text NOT NULL, name text NOT NULL, column_name text NOT NULL, PRIMARY KEY (facts, name))`,
  `CREATE TABLE IF NOT EXISTS ${schema}.inference_state (one boolean PRIMARY KEY, window_ms double precision NOT NULL,
  materialized boolean NOT NULL, definition text NOT NULL)`,
  `INSERT INTO ${schema}.inference_state VALUES (true, ${defaultJoinWindowMs}, false, '') ON CONFLICT DO NOTHING`,
]

/** Columns that a new fact table begins with: those that every model record has, with the types they always have. */
export const modelColumns: readonly (readonly [name: string, type: string])[] = [
  ['model', 'text COLLATE "C"'],
  ['space', 'text COLLATE "C"'],
  ['environment', 'text'],
  ['model_version', 'text'],
  ['batch_id', 'text'],
  ['prediction_id', 'text COLLATE "C"'],
  ['timestamp', 'timestamp with time zone'],
]

/** Makes what is missing. In one transaction of the caller; workers that start together do it one after another. */
export async function makeSinkTables(session: Session, schema: string): Promise<void> {
  const quoted = quoteName(schema)
  const [there] = await session.rows('SELECT to_regclass($1) IS NOT NULL AS made', [`${quoted}.inference_state`])
  if (there?.made === true) return
  await session.run('SELECT pg_advisory_xact_lock(hashtext($1))', [`lading sink ${schema}`])
  for (const sql of tables(quoted)) await session.run(sql)
}
