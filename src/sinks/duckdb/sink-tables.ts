import { defaultJoinWindowMs } from '../inference-view.js'

/**
 * The sink's own tables. `fact_column` says under what name a fact table keeps a column: DuckDB's names ignore case. The
 * one row of `inference_state` says how facts are joined here, and is what commits that must not overlap both update.
 */
export const sinkTables = `
CREATE SEQUENCE IF NOT EXISTS import_file_no;
CREATE TABLE IF NOT EXISTS sink_fence (job VARCHAR NOT NULL, key VARCHAR NOT NULL, fence BIGINT NOT NULL, PRIMARY KEY (job, key));
CREATE TABLE IF NOT EXISTS import_file (
  file_no BIGINT PRIMARY KEY DEFAULT nextval('import_file_no'),
  job VARCHAR NOT NULL, key VARCHAR NOT NULL, version VARCHAR NOT NULL, generation INTEGER NOT NULL, fence BIGINT NOT NULL,
  schema_version INTEGER NOT NULL, source_time TIMESTAMPTZ NOT NULL, rows BIGINT NOT NULL, rejected BIGINT NOT NULL,
  committed_at TIMESTAMPTZ NOT NULL, facts VARCHAR,
  UNIQUE (job, key, version, generation));
CREATE TABLE IF NOT EXISTS fact_column (facts VARCHAR NOT NULL, name VARCHAR NOT NULL, column_name VARCHAR NOT NULL, PRIMARY KEY (facts, name));
CREATE TABLE IF NOT EXISTS inference_state (one BOOLEAN PRIMARY KEY, window_ms DOUBLE NOT NULL, materialized BOOLEAN NOT NULL,
  definition VARCHAR NOT NULL, commits BIGINT NOT NULL);
INSERT INTO inference_state VALUES (true, ${defaultJoinWindowMs}, false, '', 0) ON CONFLICT DO NOTHING;
`

/** Columns that a new fact table begins with: those that every model record has, with the types they always have. */
export const modelColumns: readonly (readonly [name: string, type: string])[] = [
  ['model', 'VARCHAR'],
  ['space', 'VARCHAR'],
  ['environment', 'VARCHAR'],
  ['model_version', 'VARCHAR'],
  ['batch_id', 'VARCHAR'],
  ['prediction_id', 'VARCHAR'],
  ['timestamp', 'TIMESTAMP WITH TIME ZONE'],
]
/** Which file, and which of its rows (1-based). */
export const originColumns: readonly (readonly [name: string, type: string])[] = [
  ['file_no', 'BIGINT'],
  ['row_no', 'BIGINT'],
]
