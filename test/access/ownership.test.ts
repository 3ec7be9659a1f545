import { describe, expect, test } from 'vitest'
import type { ObjectSource } from '../../src/contracts/object-source.js'
import { SourceError } from '../../src/errors.js'
import { ImportJob } from '../../src/job/import-job.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { eventLog, type Score, scoreMapper, scoresCsv } from '../job/parts.js'
import { bucket, S3Fixture } from '../sources/s3-fixture.js'
import { jobFrom } from './lab/import-from.js'

const files = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}.csv`, scoresCsv(`f${i}-`, 1)]))

/** A source whose tag can be taken away, and that counts what is asked of it. */
function taggedSource(count: number) {
  const inner = memorySource(files(count))
  const asked = { lists: 0, opens: 0, tags: 0 }
  const state = { tagged: true, asked }
  const source: ObjectSource = {
    ...inner,
    list(options) {
      asked.lists++
      return inner.list(options)
    },
    open(object, options) {
      asked.opens++
      return inner.open(object, options)
    },
    async checkOwnership() {
      asked.tags++
      if (!state.tagged) throw new SourceError('SOURCE_OWNERSHIP_MISMATCH', 'The tag is gone.', { remedy: 'Put it back.' })
    },
  }
  return Object.assign(state, { source })
}

describe('nothing is read of a place that is not proven theirs', () => {
  test('by runOnce: not even listed', async () => {
    const state = taggedSource(3)
    state.tagged = false
    const job = jobFrom(state.source)
    expect(await job.runOnce()).toMatchObject({ outcome: 'blocked', imported: 0, errors: [{ code: 'SOURCE_OWNERSHIP_MISMATCH' }] })
    expect(state.asked).toEqual({ lists: 0, opens: 0, tags: 1 })
    expect((await job.status()).health).toMatchObject({ state: 'blocked', code: 'SOURCE_OWNERSHIP_MISMATCH' })
  })

  test('by start: files that were found before, by another process, are not read either', async () => {
    const state = taggedSource(3)
    const store = memoryStore()
    const parts = {
      id: 'restart',
      source: state.source,
      mapper: scoreMapper(),
      store,
      isolation: 'inline',
      ownershipCheckIntervalMs: 1,
    } as const
    const first = new ImportJob({ ...parts, sink: memorySink<Score>() })
    expect(await first.runOnce({ maxFiles: 1 })).toMatchObject({ imported: 1, remaining: 2 })
    state.tagged = false
    const before = { ...state.asked }
    const second = new ImportJob({ ...parts, sink: memorySink<Score>(), pollIntervalMs: 1_000 })
    const log = eventLog(second)
    second.start()
    // Past the first back-off, after which it is asked again.
    await expect.poll(() => state.asked.tags - before.tags, { timeout: 5_000 }).toBeGreaterThanOrEqual(2)
    expect(state.asked).toMatchObject({ lists: before.lists, opens: before.opens })
    expect(log.names).not.toContain('fileStarted')
    expect(log.of('jobBlocked').map(({ code }) => code)).toEqual(['SOURCE_OWNERSHIP_MISMATCH'])
    state.tagged = true
    await expect.poll(() => log.names.filter((name) => name === 'fileImported').length, { timeout: 8_000 }).toBe(2)
    expect(log.names).toContain('jobUnblocked')
    await second.stop()
    expect((await second.status()).health).toEqual({ state: 'ok' })
  })

  test('a tag that goes away in the middle of a long run stops it at the next file', async () => {
    const state = taggedSource(10)
    const job = jobFrom(state.source)
    let imported = 0
    job.on('fileImported', () => {
      if (++imported === 3) state.tagged = false
    })
    const report = await job.runOnce()
    expect(report).toMatchObject({ outcome: 'blocked', errors: [{ code: 'SOURCE_OWNERSHIP_MISMATCH' }] })
    // Two are in flight at a time.
    expect(report.imported).toBeLessThanOrEqual(5)
    expect(report.remaining).toBe(10 - report.imported)
    state.tagged = true
    expect(await job.runOnce()).toMatchObject({ outcome: 'completed', remaining: 0 })
    expect(job.sink.records).toHaveLength(10)
  })
})

test('polls and claims share one request for the tag', async () => {
  const state = taggedSource(20)
  const job = new ImportJob({
    id: 'shared',
    source: state.source,
    mapper: scoreMapper(),
    sink: memorySink<Score>(),
    store: memoryStore(),
    isolation: 'inline',
    ownershipCheckIntervalMs: 60_000,
  })
  expect(await job.runOnce()).toMatchObject({ outcome: 'completed', imported: 20 })
  expect(state.asked.tags).toBe(1)
})

describe('job.checkAccess()', () => {
  test('gives what the source finds', async () => {
    await using fixture = await S3Fixture.start()
    fixture.put('a.csv', scoresCsv('a', 1))
    const job = jobFrom(fixture.owned('another-key'))
    const findings = await job.checkAccess()
    expect(findings.filter(({ ok }) => !ok)).toMatchObject([
      { permission: 'ownership-tag', code: 'TAG_DIFFERS', fix: { addTo: `tags of ${bucket}` } },
    ])
    await expect(job.checkAccess({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })

  test('says so where a source has no check, and where its check breaks', async () => {
    const { check: _, ...plain } = memorySource({})
    expect(await jobFrom(plain).checkAccess()).toEqual([
      { permission: 'access', ok: true, tried: false, message: expect.stringMatching(/has no check of access/) },
    ])
    const broken = jobFrom({ ...plain, check: () => Promise.reject(new Error('CANARY')) })
    expect(await broken.checkAccess()).toMatchObject([{ ok: false, code: 'SOURCE_UNAVAILABLE', message: 'The source failed.' }])
  })
})
