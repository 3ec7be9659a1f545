import { rm } from 'node:fs/promises'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

/**
 * Two versions of a model that predict for each id; one prediction in a hundred is sent again later. Outcomes for 95 % of
 * the number of predictions: 10 % come before their prediction, 3 % after the window, 1 % are of no prediction; a tenth of
 * the scores are 0, labels may be empty, flags false, each of them null at times, never all; one in ten says it
 * twice.
 */
const logSql = (predictions: number, { predictionFiles, outcomeHours }: JoinDataSize): string => `
CREATE TABLE prediction_log AS
  SELECT i % ${predictionFiles} AS file, i // ${predictionFiles} + 1 AS row, 'v' || (i % 2) AS model_version,
    'p' || CASE WHEN i % 100 < 98 OR i < 200 THEN i // 2 ELSE (i - 198) // 2 END AS id, (hash(i, 1) % 1000) / 1000 AS prediction_score,
    CASE WHEN hash(i, 2) % 20 = 0 THEN (hash(i, 3) % 10)::DOUBLE END AS actual_score,
    CASE WHEN hash(i, 4) % 5 = 0 THEN hash(i, 5) % 2 = 0 END AS flag, (hash(i, 6) % 90)::DOUBLE AS age
  FROM range(${predictions}) r(i);
CREATE TABLE outcome_log AS
  WITH drawn AS (SELECT i, (i * 7919) % ${predictions / 2} AS n, hash(i, 10) % 100 AS kind FROM range(${predictions * 0.95}) r(i)),
  meant AS (SELECT *, CASE WHEN i % 10 = 9 THEN lag(n) OVER (ORDER BY i) ELSE n END AS of_id FROM drawn),
  placed AS (SELECT *, ((2 * of_id) % ${predictionFiles}) * ${240 / predictionFiles} + CASE WHEN kind < 10 THEN -24 - hash(i, 11)::HUGEINT % 72
    WHEN kind < 97 THEN 12 + hash(i, 12)::HUGEINT % 300 ELSE 384 + hash(i, 12)::HUGEINT % 190 END AS hour FROM meant)
  SELECT ((hour + 120) // ${outcomeHours})::BIGINT AS file, row_number() OVER (PARTITION BY (hour + 120) // ${outcomeHours} ORDER BY hash(i, 13), i) AS row,
    CASE WHEN kind % 100 = 50 THEN 'nobody' || i ELSE 'p' || of_id END AS id,
    CASE hash(i, 14) % 10 WHEN 0 THEN 0 WHEN 1 THEN NULL ELSE (hash(i, 15) % 1000) / 1000 END AS actual_score,
    CASE hash(i, 16) % 5 WHEN 0 THEN '' WHEN 1 THEN NULL WHEN 2 THEN 'no' ELSE 'yes' END AS actual_label,
    CASE hash(i, 17) % 3 WHEN 0 THEN true WHEN 1 THEN false END AS flag,
    CASE WHEN hash(i, 18) % 4 = 0 OR (hash(i, 14) % 10 = 1 AND hash(i, 16) % 5 = 1) THEN (hash(i, 19) % 100)::DOUBLE END AS shap
  FROM placed;
CREATE TABLE prediction AS SELECT *, 'predictions/' || lpad(file::VARCHAR, 3, '0') AS key, TIMESTAMPTZ '2026-01-06 00:00:00Z' + to_hours((${240 / predictionFiles} * file)::INTEGER) AS stands_at FROM prediction_log;
CREATE TABLE outcome AS SELECT *, 'outcomes/' || lpad(file::VARCHAR, 3, '0') AS key, TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_hours((${outcomeHours} * file)::INTEGER) AS stands_at FROM outcome_log;
DROP TABLE prediction_log; DROP TABLE outcome_log;`

/** Into how many files the log is cut: predictions of ten days, outcomes of those and of the weeks around. */
export interface JoinDataSize {
  /** A divisor of 240. */
  readonly predictionFiles: number
  readonly outcomeHours: number
}

/** The join, told another way: every value that was said about a prediction, ranked, field by field. */
const expectedSql = (() => {
  const field = (name: string): string =>
    `${name}_said AS (SELECT id, model_version, ${name}, row_number() OVER (PARTITION BY id, model_version ORDER BY stands_at DESC, key DESC, row DESC) AS nth FROM said WHERE ${name} IS NOT NULL)`
  const fields = ['actual_score', 'actual_label', 'flag', 'shap']
  return `CREATE TABLE expected AS WITH
  ranked AS (SELECT *, row_number() OVER (PARTITION BY id, model_version ORDER BY stands_at DESC, key DESC, row DESC) AS nth FROM prediction),
  standing AS (SELECT * FROM ranked WHERE nth = 1),
  said AS (
    SELECT s.id, s.model_version, o.stands_at, o.key, o.row, o.actual_score, o.actual_label, o.flag, o.shap FROM standing s JOIN outcome o USING (id)
      WHERE abs(epoch_ms(o.stands_at) - epoch_ms(s.stands_at)) <= 14 * 86400000
    UNION ALL SELECT id, model_version, stands_at, key, row, actual_score, NULL, flag, NULL FROM standing),
  ${fields.map(field).join(',\n  ')}
  SELECT s.id, s.model_version, s.prediction_score, s.age, s.row, ${fields.map((name) => `${name}_last.${name}`).join(', ')} FROM standing s
  ${fields.map((name) => `LEFT JOIN (SELECT * FROM ${name}_said WHERE nth = 1) ${name}_last USING (id, model_version)`).join('\n  ')}`
})()

export interface JoinLog {
  /** Keys of all files, those of predictions first. */
  readonly keys: readonly string[]
  readonly predictions: number
  readonly outcomes: number
}

/** Writes the log and its expected join into a DuckDB file of its own. @param read what else to read from it */
export async function makeJoinLog<T>(
  path: string,
  predictions: number,
  size: JoinDataSize,
  read: (connection: DuckDBConnection, log: JoinLog) => Promise<T>,
): Promise<T> {
  await rm(path, { force: true })
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  try {
    for (const sql of logSql(predictions, size)
      .split(';')
      .filter((text) => text.trim() !== ''))
      await connection.run(sql)
    await connection.run(expectedSql)
    const keys = async (table: string): Promise<string[]> =>
      (await connection.runAndReadAll(`SELECT DISTINCT key FROM ${table} ORDER BY 1`)).getRows().map(([key]) => String(key))
    const count = async (table: string): Promise<number> =>
      Number((await connection.runAndReadAll(`SELECT count(*) FROM ${table}`)).getRows()[0]?.[0])
    return await read(connection, {
      keys: [...(await keys('prediction')), ...(await keys('outcome'))],
      predictions: await count('prediction'),
      outcomes: await count('outcome'),
    })
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** Of those some had another content before. */
export const hadOlderVersion = (_: unknown, i: number): boolean => i % 17 === 3
