import { fileURLToPath } from 'node:url'

/** Three million real flights in the United States, January to June 2001. */
export const flightsParquet = (): string =>
  fileURLToPath(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url))

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Columns of the log, in file order. Avro's field names know no slash, and one schema reads all formats: hence `feature_`. */
export const LOG_COLUMNS = [
  'prediction_id',
  'prediction_ts',
  'prediction_score',
  'actual_score',
  'feature_origin',
  'feature_destination',
  'feature_distance',
  'feature_hour',
  'tag_route',
  'tag_weekday',
] as const

/**
 * The flights as the inference log of a team that predicts delays: the id is the row's number in the source, the
 * prediction a baseline (mean delay, in minutes, by origin and hour), the actual score the real delay.
 *
 * @param every only each n-th row of the source, for tests
 */
export const flightLogSql = (parquet: string, every = 1): string => {
  const rows = `read_parquet(${quoted(parquet)}, file_row_number = true)`
  const flights = every === 1 ? rows : `(SELECT * FROM ${rows} WHERE file_row_number % ${every} = 0)`
  return `
    WITH baseline AS (
      SELECT origin, hour(date) AS hour, round(avg(delay), 2) AS mean_delay FROM ${flights} GROUP BY ALL
    )
    SELECT f.file_row_number AS position,
      f.file_row_number::VARCHAR AS prediction_id,
      f.date AS prediction_ts,
      b.mean_delay AS prediction_score,
      f.delay::DOUBLE AS actual_score,
      f.origin AS feature_origin,
      f.destination AS feature_destination,
      f.distance AS feature_distance,
      hour(f.date)::INTEGER AS feature_hour,
      f.origin || '-' || f.destination AS tag_route,
      dayname(f.date) AS tag_weekday
    FROM ${flights} f JOIN baseline b ON b.origin = f.origin AND b.hour = hour(f.date)`
}
