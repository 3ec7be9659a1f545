import { afterEach, describe, expect, test } from 'vitest'
import type { JobStore } from '../../src/contracts/job-store.js'
import { ImportJob } from '../../src/job/import-job.js'
import type { ImportJobOptions } from '../../src/job/job-options.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { installProbe, type ProbePoint } from '../../src/util/probe.js'
import { processKey } from '../../src/util/process-identity.js'
import { eventLog, type Score, scoreMapper, scoresCsv } from './parts.js'

const signal = new AbortController().signal

function world(objects: Record<string, string>, options: Partial<ImportJobOptions<Score>> = {}) {
  const clock = { ms: Date.parse('2026-01-01T00:00:00Z') }
  const store = memoryStore({ now: () => new Date(clock.ms) })
  const source = memorySource(objects)
  const sink = memorySink<Score>()
  const make = (more: Partial<ImportJobOptions<Score>> = {}) =>
    new ImportJob<Score>({ id: 'test', source, sink, store, mapper: scoreMapper(), ...options, ...more })
  return { clock, store, source, sink, make }
}

/** Fails once at the n-th hit of a point. */
function failOnceAt(point: ProbePoint, nth = 1): { hits: number } {
  const state = { hits: 0 }
  installProbe((at) => {
    if (at !== point) return
    if (++state.hits === nth) throw new Error(`fault at ${point}`)
  })
  return state
}
afterEach(() => installProbe(undefined))

async function claimAsDeadWorker(store: JobStore, limit: number): Promise<void> {
  const { claims } = await store.ledger.claim('test', {
    worker: 'dead/1',
    leaseMs: 60_000,
    limit,
    schemaVersion: 1,
    maxAttempts: 5,
    overwrites: 'ignore',
    signal,
  })
  expect(claims).toHaveLength(limit)
}

