import { describe, expect, test } from 'vitest'
import type { ObjectSource } from '../../src/contracts/object-source.js'
import { SinkError, SourceError } from '../../src/errors.js'
import { ImportJob } from '../../src/job/import-job.js'
import type { ImportJobOptions } from '../../src/job/job-options.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { type Score, scoreMapper, scoresCsv } from './parts.js'

const signal = new AbortController().signal

function parts(objects: Record<string, string>, options: Partial<ImportJobOptions<Score>> = {}) {
  const source = memorySource(objects)
  const now = { ms: Date.parse('2026-01-01T00:00:00Z') }
  const store = memoryStore({ now: () => new Date(now.ms) })
  const sink = memorySink<Score>()
  const job = new ImportJob<Score>({ id: 'test', source, sink, store, mapper: scoreMapper(), isolation: 'inline', ...options })
  return { job, source, store, sink, now }
}

describe('explain', () => {
  test('an object that no poll has seen, before and after the first run', async () => {
    const { job, source } = parts({ 'a.csv': scoresCsv('a', 1) })
    const before = await job.explain('a.csv')
    expect(before).toMatchObject({
      key: 'a.csv',
      verdict: 'notDiscovered',
      object: { key: 'a.csv' },
      entries: [],
      attempts: [],
      nextAt: null,
    })
    expect(before.steps).toEqual([
      expect.stringMatching(/^It is there: 14 bytes, version e:/),
      'It is selected, and no rule of skipping applies.',
      'The store does not know the job: it has never run.',
      'The next whole listing finds it. Then it waits to be imported.',
    ])
    await job.runOnce()
    source.put('b.csv', scoresCsv('b', 1))
    const after = await job.explain('b.csv')
    expect(after).toMatchObject({ verdict: 'notDiscovered', nextAt: expect.any(Date) })
    expect(after.steps.at(-1)).toBe('The listing finds it within 10 s; notify() at once. Then it waits to be imported.')
  })

  test('an imported one, and another version of it', async () => {
    const { job, source } = parts({ 'a.csv': 'id,score\na,1\nb,\n' })
    await job.runOnce()
    const done = await job.explain('a.csv')
    expect(done).toMatchObject({ verdict: 'imported', entries: [{ state: 'imported' }], attempts: [{ outcome: 'complete' }], nextAt: null })
    expect(done.steps.join('\n')).toMatch(/the present one: seen .*, imported .* under schema version 1: 1 rows written, 1 rejected\./)
    source.put('a.csv', scoresCsv('x', 1))
    expect((await job.explain('a.csv')).steps.at(-1)).toMatch(/Then it is skipped as overwrite_ignored/)
    await job.runOnce()
    const other = await job.explain('a.csv')
    expect(other).toMatchObject({ verdict: 'skipped', entries: [{ state: 'imported' }, { state: 'skipped', rule: 'overwrite_ignored' }] })
    expect(other.steps.at(-1)).toMatch(/^Nothing: another version of the key is imported/)
  })

  test('what is not selected, what is skipped, what is not there', async () => {
    const { job } = parts({ 'old/a.csv': 'x', '_x/a.csv': 'x', 'a.docx': 'x' }, { exclude: ['old/'] })
    for (const when of ['before', 'after']) {
      const out = await job.explain('old/a.csv')
      expect(out, when).toMatchObject({ verdict: 'notEligible', entries: [] })
      expect(out.rules.at(-1)).toEqual({ rule: 'exclude', applies: true })
      const hidden = await job.explain('_x/a.csv')
      expect(hidden.verdict, when).toBe('skipped')
      expect(hidden.rules.filter(({ applies }) => applies)).toEqual([{ rule: 'hidden', applies: true }])
      expect(hidden.steps).toContain('The rule hidden skips it: its name, or that of a folder it is in, starts with "." or "_".')
      const gone = await job.explain('none.csv')
      expect(gone, when).toMatchObject({ verdict: 'notFound', object: null, rules: [] })
      await job.runOnce()
    }
    expect((await job.explain('a.docx')).entries).toMatchObject([{ state: 'skipped', rule: 'unknown_extension' }])
  })

  test('a failed file: where, why, and what to do', async () => {
    const { job } = parts({ 'a.csv': 'id,score\na,1\nb,\n' }, { onRejected: 'failFile' })
    await job.runOnce()
    const failed = await job.explain('a.csv')
    expect(failed).toMatchObject({ verdict: 'failed', attempts: [{ outcome: 'fail' }], nextAt: null })
    expect(failed.steps.join('\n')).toMatch(/failed .*: TOO_MANY_REJECTED: .* \(row 2, column "score"\)/)
    expect(failed.steps.at(-1)).toMatch(/^Nothing by itself\. .* Then retry\(\), or upload it again/)
  })

  test('one that waits for its next try, and a paused job', async () => {
    const { job, store } = parts(
      { 'a.csv': scoresCsv('a', 1) },
      {
        sink: () => {
          throw new SinkError('SINK_FAILED', 'Not now.', { retryable: true })
        },
      },
    )
    await job.runOnce()
    const waiting = await job.explain('a.csv')
    expect(waiting).toMatchObject({ verdict: 'waiting', nextAt: waiting.entries[0]?.notBefore, attempts: [{ outcome: 'retry' }] })
    expect(waiting.steps.join('\n')).toMatch(/waits; 1 of 5 tries used\. The last error: SINK_FAILED: Not now\./)
    const row = await store.jobs.load('test', { signal })
    if (row === undefined) throw new Error('no row')
    await store.jobs.save({ ...row, status: 'inactive' }, { signal })
    const paused = await job.explain('a.csv')
    expect(paused).toMatchObject({ verdict: 'waiting', nextAt: null })
    expect(paused.steps.slice(-2)).toEqual(['The job is paused.', 'Nothing, while the job is paused.'])
  })

  test('a source that cannot be asked, or is not proven theirs, tells nothing of the object', async () => {
    const inner = memorySource({ 'a.csv': scoresCsv('a', 1) })
    const source: ObjectSource = {
      ...inner,
      checkOwnership: async () => {
        throw new SourceError('SOURCE_OWNERSHIP_MISMATCH', 'The tag is another.')
      },
    }
    const { job } = parts({}, { source })
    const unknown = await job.explain('a.csv')
    expect(unknown).toMatchObject({ verdict: 'unknown', object: null })
    expect(unknown.steps[0]).toBe('The source could not be asked: SOURCE_OWNERSHIP_MISMATCH: The tag is another.')
    expect(inner.requestCounts?.()).toEqual({ list: 0, head: 0, get: 0 })
  })

  test('changes nothing, and asks one HEAD', async () => {
    const { job, store, source } = parts({ 'a.csv': scoresCsv('a', 1), 'b.csv': scoresCsv('b', 1) })
    await job.runOnce({ maxFiles: 1 })
    const seen = async () => [await store.jobs.load('test', { signal }), await store.ledger.files('test', { limit: 9, signal })]
    const [before, counts] = [await seen(), source.requestCounts?.()]
    for (const key of ['a.csv', 'b.csv', 'c.csv']) await job.explain(key)
    expect(await seen()).toEqual(before)
    expect(source.requestCounts?.()).toEqual({ ...counts, head: (counts?.head ?? 0) + 3 })
  })
})
