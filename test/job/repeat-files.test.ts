import { describe, expect, test } from 'vitest'
import type { WriteRecords } from '../../src/contracts/sink.js'
import { ImportJob } from '../../src/job/import-job.js'
import type { ImportJobOptions } from '../../src/job/job-options.js'
import { functionSink } from '../../src/sinks/function/function-sink.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { eventLog, type Score, scoreMapper, scoresCsv } from './parts.js'

const signal = new AbortController().signal

function parts(objects: Record<string, string>, options: Partial<ImportJobOptions<Score>> = {}) {
  const source = memorySource(objects)
  const store = memoryStore()
  const sink = memorySink<Score>()
  const make = (more: Partial<ImportJobOptions<Score>> = {}) =>
    new ImportJob<Score>({ id: 'test', source, sink, store, mapper: scoreMapper(), isolation: 'inline', ...options, ...more })
  const job = make()
  return { job, make, source, store, sink, events: eventLog(job) }
}

const bad = 'id,score\na,1\nb,\n'

describe('retry', () => {
  test('failed files once more, of a key, of a folder, or all; under what the job says now', async () => {
    const { job, make, store } = parts({ 'x/a.csv': bad, 'x/b.csv': bad, 'y/c.csv': bad }, { onRejected: 'failFile' })
    expect(await job.runOnce()).toMatchObject({ failed: 3 })
    const mild = make({ onRejected: 'continue' })
    const events = eventLog(mild)
    expect(await mild.retry({ key: 'x/a.csv' })).toBe(1)
    expect(await mild.retry({ key: 'nothing.csv' })).toBe(0)
    expect(await mild.runOnce()).toMatchObject({ imported: 1 })
    expect(await mild.retry({ under: 'x/' })).toBe(1)
    expect(await mild.retry()).toBe(1)
    expect(await mild.runOnce()).toMatchObject({ imported: 2, failed: 0 })
    expect(await mild.retry()).toBe(0)
    const entries = await store.ledger.files('test', { limit: 9, signal })
    expect(entries.map(({ state, generation, attempts }) => [state, generation, attempts])).toEqual([1, 2, 3].map(() => ['imported', 1, 0]))
    // A try is told as any other; nothing is told as new.
    expect(events.of('fileImported')).toHaveLength(3)
    expect(events.of('fileDiscovered')).toEqual([])
    expect((await mild.status()).tally.files).toMatchObject({ imported: 3, failed: 0, pending: 0 })
  })

  test('a job that runs takes them up at once', async () => {
    let works = false
    const write: WriteRecords<Score> = () => {
      if (!works) throw new Error('no')
    }
    const { job } = parts({ 'a.csv': scoresCsv('a', 1) }, { sink: write, maxAttempts: 1, pollIntervalMs: 3_600_000 })
    const failed = new Promise((resolve) => job.once('fileFailed', resolve))
    job.start()
    await failed
    works = true
    const imported = new Promise((resolve) => job.once('fileImported', resolve))
    expect(await job.retry()).toBe(1)
    await imported
    await job.stop()
  })

  test('rows left in a sink that is not transactional: the same generation under the same schema, the next under another', async () => {
    const taken: string[] = []
    let refuse = true
    const sink = functionSink<Score>(
      (records, { token }) => {
        if (refuse && records[0]?.id === 'a9') throw new Error('no')
        if (!taken.includes(token)) taken.push(token)
      },
      { delivery: 'idempotent' },
    )
    const { job, make, store } = parts({ 'a.csv': scoresCsv('a', 20) }, { sink, maxAttempts: 1, budgets: { batchRows: 8 } })
    await job.runOnce()
    const entry = async () => (await store.ledger.files('test', { limit: 9, signal }))[0]
    expect(await entry()).toMatchObject({ state: 'failed', dirty: true, partialRows: 8, generation: 1 })
    expect(await job.retry()).toBe(1)
    expect(await entry()).toMatchObject({ state: 'pending', generation: 1 })
    await job.runOnce()
    const newer = make({ mapper: scoreMapper('scores/2') })
    await newer.runOnce({ maxFiles: 0 })
    refuse = false
    expect(await newer.retry()).toBe(1)
    expect(await entry()).toMatchObject({ generation: 2 })
    expect(await newer.runOnce()).toMatchObject({ imported: 1, failed: 0 })
    // The eight rows of the first generation stay, once.
    expect(taken).toHaveLength(1 + 3)
  })

  test('a job that no store knows', async () => {
    const { job } = parts({})
    await expect(job.retry()).rejects.toMatchObject({ code: 'JOB_UNKNOWN' })
    await expect(job.reimport({})).rejects.toMatchObject({ code: 'JOB_UNKNOWN' })
  })
})

describe('reimport', () => {
  test('imported files again, in the place of what is there', async () => {
    const { job, sink, store } = parts({ 'a.csv': scoresCsv('a', 2), 'b.csv': scoresCsv('b', 3) }, { overwrites: 'replace' })
    await job.runOnce()
    const [first] = await store.ledger.files('test', { limit: 1, signal })
    expect(await job.reimport({ key: 'a.csv' })).toBe(1)
    expect((await job.status()).tally).toMatchObject({ files: { imported: 1, pending: 1 }, rowsWritten: 3 })
    expect(await job.runOnce()).toMatchObject({ imported: 1 })
    expect(sink.records.map(({ id }) => id).sort()).toEqual(['a1', 'a2', 'b1', 'b2', 'b3'])
    const [again] = await store.ledger.files('test', { limit: 1, signal })
    expect(again).toMatchObject({ generation: 2, asOf: first?.asOf })
    expect((await job.status()).tally).toMatchObject({ files: { imported: 2 }, rowsWritten: 5 })
    expect(await job.reimport({})).toBe(2)
    await job.runOnce()
    expect(sink.records).toHaveLength(5)
  })

  test('where rows would be there twice, only when that is said', async () => {
    const { job, sink } = parts({ 'a.csv': scoresCsv('a', 2) })
    await job.runOnce()
    await expect(job.reimport({ key: 'a.csv' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await job.reimport({ key: 'a.csv', allowDuplicates: true })).toBe(1)
    await job.runOnce()
    expect(sink.records).toHaveLength(4)
  })

  test('a deleted job repeats nothing', async () => {
    const { job, store } = parts({ 'a.csv': scoresCsv('a', 2) }, { overwrites: 'replace' })
    await job.runOnce()
    await store.jobs.remove('test', { signal })
    await expect(job.reimport({})).rejects.toMatchObject({ code: 'JOB_DELETED' })
    await expect(job.retry()).rejects.toMatchObject({ code: 'JOB_DELETED' })
  })
})
