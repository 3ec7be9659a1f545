import { afterEach, describe, expect, test } from 'vitest'
import { ImportError } from '../../src/errors.js'
import type { JobManager } from '../../src/manager/job-manager.js'
import type { Issue } from '../../src/model/issue.js'
import { clicks, clicksCsv, eventLog, expectTrueCounters, imported, until, type World, world } from './world.js'

const open: JobManager[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((manager) => manager.close()))
})
function managerOf(place: World, options = {}): JobManager {
  const manager = place.manager(options)
  open.push(manager)
  return manager
}
const refusal = async (promise: Promise<unknown>): Promise<ImportError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ImportError)
  return error as ImportError
}

describe('create', () => {
  test('a job whose dry run passes is active, polls, and imports', async () => {
    const place = world()
    place.folder('clicks').put('day1.csv', clicksCsv('a', 3))
    const manager = managerOf(place)
    const events = eventLog(manager)
    const created = await manager.create(clicks)
    expect(created).toMatchObject({ id: 'clicks', status: 'active', schemaVersion: 1, definition: clicks, health: { state: 'ok' } })
    await imported(manager, 'clicks', 1)
    expect(place.table().records).toHaveLength(3)
    expect(events.names('clicks')).toEqual(expect.arrayContaining(['jobStarted', 'pollCompleted', 'fileDiscovered', 'fileImported']))
    expect(await manager.get('clicks')).toMatchObject({ lastImport: { key: 'day1.csv', counts: { rowsWritten: 3 } }, failed: [] })
    place.folder('clicks').put('day2.csv', clicksCsv('b', 2))
    await imported(manager, 'clicks', 2)
    expect(await manager.get('clicks')).toMatchObject({ phase: 'polling', lastImport: { key: 'day2.csv' }, pollOverdueSince: null })
    await expectTrueCounters(manager, 'clicks')
  })

  test('a job whose dry run fails is refused with everything that was found, and is not there', async () => {
    const place = world()
    const manager = managerOf(place)
    expect(await refusal(manager.create(clicks))).toMatchObject({
      code: 'DRY_RUN_FAILED',
      message: expect.stringContaining('SOURCE_NOT_FOUND'),
    })
    place.folder('clicks').put('day1.csv', clicksCsv('a', 3, 'id,points,feature-age'))
    const error = await refusal(manager.create(clicks))
    expect(error.code).toBe('DRY_RUN_FAILED')
    expect(error.issues.map(({ code, field }) => [code, field])).toEqual(
      expect.arrayContaining([
        ['column-missing', 'prediction_score'],
        ['features-unmatched', 'features'],
      ]),
    )
    expect(error.cause).toMatchObject({ ok: false, filesMatched: 1 })
    expect(await manager.get('clicks')).toBeUndefined()
    expect(await manager.list()).toEqual([])
    expect(place.table().records).toEqual([])
    // Not even the id is taken.
    place.folder('clicks').put('day1.csv', clicksCsv('a', 3))
    await manager.create(clicks)
  })

  test('the dry run alone stores nothing', async () => {
    const place = world()
    place.folder('clicks').put('day1.csv', clicksCsv('a', 3))
    const manager = managerOf(place)
    expect(await manager.dryRun(clicks)).toMatchObject({ ok: true, filesMatched: 1, sample: { key: 'day1.csv' } })
    expect(await manager.list()).toEqual([])
  })

  test('an id is used once', async () => {
    const place = world()
    place.folder('clicks').put('day1.csv', clicksCsv('a', 3))
    const manager = managerOf(place)
    const both = await Promise.allSettled([manager.create(clicks), manager.create(clicks)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await refusal(manager.create(clicks))).code).toBe('JOB_EXISTS')
    await imported(manager, 'clicks', 1)
    expect(place.table().records).toHaveLength(3)
  })
})

