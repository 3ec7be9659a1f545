import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { FLIGHTS_MODEL } from './flight-jobs.js'
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

/** The flights as they were imported, with their actuals, under the names of the log. */
const JOINED = `
  SELECT key, prediction_id, timestamp AT TIME ZONE 'UTC' AS prediction_ts, prediction_score, actual_score,
    "feature/origin", "feature/destination", "feature/distance", "feature/hour", "tag/route", "tag/weekday"
  FROM inference JOIN import_file USING (file_no) WHERE model = '${FLIGHTS_MODEL}'`

/** Reads the database by SQL alone: compares it with the flights themselves, as multisets over all columns, and says how good the baseline was. */
export const readBack = (database: string, manifest: Manifest): Promise<Difference & { readonly months: readonly MonthlyError[] }> =>
  connected(database, async (connection) => {
    const keys = manifest.files.map(({ key }) => quoted(key)).join(', ')
    await connection.run(`CREATE TEMP TABLE joined AS ${JOINED}`)
    await connection.run(`CREATE TEMP TABLE source AS SELECT * EXCLUDE (position) FROM (${flightLogSql(flightsParquet(), manifest.every)})`)
    // Not the files that were added later.
    await connection.run(`CREATE TEMP VIEW imported AS SELECT * EXCLUDE (key) FROM joined WHERE key IN (${keys})`)
    return { ...(await difference(connection)), months: await errorByMonth(connection) }
  })

/** A month at a time, which takes a sixth of the memory; a row in the wrong month is missing in one and too many in another. */
async function difference(connection: DuckDBConnection): Promise<Difference> {
  const months = await connection.runAndReadAll(
    `SELECT DISTINCT strftime(prediction_ts, '%Y-%m') FROM (SELECT prediction_ts FROM source UNION ALL SELECT prediction_ts FROM imported)`,
  )
  const found = { lost: 0, extra: 0 }
  for (const [month] of months.getRows()) {
    const where = `strftime(prediction_ts, '%Y-%m') IS NOT DISTINCT FROM ${month === null ? 'NULL' : quoted(String(month))}`
    const count = async (from: string, less: string): Promise<number> => {
      const sql = `SELECT count(*) FROM (FROM ${from} WHERE ${where} EXCEPT ALL FROM ${less} WHERE ${where})`
      return Number((await connection.runAndReadAll(sql)).getRows()[0]?.[0])
    }
    found.lost += await count('source', 'imported')
    found.extra += await count('imported', 'source')
  }
  return found
}

async function errorByMonth(connection: DuckDBConnection): Promise<MonthlyError[]> {
  const months = await connection.runAndReadAll(`
    SELECT strftime(prediction_ts, '%Y-%m') AS month, count(*)::INTEGER AS flights,
      avg(actual_score - prediction_score) AS "meanError", avg(abs(actual_score - prediction_score)) AS "meanAbsoluteError"
    FROM joined GROUP BY month ORDER BY month`)
  return months.getRowObjectsJS() as unknown as MonthlyError[]
}

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
