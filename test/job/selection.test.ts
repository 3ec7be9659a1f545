import { describe, expect, test } from 'vitest'
import type { ListOptions } from '../../src/contracts/object-source.js'
import { ImportJob } from '../../src/job/import-job.js'
import type { ImportJobOptions } from '../../src/job/job-options.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { type MemorySource, memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { eventLog, type Score, scoreMapper, scoresCsv } from './parts.js'

const signal = new AbortController().signal

function parts(keys: readonly string[], options: Partial<ImportJobOptions<Score>> = {}) {
  const source = memorySource(Object.fromEntries(keys.map((key, i) => [key, scoresCsv(`${i}-`, 1)])))
  const store = memoryStore()
  const make = (more: Partial<ImportJobOptions<Score>> = {}) => {
    const job = new ImportJob<Score>({
      id: 'test',
      source,
      sink: memorySink<Score>(),
      store,
      mapper: scoreMapper(),
      isolation: 'inline',
      ...options,
      ...more,
    })
    return { job, events: eventLog(job) }
  }
  return { source, store, make }
}

/** The keys that were imported. */
async function importedBy(keys: readonly string[], options: Partial<ImportJobOptions<Score>>) {
  const { store, make, source } = parts(keys, options)
  const listed = listOptions(source)
  const { job, events } = make()
  await job.runOnce()
  const entries = await store.ledger.files('test', { limit: 1_000, signal })
  return {
    imported: entries.filter(({ state }) => state === 'imported').map(({ key }) => key),
    remembered: entries.map(({ key }) => key),
    notEligible: events.of('pollCompleted')[0]?.notEligible,
    listed,
  }
}

/** What the source was asked, from now on. */
function listOptions(source: MemorySource): Omit<ListOptions, 'signal'>[] {
  const asked: Omit<ListOptions, 'signal'>[] = []
  const list = source.list
  source.list = (options) => {
    const { signal: _, ...rest } = options
    asked.push(rest)
    return list.call(source, options)
  }
  return asked
}

