import { afterEach, describe, expect, test } from 'vitest'
import type { FileLedger, JobStore } from '../../src/contracts/job-store.js'
import type { FileWriter, Sink } from '../../src/contracts/sink.js'
import { ImportJob } from '../../src/job/import-job.js'
import type { ImportJobOptions } from '../../src/job/job-options.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { installProbe } from '../../src/util/probe.js'
import { eventLog, type Score, scoreMapper, scoresCsv } from './parts.js'

const signal = new AbortController().signal
afterEach(() => installProbe(undefined))

/** A memory sink and store whose calls a test can refuse. */
function world(options: Partial<ImportJobOptions<Score>> = {}) {
  const clock = { ms: Date.parse('2026-01-01T00:00:00Z') }
  const refuse = { begin: false, renew: false, finish: () => false }
  const calls = { abort: 0 }
  const inner = memoryStore({ now: () => new Date(clock.ms) })
  const guarded = <K extends 'renew' | 'finish'>(name: K): FileLedger[K] =>
    (async (...given: unknown[]) => {
      if (name === 'renew' ? refuse.renew : refuse.finish()) throw new Error('the database is away')
      return (inner.ledger[name] as (...args: unknown[]) => unknown)(...given)
    }) as unknown as FileLedger[K]
  const store: JobStore = { ...inner, ledger: { ...inner.ledger, renew: guarded('renew'), finish: guarded('finish') } }
  const rows = memorySink<Score>()
  const sink: Sink<Score> = {
    delivery: 'transactional',
    async begin(file, call) {
      if (refuse.begin) throw new Error('the sink is away')
      const writer = await rows.begin(file, call)
      if (!('write' in writer)) return writer
      const spied: FileWriter<Score> = {
        write: (batch, o) => writer.write(batch, o),
        commit: (summary, o) => writer.commit(summary, o),
        abort: (reason, o) => {
          calls.abort++
          return writer.abort(reason, o)
        },
      }
      return spied
    },
  }
  const source = memorySource({ 'a.csv': scoresCsv('a', 5) })
  const make = () => new ImportJob<Score>({ id: 'test', source, sink, store, mapper: scoreMapper(), ...options })
  const entry = async () => (await inner.ledger.files('test', { limit: 1, signal }))[0]
  return { clock, refuse, calls, store: inner, rows, make, entry }
}

describe('a commit in doubt', () => {
  test('is never called failed while the sink does not answer, not even at the last attempt', async () => {
    const { clock, refuse, rows, make, entry } = world({ maxAttempts: 1 })
    installProbe((point) => {
      if (point !== 'P21') return
      refuse.begin = true
      throw new Error('reply lost')
    })
    const job = make()
    const events = eventLog(job)
    expect(await job.runOnce()).toMatchObject({ imported: 0, failed: 0, remaining: 1 })
    expect(events.of('fileFailed')).toEqual([])
    expect(await entry()).toMatchObject({ state: 'pending', inDoubt: true, crashes: 0 })
    installProbe(undefined)
    refuse.begin = false
    clock.ms += 3_600_000
    expect(await make().runOnce()).toMatchObject({ imported: 1, remaining: 0 })
    expect(rows.records).toHaveLength(5)
  })

  test('stays marked when the ledger was away just then, and its writer is dropped', async () => {
    const { refuse, calls, make, entry } = world()
    installProbe((point) => {
      if (point !== 'P21') return
      refuse.renew = true
      throw new Error('reply lost')
    })
    await make().runOnce()
    expect(calls.abort).toBe(1)
    // Left to its lease: the next claim asks the sink first.
    expect(await entry()).toMatchObject({ state: 'claimed' })
  })

  test('a ledger that is away when the file is to be completed does not make it look untouched', async () => {
    const { refuse, make, entry } = world()
    let refused = 0
    const job = make()
    installProbe((point) => {
      if (point !== 'P22') return
      refuse.finish = () => ++refused <= 4
    })
    await job.runOnce()
    expect(await entry()).toMatchObject({ state: 'pending', inDoubt: true })
  })
})

test('a sink that cannot be asked leaves the file pending, and counts no crash', async () => {
  const { clock, refuse, store, make, entry } = world({ maxCrashes: 1 })
  await make().runOnce({ maxFiles: 0 })
  const claim = { worker: 'dead/1', leaseMs: 60_000, limit: 1, schemaVersion: 1, maxAttempts: 5, overwrites: 'ignore', signal } as const
  await store.ledger.claim('test', claim)
  clock.ms += 120_000
  refuse.begin = true
  expect(await make().runOnce()).toMatchObject({ failed: 0, remaining: 1 })
  expect(await entry()).toMatchObject({ state: 'pending', crashes: 1, attempts: 0 })
  refuse.begin = false
  clock.ms += 3_600_000
  expect(await make().runOnce()).toMatchObject({ failed: 1 })
  expect(await entry()).toMatchObject({ state: 'failed', error: { code: 'WORKER_LOST' } })
})

test('parts that throw where they should reject harm nobody', async () => {
  const { refuse, make, entry } = world({
    maxAttempts: 1,
    sink: {
      delivery: 'plain',
      begin: async () => ({
        write: () => {
          throw new TypeError('not a promise')
        },
        commit: () => Promise.reject(new Error('never')),
        abort: () => {
          throw new TypeError('not a promise either')
        },
      }),
    },
  })
  expect(refuse.begin).toBe(false)
  expect(await make().runOnce()).toMatchObject({ failed: 1, errors: [{ code: 'ATTEMPTS_EXHAUSTED' }] })
  expect(await entry()).toMatchObject({ state: 'failed', error: { message: expect.stringContaining('SINK_FAILED') } })
})
