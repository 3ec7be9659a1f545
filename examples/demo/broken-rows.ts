import { LOG_COLUMNS } from './flight-log.js'

/** What real logs contain now and then. */
export type BrokenKind = 'missing-id' | 'bad-score' | 'far-timestamp' | 'ragged'

/** A row that must be rejected, and where it stands. */
export interface BrokenRow {
  readonly key: string
  /** 1-based data row. */
  readonly row: number
  readonly kind: BrokenKind
}

/** How a column of the log is written where `broken` names the row's kind (null for a good row). */
const TYPED: Readonly<Record<string, string>> = {
  prediction_id: `CASE WHEN broken = 'missing-id' THEN NULL ELSE prediction_id END`,
  prediction_ts: `CASE WHEN broken = 'far-timestamp' THEN prediction_ts + INTERVAL 200 YEAR ELSE prediction_ts END`,
}
const TEXT_SCORE = `CASE WHEN broken = 'bad-score' THEN 'n/a' ELSE actual_score::VARCHAR END`

const select = (overrides: Readonly<Record<string, string>>): string =>
  LOG_COLUMNS.map((column) => `${overrides[column] ?? column} AS ${column}`).join(', ')

/** For Parquet. */
export const TYPED_COLUMNS = select(TYPED)

/** For Parquet, of flights that have not landed. */
export const DELAYED_COLUMNS = select({ ...TYPED, actual_score: 'NULL::DOUBLE' })

/** For Avro and Arrow: the timestamp in milliseconds, for their writers. */
export const WRITER_COLUMNS = select({
  ...TYPED,
  prediction_ts: `epoch_ms(${TYPED.prediction_ts})::DOUBLE`,
  feature_distance: 'feature_distance::DOUBLE',
})

/** Timestamps as RFC 3339. */
export const CSV_COLUMNS = select({
  ...TYPED,
  prediction_ts: `strftime(${TYPED.prediction_ts}, '%Y-%m-%dT%H:%M:%SZ')`,
  actual_score: TEXT_SCORE,
})

/** Timestamps as epoch seconds; a far one is what a program writes that counts in milliseconds. */
export const EPOCH_CSV_COLUMNS = select({
  ...TYPED,
  prediction_ts: `CASE WHEN broken = 'far-timestamp' THEN epoch_ms(prediction_ts) ELSE epoch(prediction_ts)::BIGINT END`,
  actual_score: TEXT_SCORE,
})

/** Id of the line that {@link cutRaggedLine} shortens: no SQL writes a line with too few cells. */
const RAGGED_ID = 'broken-ragged'

/**
 * The rows of table `part` and its broken ones: copies of rows spread over the file, put behind the row they copy.
 * Columns of the log, `position` and `broken`.
 */
export function withBrokenRows(kinds: readonly BrokenKind[]): string {
  const picks = kinds.map((kind, i) => `('${kind}', ${i + 1})`).join(', ')
  return `
    SELECT *, NULL AS broken FROM part
    UNION ALL
    SELECT n.* EXCLUDE (nth, rows) REPLACE (
        'broken-' || pick.kind || CASE WHEN pick.kind = 'ragged' THEN '' ELSE '-' || n.prediction_id END AS prediction_id,
        n.position + 0.5 AS position),
      pick.kind AS broken
    FROM (SELECT *, row_number() OVER (ORDER BY position) AS nth, count(*) OVER () AS rows FROM part) n
    JOIN (VALUES ${picks}) pick(kind, i) ON n.nth = 1 + (n.rows - 1) * pick.i // ${kinds.length + 1}`
}

/** Takes the cells behind the second away from the line marked as ragged. */
export const cutRaggedLine = (csv: string): string => csv.replace(new RegExp(`^(${RAGGED_ID},[^,\\n]*),[^\\n]*$`, 'm'), '$1')
