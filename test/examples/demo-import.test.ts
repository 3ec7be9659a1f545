import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADDED_ROWS } from '../../examples/demo/add-file.js'
import { importFlights } from '../../examples/demo/import-flights.js'

const EVERY = 300

let folder: string
const run = async (options: { readonly add?: boolean } = {}) => {
  const lines: string[] = []
  const result = await importFlights({ folder, every: EVERY, log: (line) => lines.push(line), ...options })
  return { ...result, output: lines.join('\n') }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-demo-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('the demo imports every flight once, then nothing, then only what was added, and sees what is wrong', {
  timeout: 120_000,
}, async () => {
  const first = await run()
  expect(first.output).toMatch(/Verified: all 10,000 flights/)
  expect(first).toMatchObject({ ok: true, run: { failed: 0, errors: [] }, summary: { rows: 10_000, skipped: 0 } })
  const predictionFiles = first.summary.formats.reduce((sum, { files }) => sum + files, 0)
  const [actuals, predictions, partner] = first.jobs
  expect(predictions).toMatchObject({ status: 'active', health: { state: 'ok' }, tally: { files: { imported: predictionFiles } } })
  expect(actuals).toMatchObject({ status: 'inactive', tally: { files: { imported: 6, pending: 0 } } })
  expect(partner).toMatchObject({
    status: 'active',
    health: { state: 'blocked', code: 'SOURCE_OWNERSHIP_MISMATCH' },
    tally: { rowsWritten: 2 },
  })
  expect(first.run.imported).toBe(predictionFiles + 6 + 1)
  const flights = first.join.models.find(({ model }) => model === 'flight-delay')
  expect(flights).toMatchObject({ predictions: 10_000, matched: 10_000, waiting: 0, outcomesWaiting: 18, orphans: 0, conflicting: 0 })
  expect(flights?.joined).toBeGreaterThan(3_000)
  expect(flights?.outcomes).toBe((flights?.joined ?? 0) + 18)
  expect(new Set(first.summary.formats.map(({ format }) => format))).toEqual(new Set(['csv', 'parquet', 'avro', 'arrow']))
  expect([...first.summary.reasons.values()].flat()).toHaveLength(first.summary.rejected)

  const again = await run()
  expect(again).toMatchObject({ ok: true, run: { imported: 0, failed: 0 }, summary: { rows: 10_000 }, join: { matched: 10_000 } })
  expect(again.output).toMatch(/nothing new/)
  expect(again.jobs.map(({ id, status, health }) => [id, status, health.state])).toEqual([
    ['flight-delay/actuals', 'inactive', 'ok'],
    ['flight-delay/predictions', 'active', 'ok'],
    ['partner/predictions', 'active', 'blocked'],
  ])

  const added = await run({ add: true })
  expect(added).toMatchObject({ ok: true, run: { imported: 1, failed: 0 }, summary: { rows: 10_000 + ADDED_ROWS } })

  // The verification must be able to fail.
  const instance = await DuckDBInstance.fromCache(join(folder, 'state', 'flights.duckdb'))
  const connection = await instance.connect()
  await connection.run(`UPDATE prediction SET "tag/route" = 'x' WHERE prediction_id = '3000'`)
  connection.closeSync()
  instance.closeSync()
  const spoilt = await run()
  expect(spoilt.ok).toBe(false)
  expect(spoilt.output).toMatch(/NOT VERIFIED: 1 flights missing, 1 rows too many/)
})
