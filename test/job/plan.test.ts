import { describe, expect, test } from 'vitest'
import { ImportJob } from '../../src/job/import-job.js'
import type { ImportJobOptions } from '../../src/job/job-options.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { type Score, scoreMapper, scoresCsv } from './parts.js'

const signal = new AbortController().signal

function parts(keys: readonly string[], options: Partial<ImportJobOptions<Score>> = {}) {
  const source = memorySource(Object.fromEntries(keys.map((key) => [key, scoresCsv('a', 1)])))
  const store = memoryStore()
  const job = new ImportJob<Score>({
    id: 'test',
    source,
    sink: memorySink<Score>(),
    store,
    mapper: scoreMapper(),
    isolation: 'inline',
    ...options,
  })
  return { job, source, store }
}

const bytes = scoresCsv('a', 1).length

describe('plan', () => {
  test('before the first poll nothing is known; a look at the listing tells what is there', async () => {
    const { job, source, store } = parts(['a.csv', 'b.csv', 'c.docx', 'd.parquet'])
    expect(await job.plan()).toEqual({
      status: null,
      nextPollAt: expect.any(Date),
      listCalls: { hot: 0, sweep: null },
      hotWindows: [],
      lapMs: null,
      due: { files: 0, bytes: 0, first: [], complete: true },
      later: 0,
      found: null,
      getCalls: 0,
      cost: { list: null, get: 0 },
    })
    expect(source.requestCounts?.()).toEqual({ list: 0, head: 0, get: 0 })
    const look = await job.plan({ look: true, prices: { list: 10, get: 1_000 } })
    expect(look.found).toMatchObject({ files: 3, bytes: 3 * bytes, complete: true, skipped: 1 })
    expect(look).toMatchObject({ getCalls: 2 + 2 + 4, cost: { list: null, get: 8 } })
    expect(await store.jobs.load('test', { signal })).toBeUndefined()
  })

  test('due files, those that wait, and new ones; the ledger stays as it is', async () => {
    const { job, source, store } = parts(['a.csv', 'b.csv'])
    await job.runOnce({ maxFiles: 1 })
    source.put('c.csv', scoresCsv('c', 2))
    const plan = await job.plan({ look: true })
    expect(plan).toMatchObject({
      status: 'active',
      listCalls: { hot: 0, sweep: 1 },
      lapMs: 10_000,
      due: { files: 1, bytes, first: [{ key: 'b.csv' }], complete: true },
      later: 0,
      found: { files: 1, first: [{ key: 'c.csv' }] },
      getCalls: 4,
      cost: { list: 0.000005, get: expect.closeTo(0.0000016, 12) },
    })
    expect(await store.ledger.files('test', { limit: 9, signal })).toHaveLength(2)
    expect(await job.runOnce()).toMatchObject({ imported: 2 })
  })

  test('a large prefix: hot windows and a part of the lap, as the next poll then does', async () => {
    const keys = Array.from({ length: 15_000 }, (_, i) => `k${String(i).padStart(6, '0')}.txt`)
    const { job } = parts(keys, { pollIntervalMs: 50, sweepIntervalMs: 500, hotListCalls: 2 })
    await job.runOnce()
    const plan = await job.plan()
    expect(plan).toMatchObject({ listCalls: { hot: 1, sweep: 10 }, hotWindows: [{ after: 'k013999.txt' }], lapMs: 100 })
    const completed = new Promise<{ hotCalls: number; sweepCalls: number }>((resolve) => job.once('pollCompleted', resolve))
    job.start()
    const { hotCalls, sweepCalls } = await completed
    await job.stop()
    expect({ hot: hotCalls, sweep: sweepCalls }).toEqual(plan.listCalls)
  })

  test('with a scheduler of the host no time is told', async () => {
    const scheduler = { start: () => {}, stop: async () => {} }
    const { job } = parts(['a.csv'], { scheduler })
    expect(await job.plan()).toMatchObject({ nextPollAt: null, lapMs: null })
    await expect(job.plan({ prices: { list: Number.NaN, get: 1 } })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
