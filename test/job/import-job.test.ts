import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Sink, WriteRecords } from '../../src/contracts/sink.js'
import { SinkError, SourceError } from '../../src/errors.js'
import { ImportJob } from '../../src/job/import-job.js'
import type { ImportJobOptions } from '../../src/job/job-options.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { eventLog, type Score, scoreMapper, scoresCsv } from './parts.js'

function parts(objects: Record<string, string | Uint8Array> = {}, options: Partial<ImportJobOptions<Score>> = {}) {
  const source = memorySource(objects)
  const sink = memorySink<Score>()
  const store = memoryStore()
  const job = new ImportJob<Score>({ id: 'test', source, sink, store, mapper: scoreMapper(), ...options })
  return { source, sink, store, job, events: eventLog(job) }
}

describe('ImportJob', () => {
  test('imports every file once, rejects bad rows, and finds nothing new the second time', async () => {
    const { job, sink, events } = parts({ 'day1.csv': 'id,score\na,0.5\nb,x\n', 'sub/day2.csv': 'id,score\nc,1\n', 'readme.txt': 'x' })
    const report = await job.runOnce()
    expect(report).toMatchObject({ outcome: 'completed', imported: 2, failed: 0, rejectedRows: 1, remaining: 0, errors: [] })
    expect([...sink.records].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: 'a', score: 0.5 },
      { id: 'c', score: 1 },
    ])
    expect(events.of('rowRejected')).toMatchObject([{ row: 2, file: { key: 'day1.csv' }, attempt: 1 }])
    expect(events.of('fileSkipped')).toMatchObject([{ file: { key: 'readme.txt' }, rule: 'unknown_extension' }])
    expect(events.of('fileImported').map(({ counts }) => counts)).toContainEqual({ rowsRead: 2, rowsWritten: 1, rowsRejected: 1 })
    expect(events.of('pollCompleted')).toMatchObject([{ listed: 3, discovered: 2 }])
    const again = await job.runOnce()
    expect(again).toMatchObject({ imported: 0, remaining: 0 })
    expect(sink.records).toHaveLength(2)
    expect((await job.status()).tally).toMatchObject({
      rowsRead: 3,
      rowsWritten: 2,
      rowsRejected: 1,
      files: { imported: 2, skipped: 1, pending: 0 },
    })
  })

  test('skips by rule, each reported by name', async () => {
    const { job, events } = parts({
      'empty.csv': '',
      'folder/': '',
      _SUCCESS: 'x',
      '_temporary/0/a.csv': 'x',
      'a.csv.tmp': 'x',
      '.hidden/a.csv': 'x',
      'a.docx': 'x',
      'good.csv': 'id,score\na,1\n',
    })
    const report = await job.runOnce()
    expect(report).toMatchObject({ imported: 1, failed: 0 })
    expect(Object.fromEntries(events.of('fileSkipped').map(({ file, rule }) => [file.key, rule]))).toEqual({
      'empty.csv': 'empty_object',
      'folder/': 'directory_marker',
      _SUCCESS: 'success_marker',
      '_temporary/0/a.csv': 'temporary',
      'a.csv.tmp': 'temporary',
      '.hidden/a.csv': 'hidden',
      'a.docx': 'unknown_extension',
    })
  })

  test('one bad file of each kind fails with its own code; the others are imported', async () => {
    const parquet = Uint8Array.from([...Buffer.from('PAR1'), ...new Uint8Array(40), ...Buffer.from('PAR1')])
    const { job, sink, events } = parts({
      'good.csv': scoresCsv('a', 3),
      'good.csv.gz': gzipSync(scoresCsv('b', 3)),
      'cut.csv.gz': gzipSync(scoresCsv('c', 9_999)).subarray(0, 1_000),
      'header.csv': 'id,score\n',
      'mismatch.csv': parquet,
      'unknown.parquet': Uint8Array.from({ length: 99 }, (_, i) => (7 * i) % 256),
      'broken.parquet': parquet,
      'zipped.parquet.gz': gzipSync(parquet),
      'columns.csv': 'id,points\na,1\n',
      'allbad.csv': 'id,score\na,\nb,\n',
    })
    const report = await job.runOnce()
    expect(report).toMatchObject({ outcome: 'completed', imported: 3, failed: 7, remaining: 0 })
    const codes = Object.fromEntries(events.of('fileFailed').map(({ file, error }) => [file.key, error.code]))
    expect(codes).toEqual({
      'cut.csv.gz': 'FILE_CORRUPT',
      'mismatch.csv': 'FORMAT_MISMATCH',
      'unknown.parquet': 'FORMAT_UNKNOWN',
      'broken.parquet': 'FILE_CORRUPT',
      'zipped.parquet.gz': 'FORMAT_UNSUPPORTED',
      'columns.csv': 'SCHEMA_MISMATCH',
      'allbad.csv': 'TOO_MANY_REJECTED',
    })
    for (const { error } of events.of('fileFailed')) {
      expect(error.remedy, error.code).toMatch(/\w+/)
      expect(error.location.key).toBeDefined()
    }
    expect(sink.records).toHaveLength(6)
  })

  test('a file over the limit fails before it is read', async () => {
    const { job, events, source } = parts({ 'big.csv': scoresCsv('a', 100) }, { budgets: { fileBytes: 100 } })
    await job.runOnce()
    expect(events.of('fileFailed')).toMatchObject([{ error: { code: 'OBJECT_TOO_LARGE' } }])
    expect(source.requestCounts?.().get).toBe(0)
  })

  test("onRejected: 'failFile' leaves no row of the file", async () => {
    const { job, sink, events } = parts({ 'a.csv': 'id,score\na,1\nb,\n' }, { onRejected: 'failFile' })
    await job.runOnce()
    expect(events.of('fileFailed')).toMatchObject([{ error: { code: 'TOO_MANY_REJECTED', location: { row: 2 } }, partialRows: 0 }])
    expect(sink.records).toEqual([])
  })

  test('maxFiles and deadlineMs leave the rest for the next run', async () => {
    const objects = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`f${i}.csv`, scoresCsv(`f${i}-`, 2)]))
    const { job, sink } = parts(objects)
    expect(await job.runOnce({ maxFiles: 2 })).toMatchObject({ imported: 2, remaining: 3 })
    expect(await job.runOnce({ deadlineMs: 0, maxFiles: 0 })).toMatchObject({ imported: 0, remaining: 3 })
    expect(await job.runOnce()).toMatchObject({ imported: 3, remaining: 0 })
    expect(sink.records).toHaveLength(10)
  })

  test('a second run while one is at work says so', async () => {
    const { job } = parts({ 'a.csv': scoresCsv('a', 2) })
    const [first, second] = await Promise.all([job.runOnce(), job.runOnce()])
    expect(first.outcome).toBe('completed')
    expect(second.outcome).toBe('alreadyRunning')
  })

  test('a sink outage blocks the job and uses up no attempt', async () => {
    let down = true
    const taken: Score[] = []
    const write: WriteRecords<Score> = (records) => {
      if (down) throw new SinkError('SINK_UNAVAILABLE', 'The database is away.', { retryable: true })
      taken.push(...records)
    }
    const { job, events } = parts({ 'a.csv': scoresCsv('a', 2) }, { sink: write })
    for (let i = 0; i < 7; i++) {
      const report = await job.runOnce()
      expect(report).toMatchObject({ outcome: i === 0 ? 'blocked' : expect.any(String), imported: 0, failed: 0, remaining: 1 })
    }
    expect(events.of('jobBlocked')).toHaveLength(1)
    down = false
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect(await job.runOnce()).toMatchObject({ imported: 1, remaining: 0 })
    expect(events.of('jobUnblocked')).toHaveLength(1)
    expect(taken).toHaveLength(2)
    expect(events.of('fileImported')).toHaveLength(1)
  })

  test('an outage is over when another worker has imported what it stopped', async () => {
    const clock = { ms: Date.parse('2026-01-01T00:00:00Z') }
    const store = memoryStore({ now: () => new Date(clock.ms) })
    const sink = memorySink<Score>()
    const down: Sink<Score> = {
      delivery: 'transactional',
      begin: async () => {
        throw new SinkError('SINK_UNAVAILABLE', 'Away.', { retryable: true })
      },
    }
    const parts = { id: 'test', source: memorySource({ 'a.csv': scoresCsv('a', 3) }), mapper: scoreMapper(), store }
    const job = new ImportJob<Score>({ ...parts, sink: down })
    const events = eventLog(job)
    expect(await job.runOnce()).toMatchObject({ outcome: 'blocked', remaining: 1 })
    expect(await job.runOnce()).toMatchObject({ outcome: 'blocked', remaining: 1 })
    clock.ms += 60_000
    expect(await new ImportJob<Score>({ ...parts, sink }).runOnce()).toMatchObject({ imported: 1 })
    expect(await job.runOnce()).toEqual({ outcome: 'completed', imported: 0, failed: 0, rejectedRows: 0, remaining: 0, errors: [] })
    expect((await job.status()).health).toEqual({ state: 'ok' })
    expect(events.of('jobUnblocked')).toMatchObject([{ code: 'SINK_UNAVAILABLE' }])
  })

  test('an always failing file is tried exactly maxAttempts times', async () => {
    const now = { ms: Date.parse('2026-01-01T00:00:00Z') }
    const store = memoryStore({ now: () => new Date(now.ms) })
    let tries = 0
    const write: WriteRecords<Score> = (records) => {
      if (records[0]?.id.startsWith('bad') !== true) return
      tries++
      throw new Error('no')
    }
    const { job, events } = parts({ 'a.csv': scoresCsv('bad', 2), 'b.csv': scoresCsv('good', 2) }, { sink: write, store, maxAttempts: 3 })
    for (let i = 0; i < 6; i++) {
      await job.runOnce()
      now.ms += 3_600_000
    }
    expect(tries).toBe(3)
    expect(events.of('fileRetried')).toHaveLength(2)
    expect(events.of('fileFailed')).toMatchObject([{ error: { code: 'ATTEMPTS_EXHAUSTED' } }])
    expect(events.of('fileImported')).toHaveLength(1)
  })

  test('another place, another identity, a newer schema are refused before anything is read', async () => {
    const { job, store } = parts({ 'a.csv': scoresCsv('a', 1) })
    await job.runOnce()
    const base = { id: 'test', sink: memorySink<Score>(), store, mapper: scoreMapper() }
    const moved = new ImportJob({ ...base, source: { ...memorySource({}), place: 'memory:elsewhere' } })
    await expect(moved.runOnce()).rejects.toMatchObject({ code: 'PLACE_CHANGED' })
    const other = new ImportJob({ ...base, source: { ...memorySource({}), identity: 'mtime' } })
    await expect(other.runOnce()).rejects.toMatchObject({ code: 'IDENTITY_SCHEME_CHANGED' })
    const newer = new ImportJob({ ...base, source: memorySource({}), mapper: scoreMapper('scores/2') })
    await newer.runOnce()
    const failed = eventLog(job)
    await expect(job.runOnce()).rejects.toMatchObject({ code: 'SCHEMA_SUPERSEDED' })
    expect(failed.of('jobFailed')).toEqual([])
  })

  test('a listener that throws or rejects harms nothing', async () => {
    const { job, sink, events } = parts({ 'a.csv': scoresCsv('a', 2) })
    job.on('fileStarted', () => {
      throw new Error('listener')
    })
    job.on('fileImported', async () => {
      throw new Error('async listener')
    })
    expect(await job.runOnce()).toMatchObject({ imported: 1 })
    await new Promise((resolve) => setImmediate(resolve))
    expect(sink.records).toHaveLength(2)
    expect(
      events
        .of('listenerFailed')
        .map(({ event }) => event)
        .sort(),
    ).toEqual(['fileImported', 'fileStarted'])
  })

  test('a listing that breaks off is an error, and what came before it is imported', async () => {
    const { source } = parts()
    const broken = {
      ...source,
      async *list({ signal }: { signal: AbortSignal }) {
        yield* memorySource({ 'a.csv': scoresCsv('a', 2) }).list({ signal })
        throw new SourceError('SOURCE_LISTING_INVALID', 'The listing broke off.', { retryable: true })
      },
      open: memorySource({ 'a.csv': scoresCsv('a', 2) }).open,
    }
    const { job, sink, events } = parts({}, { source: broken })
    expect(await job.runOnce()).toMatchObject({ outcome: 'blocked', imported: 1, errors: [{ code: 'SOURCE_LISTING_INVALID' }] })
    expect(events.of('pollFailed')).toHaveLength(1)
    expect(sink.records).toHaveLength(2)
  })

  test('overwrites: ignored by default, imported or replacing on request', async () => {
    for (const [overwrites, expected] of [
      ['ignore', ['a1']],
      ['import', ['a1', 'b1']],
      ['replace', ['b1']],
    ] as const) {
      const { job, sink, source, events } = parts({ 'a.csv': scoresCsv('a', 1) }, { overwrites })
      await job.runOnce()
      source.put('a.csv', scoresCsv('b', 1))
      await job.runOnce()
      expect(sink.records.map(({ id }) => id).sort(), overwrites).toEqual(expected)
      expect(events.of('fileChanged')).toHaveLength(1)
    }
  })

  test('dryRun shows access, a sample and what is wrong, and leaves no trace', async () => {
    const { job, sink, store } = parts({ 'a.csv': 'id,score\na,1\nb,\n', 'b.txt': 'x' })
    const report = await job.dryRun()
    expect(report).toMatchObject({
      ok: true,
      filesMatched: 1,
      filesSkipped: { unknown_extension: 1 },
      sample: { key: 'a.csv', format: 'csv', records: [{ id: 'a', score: 1 }] },
    })
    expect(report.issues).toMatchObject([{ code: 'x-no-score', row: 2, column: 'score' }])
    expect(sink.records).toEqual([])
    expect(await store.jobs.load('test', { signal: new AbortController().signal })).toBeUndefined()
    const bad = await parts({ 'a.csv': 'id,points\na,1\n' }).job.dryRun()
    expect(bad).toMatchObject({ ok: false, errors: [{ code: 'SCHEMA_MISMATCH' }] })
    const empty = await parts({}).job.dryRun()
    expect(empty).toMatchObject({ ok: false, errors: [{ code: 'SOURCE_NOT_FOUND' }] })
  })

  test('options are checked in one go, with what was meant', () => {
    const { source, sink, store } = parts()
    const make = (options: object) => () => new ImportJob({ id: 'x', source, sink, store, mapper: scoreMapper(), ...options } as never)
    expect(make({ maxAttemps: 3 })).toThrow(/`maxAttemps` is not an option; did you mean `maxAttempts`\?/)
    expect(make({ budgets: { fileByte: 1 } })).toThrow(/did you mean `fileBytes`/)
    expect(make({ id: '', leaseMs: 'x' })).toThrow(/`id`.*`leaseMs`/)
    expect(make({ store: undefined })).toThrow(/`store` is missing/)
    expect(make({ isolation: { entry: new URL('file:///nowhere.js'), mode: 'process' } })).toThrow(
      expect.objectContaining({ code: 'ISOLATION_UNAVAILABLE' }),
    )
    expect(make({ overwrites: 'replace', sink: () => {} })).toThrow(/needs a transactional sink/)
    expect(make({ sink: { begin() {}, delivery: 'exactly' } })).toThrow(/delivery/)
  })

  test('the streaming sink gets rows in order, one file at a time, under repeatable tokens', async () => {
    const seen: { token: string; ids: string[] }[] = []
    let inFlight = 0
    const sink: Sink<Score> = {
      delivery: 'plain',
      async begin(file) {
        expect(++inFlight).toBe(1)
        return {
          async write(batch) {
            seen.push({ token: batch.token, ids: [...batch.records()].map(({ id }) => id) })
          },
          async commit(summary) {
            inFlight--
            return { ...summary, schemaVersion: file.schemaVersion, fence: file.fence, committedAt: new Date().toISOString() }
          },
          async abort() {
            inFlight--
          },
        }
      },
    }
    const objects = { 'a.csv': scoresCsv('a', 20), 'b.csv': scoresCsv('b', 20) }
    await parts(objects, { sink, budgets: { batchRows: 8 } }).job.runOnce()
    const first = seen.splice(0)
    await parts(objects, { sink, budgets: { batchRows: 8 } }).job.runOnce()
    expect(seen).toEqual(first)
    expect(new Set(first.map(({ token }) => token)).size).toBe(6)
    expect(first.slice(0, 3).flatMap(({ ids }) => ids)).toEqual(Array.from({ length: 20 }, (_, i) => `a${i + 1}`))
  })

  test('start polls until stop; files that arrive meanwhile are imported', async () => {
    const { job, sink, source, events } = parts({ 'a.csv': scoresCsv('a', 2) }, { pollIntervalMs: 20 })
    const imported = (n: number) => new Promise<void>((resolve) => job.on('fileImported', () => sink.records.length >= n && resolve()))
    const first = imported(2)
    job.start()
    job.start()
    await first
    const second = imported(4)
    source.put('b.csv', scoresCsv('b', 2))
    await second
    expect((await job.status()).phase).toBe('polling')
    await job.stop()
    await job.stop()
    expect(events.names.filter((name) => name === 'jobStarted' || name === 'jobStopped')).toEqual(['jobStarted', 'jobStopped'])
    source.put('c.csv', scoresCsv('c', 2))
    expect(await job.runOnce()).toMatchObject({ imported: 1 })
    await job.close()
  })

  test('stop gives a file in flight back without using up an attempt', async () => {
    let release = (): void => {}
    const hanging: WriteRecords<Score> = () =>
      new Promise((resolve) => {
        release = resolve
      })
    const { job, events, store } = parts({ 'a.csv': scoresCsv('a', 2) }, { sink: hanging, pollIntervalMs: 10 })
    const started = new Promise((resolve) => job.on('fileStarted', resolve))
    job.start()
    await started
    await job.stop({ timeoutMs: 10 })
    release()
    const [entry] = await store.ledger.files('test', { limit: 10, signal: new AbortController().signal })
    expect(entry).toMatchObject({ state: 'pending', attempts: 0, crashes: 0 })
    expect(events.of('fileFailed')).toEqual([])
  })
})
