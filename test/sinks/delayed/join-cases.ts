import { expect } from 'vitest'
import { DAY, day, type JoinedRow, type JoinRig, Loader, outcome, prediction } from './join-rig.js'

/** One rule of the join. */
export interface JoinCase {
  readonly name: string
  run(rig: JoinRig): Promise<void>
}

const byId = (rows: readonly JoinedRow[]): Record<string, JoinedRow['said']> =>
  Object.fromEntries(rows.map(({ prediction_id, model_version, said }) => [`${prediction_id} ${model_version}`, said]))

async function start(rig: JoinRig, options: Parameters<JoinRig['open']>[0] = {}) {
  const sink = rig.open({ materialize: true, ...options })
  const loader = new Loader(sink)
  return {
    sink,
    load: loader.load.bind(loader),
    /** View and table, which must agree. */
    said: async () => {
      const [view, table] = [byId(await rig.read('inference')), byId(await rig.read('inference_rows'))]
      expect(table).toEqual(view)
      return view
    },
  }
}

export const joinCases: readonly JoinCase[] = [
  {
    name: 'an outcome joins every version of its id in production, whichever comes first; no other model, space or id',
    async run(rig) {
      const { load, said } = await start(rig)
      await load('o', day(1), [outcome('p1', { actual_score: 1 })])
      await load('p', day(0), [
        prediction('p1'),
        prediction('p1', { model_version: 'v2' }),
        prediction('P1'),
        prediction('p1 '),
        prediction('p1', { model: 'other', model_version: 'm2' }),
        prediction('p1', { space: 's', model_version: 'in a space' }),
        prediction('p1', { environment: 'training', model_version: 't', actual_score: 7 }),
      ])
      expect(await said()).toEqual({
        'p1 v1': { actual_score: 1 },
        'p1 v2': { actual_score: 1 },
        'P1 v1': {},
        'p1  v1': {},
        'p1 m2': {},
        'p1 in a space': {},
        'p1 t': { actual_score: 7 },
      })
    },
  },
  {
    name: 'the window counts to both sides, its ends included; another window imports nothing again',
    async run(rig) {
      const { load, said, sink } = await start(rig)
      await load('p', day(20), [prediction('early'), prediction('late'), prediction('too early'), prediction('too late')])
      await load('o1', day(6), [outcome('early', { actual_score: 1 })])
      await load('o2', day(34), [outcome('late', { actual_score: 2 })])
      await load('o3', new Date(day(6).getTime() - 1), [outcome('too early', { actual_score: 3 })])
      await load('o4', new Date(day(34).getTime() + 1), [outcome('too late', { actual_score: 4 })])
      expect(await said()).toEqual({
        'early v1': { actual_score: 1 },
        'late v1': { actual_score: 2 },
        'too early v1': {},
        'too late v1': {},
      })
      expect(await sink.joinReport({ asOf: day(100) })).toMatchObject({ windowMs: 14 * DAY, matched: 2, joined: 2, late: 2, orphans: 0 })
      const endless = await start(rig, { joinWindowMs: Number.POSITIVE_INFINITY })
      expect(await endless.sink.joinReport({ asOf: day(100) })).toMatchObject({ matched: 4, joined: 4, late: 0 })
      expect(await endless.sink.joinReport({ asOf: day(100), windowMs: DAY })).toMatchObject({ matched: 0, late: 4, expired: 4 })
      expect(await endless.said()).toEqual({
        'early v1': { actual_score: 1 },
        'late v1': { actual_score: 2 },
        'too early v1': { actual_score: 3 },
        'too late v1': { actual_score: 4 },
      })
      // Kept in the database, also for a sink that says nothing about it.
      await sink.joinReport()
      expect(Object.keys((await endless.said())['too late v1'] ?? {})).toEqual(['actual_score'])
    },
  },
  {
    name: 'field by field the last value wins; null says nothing; 0, false and empty text are values; tags and SHAP by name',
    async run(rig) {
      const { load, said } = await start(rig)
      await load('p', day(0), [prediction('p', { tags: { zone: 'a', kept: 'k' }, shap_values: { age: 0.1 } })])
      await load('o3', day(3), [outcome('p', { actual_score: 0, actual_label: null, tags: { zone: '', flag: false } })])
      await load('o1', day(1), [
        outcome('p', { actual_score: 9, actual_label: 'first', tags: { zone: 'x', flag: true, n: 1 }, shap_values: { age: 2 } }),
      ])
      await load('o2', day(2), [outcome('p', { actual_score: 8, actual_label: '', shap_values: { income: 0 } })])
      expect(await said()).toEqual({
        'p v1': {
          actual_score: 0,
          actual_label: '',
          'tag/zone': '',
          'tag/kept': 'k',
          'tag/flag': false,
          'tag/n': 1,
          'shap/age': 2,
          'shap/income': 0,
        },
      })
    },
  },
  {
    name: 'a value in the prediction’s own row belongs to that row, and yields to later outcomes only',
    async run(rig) {
      const { load, said } = await start(rig)
      await load('o', day(1), [outcome('p', { actual_score: 1, tags: { zone: 'o' } })])
      await load('older', day(0), [prediction('p', { actual_score: 5, tags: { zone: 'p' } })])
      await load('newer', day(2), [prediction('p', { model_version: 'v2', actual_score: 6, tags: { zone: 'p' } })])
      await load('without', day(2), [prediction('p', { model_version: 'v3' })])
      expect(await said()).toEqual({
        'p v1': { actual_score: 1, 'tag/zone': 'o' },
        'p v2': { actual_score: 6, 'tag/zone': 'p' },
        'p v3': { actual_score: 1, 'tag/zone': 'o' },
      })
    },
  },
  {
    name: 'of equal predictions the last in the bucket stands: by source time, then key in bytes, then row',
    async run(rig) {
      const { load, said, sink } = await start(rig)
      const scored = (actual_score: number): object => prediction('p', { actual_score })
      await load('\u{1F600}', day(1), [scored(5), scored(6)])
      await load('\uFF5E', day(1), [scored(4)])
      await load('z', day(0), [scored(1), scored(2)])
      expect(await said()).toEqual({ 'p v1': { actual_score: 6 } })
      expect(await sink.joinReport()).toMatchObject({ predictions: 1, duplicates: 4, conflicting: 0 })
      await load('o/b', day(1), [outcome('q', { actual_score: 2 })])
      await load('o/a', day(1), [outcome('q', { actual_score: 1 })])
      await load('q', day(0), [prediction('q')])
      expect((await said())['q v1']).toEqual({ actual_score: 2 })
    },
  },
  {
    name: 'a replaced file takes its facts with it, also those that stood in front of others',
    async run(rig) {
      const { load, said } = await start(rig)
      await load('p', day(0), [prediction('a', { actual_score: 1 }), prediction('b')])
      await load('again', day(1), [prediction('a', { actual_score: 2 }), prediction('c')])
      await load('o', day(2), [outcome('b', { actual_score: 3 }), outcome('c', { actual_score: 4 })])
      expect(await said()).toEqual({ 'a v1': { actual_score: 2 }, 'b v1': { actual_score: 3 }, 'c v1': { actual_score: 4 } })
      await load('again', day(3), [prediction('d')], { version: 'e:two:1', replacesKey: true })
      expect(await said()).toEqual({ 'a v1': { actual_score: 1 }, 'b v1': { actual_score: 3 }, 'd v1': {} })
      await load('o', day(3), [outcome('d', { actual_score: 5 })], { version: 'e:two:1', replacesKey: true })
      expect(await said()).toEqual({ 'a v1': { actual_score: 1 }, 'b v1': {}, 'd v1': { actual_score: 5 } })
      await load('o', day(4), [], { version: 'e:three:1', replacesKey: true })
      expect(await said()).toEqual({ 'a v1': { actual_score: 1 }, 'b v1': {}, 'd v1': {} })
    },
  },
  {
    name: 'two validation sets may have the same id',
    async run(rig) {
      const { load, sink } = await start(rig)
      const row = (batch_id: string): object => prediction('p', { environment: 'validation', batch_id, actual_score: 1 })
      await load('p', day(0), [row('one'), row('two'), row('two')])
      expect((await rig.read('inference')).length).toBe(2)
      expect(await sink.joinReport()).toMatchObject({ predictions: 0, duplicates: 0, models: [] })
    },
  },
  {
    name: 'the table is made from what is there, follows, and goes when it is no longer wanted',
    async run(rig) {
      const without = await start(rig, { materialize: false })
      await without.load('p', day(0), [prediction('p')])
      await without.load('o', day(1), [outcome('p', { actual_score: 1 })])
      const { said, sink } = await start(rig)
      await sink.joinReport()
      expect(await said()).toEqual({ 'p v1': { actual_score: 1 } })
      await without.load('o2', day(2), [outcome('p', { actual_label: 'yes', relevance_score: 2 })])
      expect(await said()).toEqual({ 'p v1': { actual_score: 1, actual_label: 'yes', relevance_score: 2 } })
      await rig.open({ materialize: false }).joinReport()
      await expect(rig.read('inference_rows')).rejects.toThrow()
      expect((await rig.read('inference')).length).toBe(1)
    },
  },
  {
    name: 'the report counts each prediction and each outcome once',
    async run(rig) {
      const { load, sink } = await start(rig, { materialize: false })
      expect(await sink.joinReport({ asOf: day(30) })).toMatchObject({ predictions: 0, outcomes: 0, oldestWaiting: null, models: [] })
      await load('early', day(29), [outcome('not yet', { actual_score: 1 }), outcome('n', { model: 'never', actual_score: 1 })])
      expect(await sink.joinReport({ asOf: day(30) })).toMatchObject({ predictions: 0, outcomes: 2, outcomesWaiting: 2, orphans: 0 })
      await load('old', day(0), [
        prediction('matched'),
        prediction('own', { actual_score: 0 }),
        prediction('expired'),
        prediction('late'),
        prediction('agreed'),
        prediction('conflict'),
        prediction('own conflict', { actual_score: 1 }),
        prediction('nulls'),
        prediction('matched', { environment: 'training', actual_score: 1 }),
      ])
      await load('new', day(16), [prediction('waiting b'), prediction('waiting a')])
      await load('newer', day(17), [prediction('newest'), prediction('x', { model: 'b', space: 's' })])
      await load('again', day(2), [prediction('matched')])
      await load('o1', day(3), [
        ...['matched', 'agreed', 'conflict', 'own conflict', 'nulls', 'orphan'].map((id) =>
          outcome(id, { actual_score: 2, actual_label: 'l' }),
        ),
        outcome('agreed', { actual_score: 2, actual_label: null }),
        outcome('conflict', { actual_score: 2, actual_label: 'other' }),
        outcome('nulls', { actual_score: null, actual_label: null }),
      ])
      await load('o2', day(15), [outcome('late', { actual_score: 1 })])
      const figures = {
        predictions: 11,
        matched: 6,
        waiting: 3,
        expired: 2,
        outcomes: 11,
        joined: 8,
        outcomesWaiting: 1,
        orphans: 1,
        late: 1,
      }
      const rest = { duplicates: 1, severalOutcomes: 3, conflicting: 2, oldestWaiting: { sourceTime: day(16), predictionId: 'waiting a' } }
      const none = { matched: 0, waiting: 0, expired: 0, joined: 0, orphans: 0, late: 0, duplicates: 0, severalOutcomes: 0, conflicting: 0 }
      const nothing = { predictions: 0, outcomes: 0, outcomesWaiting: 0, oldestWaiting: null, ...none }
      const models = [
        { space: null, model: 'm', ...figures, ...rest },
        { space: null, model: 'never', ...nothing, outcomes: 1, outcomesWaiting: 1 },
        { space: 's', model: 'b', ...nothing, predictions: 1, waiting: 1, oldestWaiting: { sourceTime: day(17), predictionId: 'x' } },
      ]
      const total = { ...figures, ...rest, predictions: 12, waiting: 4, outcomes: 12, outcomesWaiting: 2 }
      expect(await sink.joinReport({ asOf: day(30) })).toEqual({ asOf: day(30), windowMs: 14 * DAY, ...total, models })
    },
  },
]
