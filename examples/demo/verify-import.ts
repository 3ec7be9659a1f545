import { DuckDBInstance } from '@duckdb/node-api'
import { flightLogSql, flightsParquet, quoted } from './flight-log.js'
import type { Manifest } from './prepare.js'

/** Imported rows that differ from the source, both ways; all zero when every flight is there once, cell by cell. */
export interface Difference {
  /** In the source, not imported (or less often). */
  readonly lost: number
  /** Imported, not in the source (or more often). */
  readonly extra: number
}

export interface MonthlyError {
  readonly month: string
  readonly flights: number
  /** Mean of actual minus predicted delay, minutes. */
  readonly meanError: number
  readonly meanAbsoluteError: number
}

/** The imported rows under the names of the log, without those of files that were added later. */
const importedSql = (manifest: Manifest): string => `
  SELECT prediction_id, timestamp AT TIME ZONE 'UTC' AS prediction_ts, prediction_score, actual_score,
    "feature/origin", "feature/destination", "feature/distance", "feature/hour", "tag/route", "tag/weekday"
  FROM prediction JOIN import_file USING (file_no)
  WHERE key IN (${manifest.files.map(({ key }) => quoted(key)).join(', ')})`

/** Compares what was imported with the flights themselves, as multisets over all columns, by SQL alone. */
export async function compareWithSource(database: string, manifest: Manifest): Promise<Difference> {
  const source = `SELECT * EXCLUDE (position) FROM (${flightLogSql(flightsParquet(), manifest.every)})`
  const imported = importedSql(manifest)
  const [row] = await query<{ lost: number; extra: number }>(
    database,
    `SELECT (SELECT count(*) FROM ((${source}) EXCEPT ALL (${imported})))::INTEGER AS lost,
      (SELECT count(*) FROM ((${imported}) EXCEPT ALL (${source})))::INTEGER AS extra`,
  )
  if (row === undefined) throw new Error('DuckDB answered a count with no row.')
  return row
}

/** How good the baseline was: what the import is for. */
export const errorByMonth = (database: string): Promise<MonthlyError[]> =>
  query<MonthlyError>(
    database,
    `SELECT strftime(timestamp AT TIME ZONE 'UTC', '%Y-%m') AS month, count(*)::INTEGER AS flights,
      avg(actual_score - prediction_score) AS "meanError", avg(abs(actual_score - prediction_score)) AS "meanAbsoluteError"
     FROM prediction GROUP BY month ORDER BY month`,
  )

async function query<Row>(database: string, sql: string): Promise<Row[]> {
  const instance = await DuckDBInstance.fromCache(database)
  const connection = await instance.connect()
  try {
    await connection.run(`SET memory_limit = '1GB'`)
    return (await connection.runAndReadAll(sql)).getRowObjectsJS() as Row[]
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
