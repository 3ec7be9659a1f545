import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { tableFromIPC } from 'apache-arrow'
import avsc from 'avsc'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { flightLogSql, flightsParquet, LOG_COLUMNS, quoted } from '../../examples/demo/flight-log.js'
import { type Manifest, prepareFlights } from '../../examples/demo/prepare.js'

const EVERY = 100

const parse = (name: string): string => {
  if (name === 'prediction_ts') return 'epoch_ms'
  if (name.endsWith('_score') || name === 'feature_distance' || name === 'feature_hour') return 'number'
  return 'text'
}

/** Reads a prepared file as lines of text cells, by tools that had no part in writing our importer. */
const readers: Readonly<Record<string, (path: string, connection: DuckDBConnection) => Promise<string>>> = {
  parquet: async (path) => `SELECT * REPLACE (epoch_ms(prediction_ts) AS prediction_ts) FROM read_parquet(${quoted(path)})`,
  csv: async (path) =>
    `SELECT * REPLACE (epoch_ms(prediction_ts::TIMESTAMP) AS prediction_ts) FROM read_csv(${quoted(path)}, all_varchar = true, null_padding = true)`,
  gz: async (path) => `SELECT * REPLACE (1000 * prediction_ts::BIGINT AS prediction_ts) FROM read_csv(${quoted(path)}, all_varchar = true)`,
  avro: async (path) => {
    const rows: unknown[] = []
    const decoder = avsc.createFileDecoder(path)
    for await (const row of decoder) rows.push(row)
    return asJson(path, rows)
  },
  arrow: async (path) => {
    const rows = [...tableFromIPC(await readFile(path))].map((row) => {
      const { feature_distance, prediction_ts, ...others } = row.toJSON()
      return { ...others, feature_distance: Number(feature_distance), prediction_ts: Number(prediction_ts) }
    })
    return asJson(path, rows)
  },
}

const asJson = async (path: string, rows: readonly unknown[]): Promise<string> => {
  await writeFile(`${path}.json`, rows.map((row) => JSON.stringify(row)).join('\n'))
  return `SELECT * FROM read_json(${quoted(`${path}.json`)}, format = 'newline_delimited')`
}

describe('the prepared log', () => {
  let folder: string
  let manifest: Manifest
  let connection: DuckDBConnection

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-demo-'))
    manifest = await prepareFlights({ folder, every: EVERY })
    connection = await (await DuckDBInstance.create(':memory:')).connect()
    const cast = (column: string): string =>
      ({ epoch_ms: `${column}::BIGINT`, number: `try_cast(${column} AS DOUBLE)`, text: `${column}::VARCHAR` })[parse(column)] as string
    await connection.run(
      `CREATE TABLE written (${LOG_COLUMNS.map((c) => `${c} ${{ epoch_ms: 'BIGINT', number: 'DOUBLE', text: 'VARCHAR' }[parse(c)]}`).join(', ')}, key VARCHAR, row BIGINT)`,
    )
    for (const { key } of manifest.files) {
      const path = join(folder, 'bucket', key)
      const select = await readers[key.slice(key.lastIndexOf('.') + 1)]?.(path, connection)
      await connection.run(
        `INSERT INTO written SELECT ${LOG_COLUMNS.map(cast).join(', ')}, ${quoted(key)}, row_number() OVER () FROM (${select})`,
      )
    }
  })

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  const rows = async (sql: string): Promise<unknown[]> => (await connection.runAndReadAll(sql)).getRowObjectsJS()

  test('holds every flight exactly once, and nothing else but the broken rows', async () => {
    await connection.run('CREATE TEMP TABLE broken (key VARCHAR, row BIGINT)')
    for (const { key, row } of manifest.broken) await connection.run(`INSERT INTO broken VALUES (${quoted(key)}, ${row})`)
    const source = `SELECT ${LOG_COLUMNS.map((c) => (c === 'prediction_ts' ? `epoch_ms(${c}) AS ${c}` : c)).join(', ')} FROM (${flightLogSql(flightsParquet(), EVERY)})`
    // What is not in the log when a flight leaves is in the actuals, once.
    const actuals = `read_parquet([${manifest.actuals.files.map(({ key }) => quoted(join(folder, 'bucket', key))).join(', ')}])`
    const columns = LOG_COLUMNS.map((c) => (c === 'actual_score' ? 'coalesce(w.actual_score, a.actual_score) AS actual_score' : `w.${c}`))
    const good = `SELECT ${columns.join(', ')} FROM written w ANTI JOIN broken USING (key, row) LEFT JOIN ${actuals} a USING (prediction_id)`
    expect(manifest.rows).toBe(3_000_000 / EVERY)
    expect(await rows(`SELECT count(*)::INTEGER AS n FROM (${good})`)).toEqual([{ n: manifest.rows }])
    expect(await rows(`SELECT count(*)::INTEGER AS n FROM ${actuals} SEMI JOIN written USING (prediction_id)`)).toEqual([
      { n: manifest.actuals.files.reduce((sum, file) => sum + file.rows, 0) },
    ])
    expect(await rows(`SELECT count(*)::INTEGER AS n FROM ${actuals} ANTI JOIN written USING (prediction_id)`)).toEqual([
      { n: manifest.actuals.strays },
    ])
    expect(await rows(`SELECT * FROM (${source}) EXCEPT ALL (${good}) LIMIT 3`)).toEqual([])
    expect(await rows(`SELECT * FROM (${good}) EXCEPT ALL (${source}) LIMIT 3`)).toEqual([])
  })

  test('holds each kind of broken row where the manifest says', async () => {
    const kinds = await rows(`
      SELECT key, row, CASE WHEN prediction_id IS NULL THEN 'missing-id' WHEN feature_origin IS NULL THEN 'ragged'
        WHEN actual_score IS NULL AND key NOT LIKE '%serving/part-0%' THEN 'bad-score' WHEN prediction_ts > epoch_ms(TIMESTAMP '2100-01-01') THEN 'far-timestamp' END AS kind
      FROM written WHERE kind IS NOT NULL`)
    const sorted = (list: readonly unknown[]): string[] => list.map((entry) => JSON.stringify(entry)).sort()
    const located = (kinds as { key: string; row: bigint; kind: string }[]).map(({ key, row, kind }) => ({ key, row: Number(row), kind }))
    expect(sorted(located)).toEqual(sorted(manifest.broken))
    expect(new Set(located.map(({ kind }) => kind)).size).toBe(4)
  })

  test('is used again by the next run', async () => {
    let written = 0
    const again = await prepareFlights({ folder, every: EVERY, onFile: () => written++ })
    expect(again).toEqual(manifest)
    expect(written).toBe(0)
  })
})
