import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { LedgerEntry } from '../../src/contracts/ledger-entry.js'
import type { SinkPlace } from './importer-plan.js'
import { writeRows } from './postgres-place.js'

/** A sink that can be read from a connection. */
export interface OpenSink {
  readonly place: SinkPlace
  /** Of a DuckDB database in this connection. */
  readonly catalog: string | null
  /** Of rows read out of a server; `null` when there were none. */
  readonly rowsPath: string | null
}

let catalogs = 0

/**
 * Opens what a sink holds, in the instance that has the log's rows.
 *
 * @param rowsPath a file for rows that have to be read out of a server
 */
export async function openSink(connection: DuckDBConnection, place: SinkPlace, rowsPath: string): Promise<OpenSink> {
  if (place.kind === 'ndjson') return { place, catalog: null, rowsPath: null }
  if (place.kind === 'postgres') return { place, catalog: null, rowsPath: (await writeRows(place, rowsPath)) ? rowsPath : null }
  const catalog = `sink_${++catalogs}`
  await connection.run(`ATTACH '${place.path}' AS ${catalog} (READ_ONLY)`)
  return { place, catalog, rowsPath: null }
}

export async function closeSink(connection: DuckDBConnection, { catalog }: OpenSink): Promise<void> {
  if (catalog !== null) await connection.run(`DETACH ${catalog}`)
}

/** The full multiset of (key, version, generation, row, values), both ways. */
export async function compareRows(
  connection: DuckDBConnection,
  sink: OpenSink,
  entries: readonly LedgerEntry[],
): Promise<{ losses: number; doubles: number }> {
  const held = entries.filter(({ state, replacedBy }) => state === 'imported' && replacedBy === null)
  const files = held.map(({ key, version, generation, schemaVersion }) => `('${key}', '${version}', ${generation}, ${schemaVersion})`)
  await connection.run(`CREATE OR REPLACE TEMP TABLE expected AS
    SELECT f.*  EXCLUDE schema_version, row, prediction_id, epoch_us(prediction_ts) AS at, score, actual, feature_city, feature_amount,
      CASE WHEN schema_version = 2 THEN tag_zone END AS tag_zone
    FROM source JOIN (VALUES ${files.length === 0 ? "('', '', 0, 0)" : files.join(', ')}) f(key, version, generation, schema_version)
      USING (key, version) WHERE NOT broken`)
  await connection.run(`CREATE OR REPLACE TEMP TABLE actual AS ${await actualSql(connection, sink)}`)
  const count = async (sql: string): Promise<number> =>
    Number((await connection.runAndReadAll(`SELECT count(*) FROM (${sql})`)).getRows()[0]?.[0])
  return {
    losses: await count('FROM expected EXCEPT ALL FROM actual'),
    doubles: await count('FROM actual EXCEPT ALL FROM expected'),
  }
}

const LINE_COLUMNS = `key: 'VARCHAR', version: 'VARCHAR', generation: 'INTEGER', row: 'INTEGER', prediction_id: 'VARCHAR', "at": 'BIGINT',
  score: 'DOUBLE', actual: 'DOUBLE', feature_city: 'VARCHAR', feature_amount: 'BIGINT', tag_zone: 'VARCHAR'`

async function actualSql(connection: DuckDBConnection, { place, catalog, rowsPath }: OpenSink): Promise<string> {
  if (place.kind === 'postgres') {
    return rowsPath === null
      ? 'FROM expected LIMIT 0'
      : `FROM read_json('${rowsPath}', format = 'newline_delimited', columns = {${LINE_COLUMNS}})`
  }
  const { path } = place
  if (place.kind === 'ndjson') {
    if ((await readdir(join(path, 'files'))).length === 0) return 'FROM expected LIMIT 0'
    return `SELECT _key AS key, _version AS version, _generation AS generation, _row AS row, prediction_id, epoch_us(timestamp) AS at,
        prediction_score AS score, actual_score AS actual, features.city AS feature_city, features.amount AS feature_amount, tags.zone AS tag_zone
      FROM read_json('${path}/files/*/data.ndjson', format = 'newline_delimited', columns = {_key: 'VARCHAR', _version: 'VARCHAR',
        _generation: 'INTEGER', _row: 'INTEGER', prediction_id: 'VARCHAR', timestamp: 'TIMESTAMP', prediction_score: 'DOUBLE',
        actual_score: 'DOUBLE', features: 'STRUCT(city VARCHAR, amount BIGINT)', tags: 'STRUCT(zone VARCHAR)'})`
  }
  const known = await connection.runAndReadAll(
    `SELECT column_name FROM duckdb_columns() WHERE database_name = '${catalog}' AND table_name = 'prediction'`,
  )
  const columns = new Set(known.getRows().map(([name]) => name))
  if (columns.size === 0) return 'FROM expected LIMIT 0'
  return `SELECT key, version, generation, row_no::INTEGER AS row, prediction_id, epoch_us(timestamp) AS at, prediction_score AS score,
      actual_score AS actual, "feature/city" AS feature_city, "feature/amount" AS feature_amount,
      ${columns.has('tag/zone') ? '"tag/zone"' : 'NULL'} AS tag_zone
    FROM ${catalog}.prediction JOIN ${catalog}.import_file USING (file_no)`
}
