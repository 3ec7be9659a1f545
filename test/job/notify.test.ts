import { describe, expect, test } from 'vitest'
import { SourceError } from '../../src/errors.js'
import { ImportJob } from '../../src/job/import-job.js'
import type { ImportJobOptions } from '../../src/job/job-options.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { eventLog, type Score, scoreMapper, scoresCsv } from './parts.js'

const signal = new AbortController().signal

function parts(objects: Record<string, string> = {}, options: Partial<ImportJobOptions<Score>> = {}) {
  const source = memorySource(objects)
  const store = memoryStore()
  const sink = memorySink<Score>()
  const job = new ImportJob<Score>({ id: 'test', source, sink, store, mapper: scoreMapper(), isolation: 'inline', ...options })
  return { job, source, store, sink, events: eventLog(job) }
}

describe('notify', () => {
  test('looks keys up and takes them the way of a listed one, without a listing', async () => {
    const { job, source, store, events } = parts(
      { 'a.csv': scoresCsv('a', 1), 'b.docx': 'x', 'old/c.csv': 'x', 'd.csv': 'x' },
      { exclude: ['old/'] },
    )
    const keys = ['a.csv', 'a.csv', 'b.docx', 'old/c.csv', 'gone.csv']
    expect(await job.notify(keys)).toEqual({ discovered: 1, skipped: 1, notEligible: { exclude: 1 }, notFound: ['gone.csv'], errors: [] })
    expect(events.of('fileDiscovered').map(({ file }) => file.key)).toEqual(['a.csv'])
    expect(events.of('fileSkipped')).toMatchObject([{ file: { key: 'b.docx' }, rule: 'unknown_extension' }])
    expect(source.requestCounts?.()).toEqual({ list: 0, head: 4, get: 0 })
    expect(await store.ledger.files('test', { limit: 9, signal })).toMatchObject([
      { key: 'a.csv', state: 'pending' },
      { key: 'b.docx', state: 'skipped' },
    ])
    expect(await job.notify(keys)).toMatchObject({ discovered: 0, skipped: 0 })
  })

  test('a job that runs imports them at once, long before its next poll', async () => {
    const { job, source, sink } = parts({}, { pollIntervalMs: 3_600_000 })
    const polled = new Promise((resolve) => job.once('pollCompleted', resolve))
    job.start()
    await polled
    source.put('a.csv', scoresCsv('a', 2))
    const imported = new Promise((resolve) => job.once('fileImported', resolve))
    expect(await job.notify(['a.csv'])).toMatchObject({ discovered: 1 })
    await imported
    await job.stop()
    expect(sink.records).toHaveLength(2)
    expect(source.requestCounts?.().list).toBe(1)
  })

  test('what cannot be looked up alone does not keep the others back; what stands in the way of all is thrown', async () => {
    const inner = memorySource({ 'a.csv': scoresCsv('a', 1), 'z.csv': scoresCsv('z', 1) })
    const failing = (scope: 'file' | 'job') => ({
      ...inner,
      stat: async (key: string, options: { signal: AbortSignal }) => {
        if (key === 'm.csv')
          throw new SourceError(scope === 'file' ? 'OBJECT_DENIED' : 'SOURCE_DENIED', 'No.', { scope, location: { key } })
        return await inner.stat?.(key, options)
      },
    })
    const { job } = parts({}, { source: failing('file') })
    expect(await job.notify(['a.csv', 'm.csv', 'z.csv'])).toMatchObject({ discovered: 2, errors: [{ code: 'OBJECT_DENIED' }] })
    const refused = parts({}, { source: failing('job') })
    await expect(refused.job.notify(['a.csv', 'm.csv'])).rejects.toMatchObject({ code: 'SOURCE_DENIED' })
    // What was seen before is kept.
    expect(await refused.store.ledger.files('test', { limit: 9, signal })).toMatchObject([{ key: 'a.csv' }])
  })

  test('a source that cannot be asked for one key is listed for it', async () => {
    const { stat: _, ...source } = memorySource({ 'a.csv': scoresCsv('a', 1), 'a.csv.gz': 'x' })
    const { job } = parts({}, { source })
    expect(await job.notify(['a.csv', 'a.cs'])).toMatchObject({ discovered: 1, notFound: ['a.cs'] })
  })

  test('a place that is not proven theirs is not asked', async () => {
    const inner = memorySource({ 'a.csv': scoresCsv('a', 1) })
    const checkOwnership = async (): Promise<void> => {
      throw new SourceError('SOURCE_OWNERSHIP_MISMATCH', 'The tag is another.')
    }
    const { job } = parts({}, { source: { ...inner, checkOwnership } })
    await expect(job.notify(['a.csv'])).rejects.toMatchObject({ code: 'SOURCE_OWNERSHIP_MISMATCH' })
    expect(inner.requestCounts?.()).toEqual({ list: 0, head: 0, get: 0 })
  })

  test('many keys', async () => {
    const keys = Array.from({ length: 1_200 }, (_, i) => `k${i}.csv`)
    const { job } = parts(Object.fromEntries(keys.map((key) => [key, scoresCsv('a', 1)])))
    expect(await job.notify([...keys, ...keys])).toMatchObject({ discovered: 1_200 })
  })
})
