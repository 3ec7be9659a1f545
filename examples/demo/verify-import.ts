import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
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
export const compareWithSource = (database: string, manifest: Manifest): Promise<Difference> =>
  connected(database, async (connection) => {
    await connection.run(`CREATE TEMP TABLE source AS SELECT * EXCLUDE (position) FROM (${flightLogSql(flightsParquet(), manifest.every)})`)
    await connection.run(`CREATE TEMP TABLE imported AS ${importedSql(manifest)}`)
    // A month at a time, which takes a sixth of the memory; a row in the wrong month is missing in one and too many in another.
    const months = await connection.runAndReadAll(
      `SELECT DISTINCT strftime(prediction_ts, '%Y-%m') FROM (SELECT prediction_ts FROM source UNION ALL SELECT prediction_ts FROM imported)`,
    )
    const found = { lost: 0, extra: 0 }
    for (const [month] of months.getRows()) {
      const where = `strftime(prediction_ts, '%Y-%m') IS NOT DISTINCT FROM ${month === null ? 'NULL' : quoted(String(month))}`
      const difference = async (from: string, less: string): Promise<number> => {
        const sql = `SELECT count(*) FROM (FROM ${from} WHERE ${where} EXCEPT ALL FROM ${less} WHERE ${where})`
        return Number((await connection.runAndReadAll(sql)).getRows()[0]?.[0])
      }
      found.lost += await difference('source', 'imported')
      found.extra += await difference('imported', 'source')
    }
    return found
  })

/** How good the baseline was: what the import is for. */
export const errorByMonth = (database: string): Promise<MonthlyError[]> =>
  connected(database, async (connection) => {
    const months = await connection.runAndReadAll(`
      SELECT strftime(timestamp AT TIME ZONE 'UTC', '%Y-%m') AS month, count(*)::INTEGER AS flights,
        avg(actual_score - prediction_score) AS "meanError", avg(abs(actual_score - prediction_score)) AS "meanAbsoluteError"
      FROM prediction GROUP BY month ORDER BY month`)
    return months.getRowObjectsJS() as unknown as MonthlyError[]
  })

async function connected<T>(database: string, ask: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.fromCache(database)
  const connection = await instance.connect()
  try {
    await connection.run(`SET memory_limit = '1GB'`)
    return await ask(connection)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
