import type { BrokenKind } from './broken-rows.js'

export type LogFormat = 'parquet' | 'csv' | 'csv.gz' | 'avro' | 'arrow'

/** One file of the log: some days of a month, in one format. */
export interface LogFile {
  readonly key: string
  readonly format: LogFormat
  /** SQL that says which rows of the log it holds. */
  readonly where: string
  /** Rows that nobody can use, one of each. */
  readonly broken: readonly BrokenKind[]
  /** Logged before the flights landed: what came of them is in a file of actuals. */
  readonly delayed: boolean
}

/** What came of a month's flights that were logged before they landed. */
export interface ActualsFile {
  readonly key: string
  /** SQL that says which rows of the log it is about. */
  readonly where: string
}

interface Share {
  readonly from: number
  readonly to: number
  readonly name: string
  readonly format: LogFormat
  readonly broken: readonly BrokenKind[]
  readonly delayed?: true
}

/** How a month's days are spread over files: most as Parquet, the last as what other teams send. */
const SHARES: readonly Share[] = [
  { from: 1, to: 11, name: 'serving/part-0', format: 'parquet', broken: ['missing-id'], delayed: true },
  { from: 12, to: 22, name: 'serving/part-1', format: 'parquet', broken: ['far-timestamp'] },
  { from: 23, to: 25, name: 'partners/export', format: 'csv', broken: ['missing-id', 'bad-score', 'far-timestamp', 'ragged'] },
  { from: 26, to: 27, name: 'partners/nightly', format: 'csv.gz', broken: ['bad-score', 'far-timestamp'] },
  { from: 28, to: 29, name: 'stream/flush', format: 'avro', broken: ['missing-id', 'far-timestamp'] },
  { from: 30, to: 31, name: 'notebooks/late', format: 'arrow', broken: ['missing-id', 'far-timestamp'] },
]

export const PREFIX = 'flight-delay/production/'
export const LOG_PREFIX = `${PREFIX}prediction/`
export const ACTUALS_PREFIX = `${PREFIX}actuals/`

const MONTHS = [1, 2, 3, 4, 5, 6, 7]
const twoDigits = (month: number): string => String(month).padStart(2, '0')
const daysOf = (month: number, { from, to }: { readonly from: number; readonly to: number }): string =>
  `month(prediction_ts) = ${month} AND day(prediction_ts) BETWEEN ${from} AND ${to}`

/** The files of the first seven months of 2001 (the source ends in the first minute of July). Every row is in one of them. */
export const logFiles = (): LogFile[] =>
  MONTHS.flatMap((month) =>
    SHARES.map((share) => ({
      key: `${LOG_PREFIX}2001/${twoDigits(month)}/${share.name}.${share.format}`,
      format: share.format,
      where: daysOf(month, share),
      broken: share.broken,
      delayed: share.delayed === true,
    })),
  )

/** One file of actuals a month, for every flight that was logged without. */
export const actualsFiles = (): ActualsFile[] =>
  MONTHS.map((month) => ({
    key: `${ACTUALS_PREFIX}2001-${twoDigits(month)}.parquet`,
    where: SHARES.filter(({ delayed }) => delayed === true)
      .map((share) => daysOf(month, share))
      .join(' OR '),
  }))
