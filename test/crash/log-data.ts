import { createHash } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { arrowBytes, avroBytes, type LogRow } from './log-writers.js'

const FORMATS = ['csv', 'parquet', 'avro', 'arrow'] as const

/** One content of one key: the first, or the one that overwrites it. */
export interface LogObject {
  readonly key: string
  readonly edition: 1 | 2
  readonly bytes: Uint8Array
  /** As the ledger names it. */
  readonly version: string
  readonly rows: number
  readonly broken: number
}

/** Rows (1-based) that are refused, whatever the schema. */
export const isBroken = (row: number): boolean => row % 499 === 17 || row % 499 === 200

/** An odd number of rows, so that no batch is cut where a format's own block ends. */
const rowsOf = (rows: number, file: number, edition: number): number => rows + 3 * file + 1 - 37 * (edition - 1)

/** The log's rows: broken ones have no id, or a time long before any window. */
const rowsSql = (file: number, edition: number, rows: number): string => `
  SELECT row::INTEGER AS row,
    CASE WHEN row % 499 = 17 THEN NULL ELSE format('{}-{}-{}', ${file}, ${edition}, row) END AS prediction_id,
    CASE WHEN row % 499 = 200 THEN TIMESTAMP '1900-01-01' ELSE TIMESTAMP '2024-03-01' + to_seconds(row * 7) END AS prediction_ts,
    ((row * 37 + ${file * 11 + edition}) % 4001) / 8.0::DOUBLE AS score,
    CASE WHEN row % 5 = 0 THEN NULL ELSE (row % 97) / 4.0::DOUBLE END AS actual,
    ['Zürich', 'a,b', 'say "x"', NULL, '東京', ' padded ', 'plain'][(row + ${edition}) % 7 + 1] AS feature_city,
    row * 1000003::BIGINT AS feature_amount,
    'zone ' || (row % ${20 + edition}) AS tag_zone,
    (row % 499 IN (17, 200)) AS broken
  FROM range(1, ${rows + 1}) t(row)`

/** The log that is imported: eight files of four formats in nested folders, each in two editions, and its rows in a table. */
export class LogData {
  readonly instance: DuckDBInstance
  readonly objects: readonly LogObject[]

  private constructor(instance: DuckDBInstance, objects: readonly LogObject[]) {
    this.instance = instance
    this.objects = objects
  }

  /** @param rows of all first editions together, about */
  static async make(rows: number, folder: string): Promise<LogData> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1GB' })
    const connection = await instance.connect()
    await mkdir(folder, { recursive: true })
    try {
      const objects: LogObject[] = []
      for (let file = 0; file < 8; file++) {
        for (const edition of [1, 2] as const) {
          objects.push(await makeObject(connection, folder, { file, edition, rows: rowsOf(Math.floor(rows / 8), file, edition) }))
        }
      }
      return new LogData(instance, objects)
    } finally {
      connection.closeSync()
      await rm(folder, { recursive: true })
    }
  }

  object(key: string, edition: 1 | 2): LogObject {
    const found = this.objects.find((object) => object.key === key && object.edition === edition)
    if (found === undefined) throw new Error(`no ${key} in edition ${edition}`)
    return found
  }

  /** The first editions. */
  get firsts(): readonly LogObject[] {
    return this.objects.filter(({ edition }) => edition === 1)
  }

  close(): void {
    this.instance.closeSync()
  }
}

async function makeObject(
  connection: DuckDBConnection,
  folder: string,
  { file, edition, rows }: { file: number; edition: 1 | 2; rows: number },
): Promise<LogObject> {
  const format = FORMATS[file % 4] ?? 'csv'
  const key = `in/year=${2024 + Math.floor(file / 4)}/part-${file}.${format}`
  await connection.run(`CREATE OR REPLACE TEMP TABLE part AS ${rowsSql(file, edition, rows)}`)
  const bytes = await bytesOf(connection, format, join(folder, `part.${format}`))
  const version = `e:${createHash('md5').update(bytes).digest('hex')}:${bytes.length}`
  const source = `SELECT '${key}' AS key, '${version}' AS version, * FROM part`
  await connection.run(edition === 1 && file === 0 ? `CREATE TABLE source AS ${source}` : `INSERT INTO source ${source}`)
  const [[broken] = []] = (await connection.runAndReadAll('SELECT count(*) FROM part WHERE broken')).getRows()
  return { key, edition, bytes, version, rows, broken: Number(broken) }
}

async function bytesOf(connection: DuckDBConnection, format: (typeof FORMATS)[number], path: string): Promise<Uint8Array> {
  const columns = 'prediction_id, prediction_ts, score, actual, feature_city, feature_amount, tag_zone'
  if (format === 'csv' || format === 'parquet') {
    const select =
      format === 'parquet' ? columns : columns.replace('prediction_ts', "strftime(prediction_ts, '%Y-%m-%dT%H:%M:%SZ') AS prediction_ts")
    const options = format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet, ROW_GROUP_SIZE 4096'
    await connection.run(`COPY (SELECT ${select} FROM part ORDER BY row) TO '${path}' (${options})`)
    return await readFile(path)
  }
  const select = columns
    .replace('prediction_ts', 'epoch_ms(prediction_ts)::DOUBLE AS prediction_ts')
    .replace('feature_amount', 'feature_amount::DOUBLE AS feature_amount')
  const result = await connection.runAndReadAll(`SELECT ${select} FROM part ORDER BY row`)
  const rows = result.getRowObjectsJS() as unknown as LogRow[]
  return format === 'avro' ? await avroBytes(rows) : await arrowBytes(rows)
}
