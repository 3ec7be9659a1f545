import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { duckdbSink } from '../../../src/sinks/duckdb/duckdb-sink.js'
import { importOrder, runImports } from './import-order.js'
import { type JoinData, makeJoinData } from './join-data.js'
import { figures } from './join-figures.js'
import { stopwatch } from './stopwatch.js'

/** `LADING_JOIN=all`: a million predictions in fifty orders. */
const all = process.env.LADING_JOIN === 'all'
const predictions = all ? 1_000_000 : 10_000
const orders = all ? 50 : 3
const firstSeed = Number(process.env.LADING_JOIN_SEED ?? 1)

let folder: string
let path: string
let data: JoinData
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-join-'))
  path = join(folder, 'expected.duckdb')
  const start = Date.now()
  data = await makeJoinData(path, predictions, all ? { predictionFiles: 40, outcomeHours: 12 } : { predictionFiles: 8, outcomeHours: 72 })
  const seconds = ((Date.now() - start) / 1000).toFixed(1)
  console.info(`${data.predictions} predictions, ${data.outcomes} outcomes, ${data.files.length} files; expected join made in ${seconds} s`)
}, 600_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const same = [
  'prediction_score',
  '"feature/age" AS age',
  'row_no AS row',
  'actual_score',
  'actual_label',
  '"tag/flag" AS flag',
  '"shap/age" AS shap',
]
const shown = `SELECT prediction_id AS id, model_version, ${same.join(', ')} FROM`

describe('DuckDB: the join is the same in any order of imports', () => {
  test.each(Array.from({ length: orders }, (_, i) => firstSeed + i))('seed %i', { timeout: 600_000 }, async (seed) => {
    const instance = await DuckDBInstance.create(all ? join(folder, `${seed}.duckdb`) : ':memory:')
    const connection = await instance.connect()
    const rows = async (sql: string): Promise<unknown[]> => (await connection.runAndReadAll(sql)).getRowsJson()
    try {
      // Every third order keeps the table of joined predictions up as it goes.
      const materialize = seed % 3 === 0
      const sink = duckdbSink({ database: instance, materialize })
      const imports = importOrder(data, seed)
      const clock = stopwatch()
      const written = await runImports(sink, imports)
      const importMs = clock()
      await connection.run(`ATTACH '${path}' AS ref (READ_ONLY)`)
      const difference = async (from: string): Promise<unknown> =>
        await rows(`SELECT (SELECT count(*) FROM (${shown} ${from} EXCEPT ALL FROM ref.expected)),
          (SELECT count(*) FROM (FROM ref.expected EXCEPT ALL ${shown} ${from})), (SELECT count(*) FROM ${from})`)
      clock()
      await connection.run('CREATE TEMP TABLE scanned AS FROM inference')
      const viewMs = clock()
      const [[expected] = []] = (await rows('SELECT count(*) FROM ref.expected')) as unknown[][]
      expect(await difference('scanned')).toEqual([['0', '0', expected]])
      if (materialize) expect(await difference('inference_rows')).toEqual([['0', '0', expected]])
      clock()
      const report = await sink.joinReport({ asOf: new Date('2026-01-25') })
      const reportMs = clock()
      expect(report).toMatchObject(await figures(rows))
      console.info(
        `seed ${seed}: ${imports.length} imports, ${written} rows in ${importMs} ms${materialize ? ' with the table' : ''}; ` +
          `view ${viewMs} ms, differences 0 and 0 of ${expected}; report ${reportMs} ms` +
          (seed === firstSeed ? `: ${JSON.stringify({ ...report, models: undefined })}` : ''),
      )
    } finally {
      connection.closeSync()
      instance.closeSync()
      await rm(join(folder, `${seed}.duckdb`), { force: true })
    }
  })
})
