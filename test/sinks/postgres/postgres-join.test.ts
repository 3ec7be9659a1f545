import { describe, expect, test } from 'vitest'
import { isDelayed } from '../../../src/sinks/fact-columns.js'
import { postgresSink } from '../../../src/sinks/postgres/postgres-sink.js'
import { installProbe } from '../../../src/util/probe.js'
import { joinCases } from '../delayed/join-cases.js'
import { day, type JoinRig, Loader, outcome, prediction } from '../delayed/join-rig.js'
import { missing, postgresRig } from './postgres-rig.js'

describe.skipIf(missing !== undefined)(`the join in Postgres${missing === undefined ? '' : ` (${missing})`}`, () => {
  const rig = postgresRig()
  const joinRig: JoinRig = {
    open: (options) => postgresSink(rig.pool, { schema: rig.schema, ...options }),
    read: async (from) =>
      (await rig.query(`SELECT * FROM ${rig.schema}.${from}`)).map((row) => ({
        prediction_id: String(row.prediction_id),
        model_version: row.model_version as string | null,
        said: saidOf(row),
      })),
  }

  test.each(joinCases)('$name', ({ run }) => run(joinRig))

  test('a view of the host’s on the join stays while columns come; when a type changes, the file says so', async () => {
    const loader = new Loader(joinRig.open({ materialize: true }))
    await loader.load('p', day(0), [prediction('p', { actual_label: 1 })])
    await rig.query(`CREATE VIEW ${rig.schema}.mine AS SELECT prediction_id, actual_label FROM ${rig.schema}.inference`)
    await loader.load('o', day(1), [outcome('p', { actual_label: 2, actual_score: 0.5 })])
    expect(await rig.query(`SELECT * FROM ${rig.schema}.mine`)).toEqual([{ prediction_id: 'p', actual_label: 2 }])
    expect(await rig.query(`SELECT actual_score FROM ${rig.schema}.inference`)).toEqual([{ actual_score: 0.5 }])
    const text = [outcome('p', { actual_label: 'yes' })]
    await expect(loader.load('o2', day(2), text)).rejects.toMatchObject({
      code: 'SINK_FAILED',
      retryable: false,
      remedy: expect.stringContaining('inference') as string,
    })
    await rig.query(`DROP VIEW ${rig.schema}.mine`)
    await loader.load('o2', day(2), text)
    for (const from of ['inference', 'inference_rows'])
      expect(await rig.query(`SELECT actual_label FROM ${rig.schema}.${from}`)).toEqual([{ actual_label: 'yes' }])
  })

  test('commits that would not see each other’s facts join one after another', async () => {
    const [left, right] = [new Loader(joinRig.open({ materialize: true })), new Loader(joinRig.open())]
    await left.load('x', day(0), [prediction('x')])
    let waiting: Promise<void> | undefined
    installProbe(async (point, { key }) => {
      if (point !== 'P20' || key !== 'p') return
      waiting = right.load('o', day(1), [outcome('p', { actual_score: 1 })])
      await new Promise((resolve) => setTimeout(resolve, 100))
    })
    await left.load('p', day(0), [prediction('p')])
    installProbe(undefined)
    await waiting
    expect(await rig.query(`SELECT actual_score FROM ${rig.schema}.inference_rows WHERE prediction_id = 'p'`)).toEqual([
      { actual_score: 1 },
    ])
  })

  test('files that bring columns at once do not lose any', async () => {
    const sinks = Array.from(
      { length: 6 },
      (_, i) => new Loader(postgresSink(i % 2 === 0 ? rig.pool : rig.otherPool, { schema: rig.schema })),
    )
    const fields = ['actual_label', 'actual_score', 'relevance_score', 'rank', 'prediction_group_id', 'prompt_template']
    await Promise.all(
      sinks.map((loader, i) =>
        loader.load(`k${i}`, day(i), [i < 3 ? outcome('p', { [fields[i] as string]: 1 }) : prediction('p', { [fields[i] as string]: 1 })]),
      ),
    )
    expect(
      await rig.query(
        `SELECT actual_label, actual_score, relevance_score, rank, prediction_group_id, prompt_template FROM ${rig.schema}.inference`,
      ),
    ).toEqual([{ actual_label: 1, actual_score: 1, relevance_score: 1, rank: null, prediction_group_id: null, prompt_template: 1 }])
  })
})

/** Members of objects as the columns that DuckDB has. */
function saidOf(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const said: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) {
    if (!isDelayed(name) || value === null) continue
    const prefix = { tags: 'tag/', shap_values: 'shap/' }[name]
    if (prefix === undefined) said[name] = value
    else for (const [member, inner] of Object.entries(value as object)) said[prefix + member] = inner
  }
  return said
}