describe('pause and start', () => {
  test('a paused job is inactive and takes nothing; files that arrive meanwhile are taken on start', async () => {
    const place = world()
    place.folder('clicks').put('day1.csv', clicksCsv('a', 3))
    const manager = managerOf(place)
    const events = eventLog(manager)
    await manager.create(clicks)
    await imported(manager, 'clicks', 1)
    expect(await manager.pause('clicks')).toMatchObject({ status: 'inactive' })
    expect(events.of('jobPaused')).toMatchObject([{ jobId: 'clicks', previous: 'active' }])
    place.folder('clicks').put('day2.csv', clicksCsv('b', 2))
    await until(
      () => events.names('clicks').at(-1),
      (name) => name === 'jobStopped',
    )
    expect(await manager.get('clicks')).toMatchObject({ status: 'inactive', phase: 'idle', tally: { files: { imported: 1, pending: 0 } } })
    await expectTrueCounters(manager, 'clicks')
    expect(await manager.pause('clicks')).toMatchObject({ status: 'inactive' })
    expect(await manager.start('clicks')).toMatchObject({ status: 'active' })
    expect(events.of('jobPaused')).toHaveLength(1)
    expect(events.of('jobResumed')).toMatchObject([{ jobId: 'clicks', previous: 'inactive' }])
    await imported(manager, 'clicks', 2)
    await expectTrueCounters(manager, 'clicks')
  })

  test('a file in flight ends although the job is paused, or is given back', async () => {
    for (const inFlight of ['finish', 'abort'] as const) {
      const place = world()
      place.folder('clicks').put('day1.csv', clicksCsv('a', 5_000))
      const manager = managerOf(place)
      let pausing: Promise<unknown> | undefined
      manager.on('fileProgressed', () => {
        pausing ??= manager.pause('clicks', { inFlight })
      })
      await manager.create(clicks)
      await until(
        () => pausing !== undefined,
        (is) => is,
      )
      await pausing
      const { tally } = await until(
        async () => (await manager.get('clicks')) as NonNullable<Awaited<ReturnType<typeof manager.get>>>,
        (details) => details.tally.files.claimed === 0,
      )
      if (inFlight === 'finish') expect(tally.files).toMatchObject({ imported: 1, pending: 0 })
      else expect(tally.files).toMatchObject({ imported: 0, pending: 1 })
      await expectTrueCounters(manager, 'clicks')
      await manager.start('clicks')
      await imported(manager, 'clicks', 1)
      expect(place.table().records).toHaveLength(5_000)
      expect((await manager.get('clicks'))?.lastImport?.attempts).toBe(0)
    }
  })
})

describe('edit schema', () => {
  const renamed = 'id,scor,feature/age'

  test('a column is renamed: its files fail with a fix, the fix is applied, and they are imported', async () => {
    const place = world()
    place.folder('clicks').put('day1.csv', clicksCsv('a', 3))
    const manager = managerOf(place)
    await manager.create(clicks)
    await imported(manager, 'clicks', 1)
    place.folder('clicks').put('day2.csv', clicksCsv('b', 4, renamed))
    const [failed] = await until(
      async () => (await manager.get('clicks'))?.failed ?? [],
      (files) => files.length === 1,
    )
    expect(failed).toMatchObject({ key: 'day2.csv', error: { code: 'SCHEMA_MISMATCH', location: { key: 'day2.csv' } } })
    await expectTrueCounters(manager, 'clicks')
    const issue = failed?.issues.find(({ code }) => code === 'column-missing') as Issue
    expect(issue.fix).toEqual({ action: 'rename', field: 'prediction_score', column: 'scor' })

    // What it would change: the failed file's rows come, the imported file could not be mapped any more.
    const diff = await manager.diffSchema('clicks', { apply: [issue] })
    expect(diff).toMatchObject({ rows: 7, gained: 4, lost: 3, changed: 0 })
    expect(diff.files).toMatchObject([
      { key: 'day2.csv', state: 'failed', before: 'SCHEMA_MISMATCH', after: null, gained: 4 },
      { key: 'day1.csv', state: 'imported', before: null, after: 'SCHEMA_MISMATCH', lost: 3 },
    ])
    expect(await manager.get('clicks')).toMatchObject({ schemaVersion: 1 })

    const edited = await manager.editSchema('clicks', { apply: [issue] }, { retryFailed: true })
    expect(edited).toMatchObject({ schemaVersion: 2, status: 'active', definition: { mapper: { schema: { prediction_score: 'scor' } } } })
    await imported(manager, 'clicks', 2)
    expect(place.table().records).toHaveLength(7)
    await expectTrueCounters(manager, 'clicks')
    const versions = []
    for await (const { key, schemaVersion } of manager.files('clicks')) versions.push([key, schemaVersion])
    expect(versions).toEqual([
      ['day1.csv', 1],
      ['day2.csv', 2],
    ])
  })

  test('is not accepted: nothing changes', async () => {
    const place = world()
    place.folder('clicks').put('day1.csv', clicksCsv('a', 3, 'id,score,other,feature/age').replaceAll(/,(\d\d)\n/g, ',,$1\n'))
    const manager = managerOf(place)
    await manager.create(clicks)
    await imported(manager, 'clicks', 1)
    const mapper = { ...clicks.mapper, schema: { ...(clicks.mapper.schema as object), prediction_score: 'other' } }
    const seen: unknown[] = []
    const kept = await manager.editSchema('clicks', { mapper }, { accept: (diff) => seen.push(diff) === 0 })
    expect(seen).toMatchObject([{ rows: 3, lost: 3, gained: 0 }])
    expect(kept).toMatchObject({ schemaVersion: 1, definition: clicks })
  })

  test('back to an older schema is a version of its own, and an equal one is none', async () => {
    const place = world()
    place.folder('clicks').put('day1.csv', clicksCsv('a', 3))
    const manager = managerOf(place)
    await manager.create(clicks)
    await imported(manager, 'clicks', 1)
    const other = { ...clicks.mapper, schema: { ...(clicks.mapper.schema as object), timestamp: 'at' } }
    expect(await manager.editSchema('clicks', { mapper: clicks.mapper })).toMatchObject({ schemaVersion: 1 })
    expect(await manager.editSchema('clicks', { mapper: other })).toMatchObject({ schemaVersion: 2 })
    expect(await manager.editSchema('clicks', { mapper: clicks.mapper })).toMatchObject({ schemaVersion: 3 })
    place.folder('clicks').put('day2.csv', clicksCsv('b', 1))
    await imported(manager, 'clicks', 2)
    expect((await manager.get('clicks'))?.lastImport).toMatchObject({ key: 'day2.csv', schemaVersion: 3 })
  })

  test('a schema that cannot work is refused with its issues', async () => {
    const place = world()
    place.folder('clicks').put('day1.csv', clicksCsv('a', 3))
    const manager = managerOf(place)
    await manager.create(clicks)
    const error = await refusal(manager.editSchema('clicks', { mapper: { ...clicks.mapper, schema: { predictionId: 'id', scor: 'x' } } }))
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(error.issues.map(({ code }) => code)).toContain('option-unknown')
    expect(await manager.get('clicks')).toMatchObject({ schemaVersion: 1, definition: clicks })
  })
})

