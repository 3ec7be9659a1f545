import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { duckdbSink } from '../../../src/sinks/duckdb/duckdb-sink.js'
import { postgresSink } from '../../../src/sinks/postgres/postgres-sink.js'
import { dropSchema, freshSchema, poolAt, startPostgres } from '../../servers/postgres-server.js'
import { figures } from './join-figures.js'
import { importInOrder } from './join-imports.js'
import { type JoinObjects, makeJoinObjects } from './join-objects.js'
import type { JoiningSink } from './join-rig.js'
import { stopwatch } from './stopwatch.js'

/** `LADING_SCALE=full`: a million predictions in a few orders, and fifty orders of a smaller log. */
const full = process.env.LADING_SCALE === 'full'
const firstSeed = Number(process.env.LADING_JOIN_SEED ?? 1)
const small = { predictionFiles: 8, outcomeHours: 72 }
const large = { predictionFiles: 40, outcomeHours: 12 }

interface Size {
  readonly sink: 'duckdb' | 'postgres'
  readonly predictions: number
  readonly orders: number
  readonly files: { readonly predictionFiles: number; readonly outcomeHours: number }
}
const sizes: readonly Size[] = full
  ? [
      { sink: 'duckdb', predictions: 20_000, orders: 50, files: small },
      { sink: 'postgres', predictions: 5_000, orders: 50, files: small },
      { sink: 'postgres', predictions: 100_000, orders: 2, files: small },
      { sink: 'duckdb', predictions: 1_000_000, orders: 3, files: large },
    ]
  : [
      { sink: 'duckdb', predictions: 4_000, orders: 2, files: { predictionFiles: 6, outcomeHours: 144 } },
      { sink: 'postgres', predictions: 2_000, orders: 1, files: { predictionFiles: 6, outcomeHours: 144 } },
    ]

const server = await startPostgres()
const missing = 'missing' in server ? server.missing : undefined
const url = 'url' in server ? server.url : ''
afterAll(async () => {
  if ('stop' in server) await server.stop()
})

/** Every third order keeps the table of joined predictions up as it goes. */
const isMaterialized = (seed: number): boolean => seed % 3 === 0

/** A sink, and its join as the table `scanned` of a connection that has the log as `ref`. */
interface Place {
  readonly sink: JoiningSink
  readonly connection: DuckDBConnection
  scan(from: 'inference' | 'inference_rows'): Promise<void>
  close(): Promise<void>
}

async function inDuckdb(path: string, seed: number): Promise<Place> {
  const instance = await DuckDBInstance.create(full ? path : ':memory:')
  const connection = await instance.connect()
  const shown = [
    'prediction_id AS id, model_version, prediction_score, "feature/age" AS age, row_no AS row, actual_score, actual_label',
    '"tag/flag" AS flag, "shap/age" AS shap',
  ]
  return {
    sink: duckdbSink({ database: instance, materialize: isMaterialized(seed) }),
    connection,
    async scan(from) {
      await connection.run(`CREATE OR REPLACE TEMP TABLE scanned AS SELECT ${shown.join(', ')} FROM ${from}`)
    },
    async close() {
      connection.closeSync()
      instance.closeSync()
      await rm(path, { force: true })
    },
  }
}

async function inPostgres(path: string, seed: number): Promise<Place> {
  const schema = freshSchema()
  const pool = poolAt(url, { max: 8, options: '-c client_min_messages=warning' })
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const line = `json_build_object('id', prediction_id, 'model_version', model_version, 'prediction_score', prediction_score, 'age', features -> 'age',
    'row', row_no, 'actual_score', actual_score, 'actual_label', actual_label, 'flag', tags -> 'flag', 'shap', shap_values -> 'age')::text`
  const columns = `id: 'VARCHAR', model_version: 'VARCHAR', prediction_score: 'DOUBLE', age: 'DOUBLE', row: 'BIGINT', actual_score: 'DOUBLE',
    actual_label: 'VARCHAR', flag: 'BOOLEAN', shap: 'DOUBLE'`
  return {
    sink: postgresSink(pool, { schema, materialize: isMaterialized(seed) }),
    connection,
    async scan(from) {
      const { rows } = await pool.query<{ line: string }>(`SELECT ${line} AS line FROM ${schema}.${from}`)
      const file = await open(path, 'w')
      await file.writeFile(rows.map((row) => row.line).join('\n'))
      await file.close()
      await connection.run(
        `CREATE OR REPLACE TEMP TABLE scanned AS FROM read_json('${path}', format = 'newline_delimited', columns = {${columns}})`,
      )
    },
    async close() {
      connection.closeSync()
      instance.closeSync()
      await pool.end()
      await dropSchema(url, schema)
      await rm(path, { force: true })
    },
  }
}

for (const { sink, predictions, orders, files } of sizes) {
  const reason = sink === 'postgres' ? missing : undefined
  const name = `${sink}: ${predictions} predictions, imported in any order, join alike`
  describe.skipIf(reason !== undefined)(`${name}${reason === undefined ? '' : ` (${reason})`}`, () => {
    let folder: string
    let objects: JoinObjects
    let place: Place | undefined
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lading-join-'))
      const clock = stopwatch()
      objects = await makeJoinObjects(join(folder, 'expected.duckdb'), predictions, files, folder)
      console.info(`${objects.predictions} predictions, ${objects.outcomes} outcomes, ${objects.keys.length} files; made in ${clock()} ms`)
    }, 600_000)
    afterAll(() => rm(folder, { recursive: true, force: true }))
    afterEach(() => place?.close())

    test.each(Array.from({ length: orders }, (_, i) => firstSeed + i))('seed %i', { timeout: 900_000 }, async (seed) => {
      const path = join(folder, `seed-${seed}`)
      place = await (sink === 'duckdb' ? inDuckdb(path, seed) : inPostgres(path, seed))
      const { connection } = place
      const rows = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRowsJson() as unknown[][]
      const clock = stopwatch()
      const done = await importInOrder(objects, place.sink, seed)
      const importMs = clock()
      await place.scan('inference')
      const viewMs = clock()
      await connection.run(`ATTACH '${join(folder, 'expected.duckdb')}' AS ref (READ_ONLY)`)
      const [[expected] = []] = await rows('SELECT count(*) FROM ref.expected')
      const ordered = 'id, model_version, prediction_score, age, row, actual_score, actual_label, flag, shap'
      const difference = `SELECT (SELECT count(*) FROM (SELECT ${ordered} FROM scanned EXCEPT ALL SELECT ${ordered} FROM ref.expected)),
        (SELECT count(*) FROM (SELECT ${ordered} FROM ref.expected EXCEPT ALL SELECT ${ordered} FROM scanned)), (SELECT count(*) FROM scanned)`
      expect(await rows(difference)).toEqual([['0', '0', expected]])
      if (isMaterialized(seed)) {
        await place.scan('inference_rows')
        expect(await rows(difference)).toEqual([['0', '0', expected]])
      }
      clock()
      const report = await place.sink.joinReport({ asOf: new Date('2026-01-25') })
      const reportMs = clock()
      expect(report).toMatchObject(await figures(rows))
      console.info(
        `${sink} seed ${seed}: ${done.files} imports in ${done.polls} polls, ${done.rows} rows in ${importMs} ms; view ${viewMs} ms, ` +
          `differences 0 and 0 of ${expected}; report ${reportMs} ms` +
          (seed === firstSeed ? `: ${JSON.stringify({ ...report, models: undefined })}` : ''),
      )
    })
  })
}