describe('which objects are eligible', () => {
  const keys = ['2023/a.csv', '2024/01/a.csv', '2024/01/b_old.csv', '2024/02/a.csv', '2024/02/a.txt', 'z.csv']

  test('everything, when nothing is said', async () => {
    const { imported, notEligible, listed } = await importedBy(keys, {})
    expect(imported).toEqual(keys.filter((key) => key.endsWith('.csv')))
    expect(notEligible).toEqual({})
    expect(listed).toEqual([{}])
  })

  test('match and exclude; what globs start with is left to the store, what they leave out is counted and not remembered', async () => {
    const { imported, remembered, notEligible, listed } = await importedBy(keys, {
      match: ['2024/*/*.csv', '2023/*'],
      exclude: ['*_old.csv', /\/02\//],
    })
    expect(imported).toEqual(['2023/a.csv', '2024/01/a.csv'])
    expect(remembered).toEqual(imported)
    expect(notEligible).toEqual({ match: 1, exclude: 2 })
    expect(listed).toEqual([{ under: '202' }])
  })

  test('an expression is asked of every key, and its own state changes nothing', async () => {
    const { imported, listed } = await importedBy(keys, { match: [/^\d{4}\/.*\.csv$/gy] })
    expect(imported).toEqual(['2023/a.csv', '2024/01/a.csv', '2024/01/b_old.csv', '2024/02/a.csv'])
    expect(listed).toEqual([{}])
  })

  test('startAfter is asked of the store, and holds where a store lists in no order', async () => {
    const ordered = await importedBy(keys, { startAfter: '2024/01/b_old.csv' })
    expect(ordered).toMatchObject({ imported: ['2024/02/a.csv', 'z.csv'], notEligible: {}, listed: [{ after: '2024/01/b_old.csv' }] })
    const { store, make, source } = parts(keys)
    const { job, events } = make({ source: { ...source, listsInKeyOrder: false }, startAfter: '2024/01/b_old.csv', match: ['2024/0*/**'] })
    await job.runOnce()
    expect((await store.ledger.files('test', { limit: 9, signal })).map(({ key }) => key)).toEqual(['2024/02/a.csv', '2024/02/a.txt'])
    expect(events.of('pollCompleted')).toMatchObject([{ notEligible: { startAfter: 2 }, listed: 4 }])
  })

  test('since: what was last modified before is left out, what has no time is not', async () => {
    const { source, store, make } = parts([])
    source.put('old.csv', scoresCsv('a', 1), new Date('2024-01-01T00:00:00Z'))
    source.put('new.csv', scoresCsv('b', 1), new Date('2024-02-01T00:00:00Z'))
    source.put('none.csv', scoresCsv('c', 1), null)
    for (const since of [new Date('2024-02-01T00:00:00Z'), '2024-02-01', '2024-02-01T01:00:00+01:00']) {
      const { job, events } = make({ since })
      await job.runOnce()
      expect(events.of('pollCompleted')[0]?.notEligible).toEqual({ since: 1 })
    }
    expect((await store.ledger.files('test', { limit: 9, signal })).map(({ key }) => key)).toEqual(['new.csv', 'none.csv'])
    const { job } = make({ since: '2024-01-01' })
    await job.runOnce()
    expect(await store.ledger.files('test', { limit: 9, signal })).toHaveLength(3)
  })

  test('names are judged below the prefix, where keys carry it', async () => {
    const inner = memorySource({ 'a/b/c/x.csv': scoresCsv('x', 1), 'a/b/x.csv': scoresCsv('y', 1) })
    const { store, make } = parts([])
    const source = { ...inner, prefix: 'a/b/', place: 's3://bucket/a/b/' }
    const asked = listOptions(source)
    const { job } = make({ source, match: ['c/*.csv'], startAfter: 'b' })
    await job.runOnce()
    expect((await store.ledger.files('test', { limit: 9, signal })).map(({ key }) => key)).toEqual(['a/b/c/x.csv'])
    expect(asked).toEqual([{ under: 'a/b/c/', after: 'a/b/b' }])
  })

  test('keys that no store has to hold are counted', async () => {
    const { notEligible, imported } = await importedBy(['a\0.csv', 'b\ud800.csv', 'c.csv'], {})
    expect(imported).toEqual(['c.csv'])
    expect(notEligible).toEqual({ unstorable_key: 2 })
  })

  test('wrong options are named', () => {
    const { make } = parts([])
    expect(() => make({ match: ['a{b'] })).toThrow(/`match` has a pattern, "a\{b", that has a "\{" without its "\}"/)
    expect(() => make({ match: 'a' as never })).toThrow(/`match`/)
    expect(() => make({ exclude: [7 as never] })).toThrow(/`exclude.0` must be globs/)
    expect(() => make({ match: Array.from({ length: 5 }, () => 'x'.repeat(500)) })).toThrow(/more than 2048 characters together/)
    expect(() => make({ since: 'yesterday' })).toThrow(/`since` must be a time/)
    expect(() => make({ since: '2024-01-01T00:00:00' })).toThrow(/`since` must be a time/)
    expect(() => make({ since: new Date(Number.NaN) })).toThrow(/`since` must be/)
  })
})

describe('edits of what is imported', () => {
  test('what was skipped under older rules is judged again, and told only if that changed something', async () => {
    const { store, make } = parts(['a.csv', 'b.json', 'c.docx'])
    const first = make()
    await first.job.runOnce()
    expect(first.events.of('fileSkipped').map(({ file, rule }) => [file.key, rule])).toEqual([
      ['b.json', 'unknown_extension'],
      ['c.docx', 'unknown_extension'],
    ])
    expect((await store.jobs.load('test', { signal }))?.rulesVersion).toBe(1)
    const same = make()
    await same.job.runOnce()
    expect((await store.jobs.load('test', { signal }))?.rulesVersion).toBe(1)
    const [{ builtInDecoders }] = [await import('../../src/decoders/detect/built-in-decoders.js')]
    const [csv] = builtInDecoders().filter(({ format }) => format === 'csv')
    const json = { ...(csv as NonNullable<typeof csv>), extensions: ['.json'] }
    const edited = make({ decoders: [json] })
    const report = await edited.job.runOnce()
    expect(report).toMatchObject({ imported: 1, failed: 0 })
    expect(edited.events.of('fileDiscovered').map(({ file }) => file.key)).toEqual(['b.json'])
    expect(edited.events.of('fileSkipped')).toEqual([])
    expect((await store.jobs.load('test', { signal }))?.rulesVersion).toBe(2)
  })

  test('a wider match is listed from the start at the next poll, wherever the lap stood', async () => {
    const many = Array.from({ length: 2_500 }, (_, i) => `b/${String(i).padStart(5, '0')}.csv`)
    const { store, make, source } = parts(['a/1.csv', ...many], { pollIntervalMs: 20 })
    const onePoll = async (job: ImportJob<Score>): Promise<void> => {
      const completed = new Promise((resolve) => job.once('pollCompleted', resolve))
      job.start()
      await completed
      await job.stop({ timeoutMs: 0 })
    }
    await onePoll(make({ match: ['b/*.csv'] }).job)
    const listed = listOptions(source)
    await onePoll(make({ match: ['{a,b}/*.csv'] }).job)
    expect(listed[0]).toEqual({})
    expect(await store.ledger.files('test', { key: 'a/1.csv', limit: 9, signal })).toHaveLength(1)
  })
})
