import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/errors.js'
import { ImportJob } from '../../src/job/import-job.js'
import type { JobDefinition } from '../../src/manager/job-definition.js'
import type { JobManager } from '../../src/manager/job-manager.js'
import type { JobManagerOptions } from '../../src/manager/manager-options.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { scoreMapper } from '../job/parts.js'
import { clicks, clicksCsv, eventLog, expectTrueCounters, imported, until, type World, world } from './world.js'

const open: JobManager[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((manager) => manager.close()))
})
function managerOf(place: World, options: Partial<JobManagerOptions> = {}): JobManager {
  const manager = place.manager(options)
  open.push(manager)
  return manager
}
const named = (id: string, folder = id): JobDefinition => ({ ...clicks, id, source: { folder } })
const files = (place: World, folder: string, count: number, rows = 1): void => {
  for (let i = 0; i < count; i++) place.folder(folder).put(`f${String(i).padStart(4, '0')}.csv`, clicksCsv(`${folder}-${i}-`, rows))
}
/** Definitions stored by one process; another one runs them. */
async function stored(place: World, ids: readonly string[]): Promise<void> {
  const administration = managerOf(place, { run: false })
  for (const id of ids) await administration.create(named(id))
}

describe('many jobs in one process', () => {
  test('take turns file by file: a job with many files keeps none with one waiting', async () => {
    const place = world()
    const small = Array.from({ length: 8 }, (_, i) => `small-${i}`)
    files(place, 'large', 60)
    for (const id of small) files(place, id, 1)
    await stored(place, ['large', ...small])
    const manager = managerOf(place, { maxConcurrentFiles: 2 })
    const started: string[] = []
    let [inFlight, most] = [0, 0]
    manager.on('fileStarted', ({ jobId }) => {
      started.push(jobId)
      most = Math.max(most, ++inFlight)
    })
    manager.on('fileImported', () => inFlight--)
    await imported(manager, 'large', 60)
    expect(most).toBe(2)
    const lastOfSmall = started.findLastIndex((id) => id !== 'large')
    const before = started.slice(0, lastOfSmall).filter((id) => id === 'large').length
    expect(started).toHaveLength(68)
    // Each turn of a small job lets the large one have one turn, and two more at the beginning.
    expect(before).toBeLessThanOrEqual(small.length + 2)
    for (const id of ['large', ...small]) await expectTrueCounters(manager, id)
  })

  test('have a limit each as well', async () => {
    const place = world()
    files(place, 'a', 6)
    files(place, 'b', 6)
    await stored(place, ['a', 'b'])
    const manager = managerOf(place, { maxConcurrentFiles: 8, maxFilesPerJob: 1 })
    const inFlight: Record<string, number> = { a: 0, b: 0 }
    let most = 0
    manager.on('fileStarted', ({ jobId }) => {
      inFlight[jobId] = (inFlight[jobId] ?? 0) + 1
      most = Math.max(most, inFlight[jobId])
    })
    manager.on('fileImported', ({ jobId }) => {
      inFlight[jobId] = (inFlight[jobId] ?? 0) - 1
    })
    await imported(manager, 'a', 6)
    await imported(manager, 'b', 6)
    expect(most).toBe(1)
  })

  test('are told apart: overlapping places, equal keys, one store, one table', async () => {
    const place = world()
    files(place, 'shared', 3, 2)
    const manager = managerOf(place)
    await manager.create(named('a', 'shared'))
    await manager.create(named('b', 'shared'))
    await imported(manager, 'a', 3)
    await imported(manager, 'b', 3)
    expect(place.table().records).toHaveLength(12)
    await manager.delete('a')
    place.folder('shared').put('new.csv', clicksCsv('n', 1))
    await imported(manager, 'b', 4)
    expect((await manager.get('a'))?.tally.files.imported).toBe(3)
    await expectTrueCounters(manager, 'b')
  })

  test('are listed by pages and by status', async () => {
    const place = world()
    const ids = Array.from({ length: 7 }, (_, i) => `job-${i}`)
    for (const id of ids) files(place, id, 1)
    await stored(place, ids)
    const manager = managerOf(place, { run: false })
    await manager.pause('job-2')
    await manager.delete('job-4')
    const seen: string[] = []
    for (let after: string | undefined; ; ) {
      const page = await manager.list({ limit: 2, ...(after === undefined ? {} : { after }) })
      if (page.length === 0) break
      seen.push(...page.map(({ id }) => id))
      after = page.at(-1)?.id
    }
    expect(seen).toEqual(ids.filter((id) => id !== 'job-4'))
    expect((await manager.list({ status: 'inactive' })).map(({ id }) => id)).toEqual(['job-2'])
    expect((await manager.list({ status: ['deleted', 'inactive'] })).map(({ id }) => id)).toEqual(['job-2', 'job-4'])
  })

  test('one that cannot be built any more holds up no other, says why, and comes back with its part', async () => {
    const place = world()
    files(place, 'good', 1)
    files(place, 'bad', 1)
    await stored(place, ['bad', 'good'])
    let isThere = false
    const good = managerOf(place, { run: false })
    const manager = managerOf(place, {
      build: (definition, defaults) => {
        if (definition.id === 'bad' && !isThere) throw new TypeError('no such part: S3CR3T')
        return place.build(definition, defaults)
      },
    })
    const events = eventLog(manager)
    await manager.ready()
    await imported(manager, 'good', 1)
    const bad = await manager.get('bad')
    expect(bad).toMatchObject({ status: 'active', phase: 'idle', health: { state: 'failed', code: 'CONFIG_INVALID' } })
    expect(JSON.stringify(bad)).not.toContain('S3CR3T')
    expect(events.of('jobFailed')).toMatchObject([{ jobId: 'bad' }])
    isThere = true
    await imported(good, 'bad', 1)
    expect(await manager.get('bad')).toMatchObject({ health: { state: 'ok' }, phase: 'polling' })
    expect(events.of('jobFailed')).toHaveLength(1)
  })

  test('parts are closed once, with the last job that uses them, and the store at the end', async () => {
    const place = world()
    const closed: string[] = []
    const sink = Object.assign(place.table('t'), { close: async () => void closed.push('sink') })
    const source = (id: string) => ({
      ...memorySource({ 'a.csv': 'id,score\n1,1\n' }),
      close: async () => void closed.push(`source ${id}`),
    })
    const store = { ...place.store, close: async () => void closed.push('store') }
    const manager = managerOf(place, {
      store,
      build: ({ id }, defaults) => new ImportJob({ id, source: source(id), sink, mapper: scoreMapper(), isolation: 'inline', ...defaults }),
    })
    await manager.create(named('a'))
    await manager.create(named('b'))
    await imported(manager, 'b', 1)
    await manager.delete('a')
    await until(
      () => closed.length,
      (length) => length === 1,
    )
    expect(closed).toEqual(['source a'])
    await manager.close()
    expect(closed.slice(1).sort()).toEqual(['sink', 'source b', 'store'])
    expect(closed.at(-1)).toBe('store')
    open.pop()
  })
})