describe('delete', () => {
  test('sets the status to deleted; the job is kept, listed as such, and cannot be started, edited or made again', async () => {
    const place = world()
    place.folder('clicks').put('day1.csv', clicksCsv('a', 3))
    const manager = managerOf(place)
    await manager.create(clicks)
    await imported(manager, 'clicks', 1)
    await manager.delete('clicks')
    await manager.delete('clicks')
    expect(await manager.get('clicks')).toMatchObject({ status: 'deleted', phase: 'idle', lastImport: { key: 'day1.csv' } })
    expect(await manager.list()).toEqual([])
    expect(await manager.list({ status: 'deleted' })).toMatchObject([{ id: 'clicks' }])
    for (const act of [
      () => manager.start('clicks'),
      () => manager.pause('clicks'),
      () => manager.editSchema('clicks', { mapper: {} }),
      () => manager.retry('clicks'),
      () => manager.reimport('clicks', {}),
      () => manager.create(clicks),
    ])
      expect((await refusal(act())).code).toBe('JOB_DELETED')
    place.folder('clicks').put('day2.csv', clicksCsv('b', 3))
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect((await manager.get('clicks'))?.tally.files).toMatchObject({ imported: 1, pending: 0 })
    await expectTrueCounters(manager, 'clicks')
  })

  test('of a job that nobody knows says so', async () => {
    const manager = managerOf(world())
    for (const act of [() => manager.delete('x'), () => manager.start('x'), () => manager.pause('x'), () => manager.retry('x')])
      expect((await refusal(act())).code).toBe('JOB_UNKNOWN')
  })
})

describe('a failed file', () => {
  test('is fixed under a new name, and under the same name', async () => {
    const place = world()
    const folder = place.folder('clicks')
    folder.put('day1.csv', clicksCsv('a', 3))
    const manager = managerOf(place)
    await manager.create(clicks)
    await imported(manager, 'clicks', 1)
    folder.put('day2.csv', clicksCsv('b', 2, 'id,points,feature/age'))
    folder.put('day3.csv', clicksCsv('c', 2, 'id,points,feature/age'))
    await until(
      async () => (await manager.get('clicks'))?.tally.files.failed,
      (failed) => failed === 2,
    )
    await expectTrueCounters(manager, 'clicks')
    folder.put('day2-fixed.csv', clicksCsv('b', 2))
    folder.put('day3.csv', clicksCsv('c', 2))
    await imported(manager, 'clicks', 3)
    expect(place.table().records).toHaveLength(7)
    const files: unknown[] = []
    for await (const { key, state } of manager.files('clicks')) files.push(`${key} ${state}`)
    expect(files).toEqual(['day1.csv imported', 'day2-fixed.csv imported', 'day2.csv failed', 'day3.csv failed', 'day3.csv imported'])
    await expectTrueCounters(manager, 'clicks')
  })

  test('is tried again when someone says so; an imported one is imported again in its own place', async () => {
    const place = world()
    const folder = place.folder('clicks')
    folder.put('day1.csv', clicksCsv('a', 3))
    const manager = managerOf(place)
    await manager.create({ ...clicks, settings: { overwrites: 'replace' } })
    await imported(manager, 'clicks', 1)
    expect(await manager.reimport('clicks', { key: 'day1.csv' })).toBe(1)
    await until(
      async () => (await manager.get('clicks'))?.lastImport?.generation,
      (generation) => generation === 2,
    )
    expect(place.table().records).toHaveLength(3)
    await expectTrueCounters(manager, 'clicks')
    expect(await manager.retry('clicks')).toBe(0)
  })
})
