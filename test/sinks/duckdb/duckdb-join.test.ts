import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { duckdbSink } from '../../../src/sinks/duckdb/duckdb-sink.js'
import { isDelayed } from '../../../src/sinks/fact-columns.js'
import { installProbe } from '../../../src/util/probe.js'
import { joinCases } from '../delayed/join-cases.js'
import { day, type JoinRig, Loader, outcome, prediction } from '../delayed/join-rig.js'

let instance: DuckDBInstance
beforeEach(async () => {
  instance = await DuckDBInstance.create(':memory:')
})
afterEach(() => {
  installProbe(undefined)
  instance.closeSync()
})

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()
  } finally {
    connection.closeSync()
  }
}

const rig: JoinRig = {
  open: (options) => duckdbSink({ database: instance, ...options }),
  read: async (from) =>
    (await query(`SELECT * FROM ${from}`)).map((row) => ({
      prediction_id: String(row.prediction_id),
      model_version: row.model_version as string | null,
      said: Object.fromEntries(Object.entries(row).filter(([name, value]) => isDelayed(name) && value !== null)),
    })),
}

test.each(joinCases)('$name', ({ run }) => run(rig))

test('names that DuckDB takes for one stay apart in the view', async () => {
  const loader = new Loader(rig.open({ materialize: true }))
  await loader.load('p', day(0), [prediction('p', { tags: { zone: 'a' } })])
  await loader.load('o', day(1), [outcome('p', { tags: { Zone: 'b', ZONE: 'c' } })])
  const [row] = await query('SELECT "tag/zone", "tag/Zone~2", "tag/ZONE~3" FROM inference')
  expect(row).toEqual({ 'tag/zone': 'a', 'tag/Zone~2': 'b', 'tag/ZONE~3': 'c' })
  await loader.load('p2', day(2), [prediction('p', { tags: { Zone: 'd' } })])
  expect(await query('SELECT "tag/zone" AS zone, "tag/Zone~2" AS upper FROM inference_rows')).toEqual([{ zone: null, upper: 'd' }])
})

describe('both sides of the join have one type', () => {
  const tag = { n: 2n ** 53n + 1n }
  test('whole numbers beyond 2^53 and fractions do not meet', async () => {
    const loader = new Loader(rig.open())
    await loader.load('p', day(0), [prediction('p', { tags: tag })])
    await expect(loader.load('o', day(1), [outcome('p', { tags: { n: 0.5 } })])).rejects.toMatchObject({
      code: 'SINK_FAILED',
      message: expect.stringContaining('in table prediction it is BIGINT') as string,
      location: { key: 'o', column: 'tag/n' },
    })
    expect(await query("SELECT count(*)::INTEGER AS n FROM duckdb_tables() WHERE table_name = 'outcome'")).toEqual([{ n: 0 }])
    await loader.load('o', day(1), [outcome('p', { tags: { n: 2n ** 60n } })])
    expect(await query('SELECT "tag/n" AS n FROM inference')).toEqual([{ n: String(2n ** 60n) }])
  })

  test('labels are numbers on one side and text on the other', async () => {
    const loader = new Loader(rig.open({ materialize: true }))
    await loader.load('p', day(0), [prediction('p', { actual_label: 1 }), prediction('q', { actual_label: 0.5 })])
    await loader.load('o', day(1), [outcome('p', { actual_label: 'yes' })])
    const labels = [
      { id: 'p', label: 'yes' },
      { id: 'q', label: '0.5' },
    ]
    for (const from of ['inference', 'inference_rows'])
      expect(await query(`SELECT prediction_id AS id, actual_label AS label FROM ${from} ORDER BY 1`)).toEqual(labels)
  })
})

test('commits that would not see each other’s facts follow one another', async () => {
  const [left, right] = [new Loader(rig.open({ materialize: true })), new Loader(rig.open())]
  await left.load('x', day(0), [prediction('x')])
  let thaw = (): void => {}
  const frozen = new Promise<void>((reached) => {
    installProbe((point, { key }) => {
      if (point !== 'P20' || key !== 'p') return
      reached()
      return new Promise<void>((resolve) => {
        thaw = resolve
      })
    })
  })
  const predictions = left.load('p', day(0), [prediction('p')])
  await frozen
  await expect(right.load('o', day(1), [outcome('p', { actual_score: 1 })])).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
  thaw()
  await predictions
  await right.load('o', day(1), [outcome('p', { actual_score: 1 })])
  expect(await query("SELECT actual_score FROM inference_rows WHERE prediction_id = 'p'")).toEqual([{ actual_score: 1 }])
})