describe('what `build` returns', () => {
  const cases: readonly [string, (place: World) => JobManagerOptions['build'], RegExp][] = [
    ['no job', () => () => ({ id: 'clicks' }) as never, /no ImportJob/],
    ['nothing', () => () => undefined as never, /no ImportJob/],
    ['another id', (place) => (definition, defaults) => place.build({ ...definition, id: 'other' }, defaults), /another id/],
    ['another store', (place) => (definition) => place.build(definition, { store: world().store }), /another store/],
  ]
  test.each(cases)('%s is refused', async (_, build, words) => {
    const place = world()
    files(place, 'clicks', 1)
    const manager = managerOf(place, { build: build(place) })
    const error = await manager.create(clicks).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).message).toMatch(words)
    expect(await manager.get('clicks')).toBeUndefined()
  })
})

describe('a manager that begins', () => {
  test('goes on with the active jobs of its store, and leaves the paused ones alone', async () => {
    const place = world()
    files(place, 'a', 2)
    files(place, 'b', 2)
    const first = managerOf(place)
    await first.create(named('a'))
    await first.create(named('b'))
    await imported(first, 'a', 2)
    await imported(first, 'b', 2)
    await first.pause('b')
    await first.close()
    files(place, 'a', 4)
    files(place, 'b', 4)
    const second = managerOf(place)
    await second.ready()
    await imported(second, 'a', 4)
    expect(await second.get('b')).toMatchObject({ status: 'inactive', phase: 'idle', tally: { files: { imported: 2, pending: 0 } } })
    await second.start('b')
    await imported(second, 'b', 4)
  })

  test('says when its store does not answer, and goes on by itself when it does', async () => {
    const place = world()
    files(place, 'a', 1)
    await stored(place, ['a'])
    let isDown = true
    const list: typeof place.store.jobs.list = (options) => (isDown ? Promise.reject(new Error('down')) : place.store.jobs.list(options))
    const manager = managerOf(place, { store: { ...place.store, jobs: { ...place.store.jobs, list } } })
    await expect(manager.ready()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    isDown = false
    await manager.ready()
    await imported(manager, 'a', 1)
  })
})

describe('two managers on one store', () => {
  test('come to agree on status, schema and end of a job, whoever changed it', async () => {
    const place = world()
    files(place, 'clicks', 4)
    const [one, two] = [managerOf(place), managerOf(place)]
    const [events, others] = [eventLog(one), eventLog(two)]
    await one.create(clicks)
    await until(
      async () => (await two.get('clicks'))?.phase,
      (phase) => phase === 'polling',
      'the job in the other process',
    )
    await imported(two, 'clicks', 4)
    expect(place.table().records).toHaveLength(4)

    await one.pause('clicks')
    expect(await two.get('clicks')).toMatchObject({ status: 'inactive' })
    files(place, 'clicks', 6)
    await until(
      () => others.of('jobPaused').length,
      (told) => told === 1,
    )
    await until(
      async () => (await two.get('clicks'))?.phase,
      (phase) => phase === 'idle',
    )
    expect((await one.get('clicks'))?.tally.files).toMatchObject({ imported: 4, pending: 0 })
    await two.start('clicks')
    await imported(one, 'clicks', 6)
    await until(
      () => events.of('jobResumed').length,
      (told) => told === 1,
    )

    place.folder('clicks').put('renamed.csv', clicksCsv('r', 2, 'id,points,feature/age'))
    const mapper = { ...clicks.mapper, schema: { ...(clicks.mapper.schema as object), prediction_score: 'points' } }
    await until(
      async () => (await one.get('clicks'))?.failed.length,
      (failed) => failed === 1,
    )
    expect(await two.editSchema('clicks', { mapper }, { retryFailed: true })).toMatchObject({ schemaVersion: 2 })
    await imported(one, 'clicks', 7)
    for (let i = 0; i < 12; i++) place.folder('clicks').put(`more-${i}.csv`, clicksCsv(`m${i}-`, 1, 'id,points,feature/age'))
    await imported(one, 'clicks', 19)
    expect(events.of('jobFailed')).toEqual([])
    expect(others.of('jobFailed')).toEqual([])
    expect((await one.get('clicks'))?.definition?.mapper).toEqual(mapper)
    expect(place.table().records).toHaveLength(20)

    await one.delete('clicks')
    await until(
      async () => (await two.get('clicks'))?.phase,
      (phase) => phase === 'idle',
    )
    await expectTrueCounters(two, 'clicks')
  })

  test('administration alone runs nothing', async () => {
    const place = world()
    files(place, 'clicks', 1)
    const administration = managerOf(place, { run: false })
    expect(await administration.create(clicks)).toMatchObject({ status: 'active', phase: 'idle', schemaVersion: 1 })
    await delay(60)
    expect((await administration.get('clicks'))?.tally.files).toMatchObject({ pending: 0, imported: 0 })
    managerOf(place)
    await imported(administration, 'clicks', 1)
  })

  test('that edit at the same moment leave one schema, and everybody works by it', async () => {
    const place = world()
    files(place, 'clicks', 1)
    const [one, two] = [managerOf(place), managerOf(place)]
    await one.create(clicks)
    await imported(one, 'clicks', 1)
    const schema = (timestamp: string) => ({ ...clicks.mapper, schema: { ...(clicks.mapper.schema as object), tags: timestamp } })
    await Promise.all([one.editSchema('clicks', { mapper: schema('t1/') }), two.editSchema('clicks', { mapper: schema('t2/') })])
    const [a, b] = [await one.get('clicks'), await two.get('clicks')]
    expect(a?.definition).toEqual(b?.definition)
    expect(a?.schemaVersion).toBeGreaterThanOrEqual(3)
    files(place, 'clicks', 5)
    await imported(one, 'clicks', 5)
    expect((await one.get('clicks'))?.health).toEqual({ state: 'ok' })
  })
})