describe('recovery', () => {
  test.each(['P06', 'P07', 'P08', 'P09', 'P10', 'P12', 'P14', 'P15', 'P16', 'P17', 'P18', 'P19', 'P20', 'P21', 'P22', 'P23'] as const)(
    'a fault at %s loses and doubles nothing',
    async (point) => {
      const { clock, sink, make, store } = world(
        { 'a.csv': scoresCsv('a', 40), 'b.csv': scoresCsv('b', 40) },
        { budgets: { batchRows: 16 } },
      )
      const state = failOnceAt(point)
      for (let run = 0; run < 5; run++) {
        await make().runOnce()
        clock.ms += 120_000
      }
      expect(state.hits, `${point} is reached`).toBeGreaterThan(0)
      expect(sink.records.map(({ id }) => id).sort()).toEqual([...Array(40).keys()].flatMap((i) => [`a${i + 1}`, `b${i + 1}`]).sort())
      const entries = await store.ledger.files('test', { limit: 10, signal })
      expect(entries.map(({ state: s, counts }) => [s, counts?.rowsWritten])).toEqual([
        ['imported', 40],
        ['imported', 40],
      ])
    },
  )

  test('a lost reply of commit is settled by asking the sink: one file, one receipt, events say so', async () => {
    const { make, sink, store } = world({ 'a.csv': scoresCsv('a', 5) })
    failOnceAt('P21')
    const job = make()
    const events = eventLog(job)
    expect(await job.runOnce()).toMatchObject({ imported: 1 })
    expect(events.of('fileSettled')).toMatchObject([{ receipt: { rows: 5, rejected: 0 } }])
    expect(events.of('fileImported')).toHaveLength(1)
    expect(sink.records).toHaveLength(5)
    expect((await store.ledger.files('test', { limit: 1, signal }))[0]).toMatchObject({ inDoubt: false, state: 'imported' })
  })

  test('the last attempt, its commit reply lost, is not called failed', async () => {
    const { make, sink } = world({ 'a.csv': scoresCsv('a', 5) }, { maxAttempts: 1 })
    failOnceAt('P21')
    const job = make()
    const events = eventLog(job)
    expect(await job.runOnce()).toMatchObject({ imported: 1, failed: 0 })
    expect(events.of('fileFailed')).toEqual([])
    expect(sink.records).toHaveLength(5)
  })

  test('suspects run alone; bystanders beside them come before and after', async () => {
    const objects = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`${name}.csv`, scoresCsv(name, 3)]))
    const { clock, store, make, sink } = world(objects)
    await make().runOnce({ maxFiles: 0 })
    await claimAsDeadWorker(store, 2)
    clock.ms += 120_000
    const running = new Set<string>()
    const beside: [string, string[]][] = []
    const spy: typeof sink = Object.create(sink)
    spy.begin = async (file, options) => {
      running.add(file.key)
      beside.push([file.key, [...running]])
      await new Promise((resolve) => setTimeout(resolve, 5))
      const writer = await sink.begin(file, options)
      if (!('write' in writer)) return writer
      return {
        write: (batch, o) => writer.write(batch, o),
        abort: (reason, o) => writer.abort(reason, o),
        commit: async (summary, o) => {
          running.delete(file.key)
          return writer.commit(summary, o)
        },
      }
    }
    expect(await make({ sink: spy }).runOnce()).toMatchObject({ imported: 5, remaining: 0 })
    for (const [key, others] of beside) {
      if (key === 'a.csv' || key === 'b.csv') expect(others, key).toEqual([key])
      else expect(others.filter((other) => other === 'a.csv' || other === 'b.csv')).toEqual([])
    }
    expect(beside.some(([, others]) => others.length === 2)).toBe(true)
  })

  test('a file whose workers keep dying fails as worker-lost; an innocent one does not', async () => {
    const { clock, store, make } = world({ 'a.csv': scoresCsv('a', 3) })
    await make().runOnce({ maxFiles: 0 })
    for (let i = 0; i < 3; i++) {
      await claimAsDeadWorker(store, 1)
      clock.ms += 120_000
    }
    const job = make()
    const events = eventLog(job)
    expect(await job.runOnce()).toMatchObject({ failed: 1, imported: 0 })
    expect(events.of('fileFailed')).toMatchObject([{ error: { code: 'WORKER_LOST' } }])
  })

  test('a worker with a stable id takes its own files over at once', async () => {
    const { make, store, sink } = world({ 'a.csv': scoresCsv('a', 3) })
    await make().runOnce({ maxFiles: 0 })
    await store.ledger.claim('test', {
      worker: 'w1/boot-0',
      leaseMs: 60_000,
      limit: 1,
      schemaVersion: 1,
      maxAttempts: 5,
      overwrites: 'ignore',
      signal,
    })
    expect(await make().runOnce()).toMatchObject({ imported: 0, remaining: 1 })
    expect(await make({ workerId: 'w1' }).runOnce()).toMatchObject({ imported: 1, remaining: 0 })
    expect(sink.records).toHaveLength(3)
  })

  test('a worker frozen past its lease cannot commit; its successor did', async () => {
    const { make, sink, store } = world({ 'a.csv': scoresCsv('a', 5) })
    const slow: { go?: () => void } = {}
    const otherProcess = { [processKey]: {} }
    let first = true
    let frozen = (): void => {}
    const isFrozen = new Promise<void>((resolve) => {
      frozen = resolve
    })
    installProbe((point, place) => {
      if (point !== 'P18' && point !== 'P28') return
      if (point === 'P28') return place.fence === 2 ? new Promise(() => {}) : undefined
      if (!first) return
      first = false
      frozen()
      return new Promise<void>((resolve) => {
        slow.go = resolve
      })
    })
    const zombie = make({ workerId: 'zombie' })
    const events = eventLog(zombie)
    const run = zombie.runOnce()
    await isFrozen
    const [entry] = await store.ledger.files('test', { limit: 1, signal })
    expect(entry?.state).toBe('claimed')
    // Another boot of the same worker takes over at once, as a lease that ran out would let anybody.
    expect(await make({ workerId: 'zombie', ...otherProcess }).runOnce()).toMatchObject({ imported: 1 })
    slow.go?.()
    expect(await run).toMatchObject({ imported: 0, failed: 0 })
    expect(sink.records).toHaveLength(5)
    expect(events.of('fileImported')).toEqual([])
    expect(events.of('fileFailed')).toEqual([])
  })

  test('an object that changes under its reader is skipped as superseded, and its new version is imported', async () => {
    const { make, source, sink, store } = world({ 'a.csv': scoresCsv('a', 5) })
    let changed = false
    installProbe((point) => {
      if (point !== 'P07' || changed) return
      changed = true
      source.put('a.csv', scoresCsv('b', 4))
    })
    await make().runOnce()
    await make().runOnce()
    expect(sink.records.map(({ id }) => id)).toEqual(['b1', 'b2', 'b3', 'b4'])
    const entries = await store.ledger.files('test', { limit: 10, signal })
    expect(entries.map(({ state, rule }) => [state, rule]).sort()).toEqual([
      ['imported', null],
      ['skipped', 'superseded'],
    ])
  })

  test('an object that vanishes is skipped as vanished; put back, it is imported', async () => {
    const { make, source, sink } = world({ 'a.csv': scoresCsv('a', 5) })
    let gone = false
    installProbe((point) => {
      if (point !== 'P07' || gone) return
      gone = true
      source.delete('a.csv')
    })
    await make().runOnce()
    expect(sink.records).toEqual([])
    source.put('a.csv', scoresCsv('a', 5))
    expect(await make().runOnce()).toMatchObject({ imported: 1 })
    expect(sink.records).toHaveLength(5)
  })

  test('a sink that has seen higher fences than this store gave is caught up with', async () => {
    const { make, sink, source } = world({ 'a.csv': scoresCsv('a', 5) })
    await sink.begin(
      {
        jobId: 'test',
        key: 'a.csv',
        version: 'e:other:1',
        generation: 1,
        size: 1,
        schemaVersion: 1,
        sourceTime: new Date(),
        asOf: new Date(),
        attempt: 1,
        fence: 5_000,
        first: false,
        replacesKey: false,
        shared: false,
      },
      { signal },
    )
    for (let i = 0; i < 8 && sink.records.length === 0; i++) await make().runOnce()
    expect(sink.records).toHaveLength(5)
    expect(source.requestCounts?.().get).toBeGreaterThan(0)
  })
})
