import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RejectsSink } from '../../src/contracts/rejects-sink.js'
import type { SchemaMapper } from '../../src/contracts/schema-mapper.js'
import { MappingError, SinkError } from '../../src/errors.js'
import { ImportJob } from '../../src/job/import-job.js'
import type { ImportJobOptions } from '../../src/job/job-options.js'
import type { RejectedRecord } from '../../src/model/rejected-row.js'
import { functionSink } from '../../src/sinks/function/function-sink.js'
import { memorySink } from '../../src/sinks/memory/memory-sink.js'
import { rejectsFolder } from '../../src/sinks/rejects/rejects-folder.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { installProbe, type ProbePoint } from '../../src/util/probe.js'
import { processKey } from '../../src/util/process-identity.js'
import { eventLog, type Score, scoreMapper } from './parts.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-rejects-'))
})
afterEach(async () => {
  installProbe(undefined)
  await rm(folder, { recursive: true, force: true })
})

function world(objects: Record<string, string>, options: Partial<ImportJobOptions<Score>> = {}) {
  const clock = { ms: Date.parse('2026-01-01T00:00:00Z') }
  const store = memoryStore({ now: () => new Date(clock.ms) })
  const source = memorySource(objects)
  const sink = memorySink<Score>()
  const make = (more: Partial<ImportJobOptions<Score>> = {}) =>
    new ImportJob<Score>({
      id: 'test',
      source,
      sink,
      store,
      mapper: scoreMapper(),
      isolation: 'inline',
      budgets: { batchRows: 8 },
      rejects: rejectsFolder({ folder, cells: true }),
      ...options,
      ...more,
    })
  return { clock, store, source, sink, make }
}

/** 20 rows, of which the 3rd, 10th and 17th have no score. */
const BAD = [3, 10, 17]
const csv = (name: string): string =>
  `id,score,note\n${Array.from({ length: 20 }, (_, i) => `${name}${i + 1},${BAD.includes(i + 1) ? 'n/a' : i},"x,${i + 1}"\n`).join('')}`

/** A schema that no file fits: fails before the sinks are asked. */
const noMapper: SchemaMapper<Score> = {
  signature: 'none',
  compile: () => {
    throw new MappingError('SCHEMA_MISMATCH', 'No column fits.', { remedy: 'x' })
  },
}

/** What stands in the folder: the refused rows of each file, and its CSV. */
async function kept(): Promise<{ key: string; version: string; fence: number; rows: number[]; csv: string }[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name !== '.staging')
  return Promise.all(
    names.map(async (name) => {
      const text = async (file: string): Promise<string> => readFile(join(folder, name, file), 'utf8')
      const { key, version, fence } = JSON.parse(await text('receipt.json')) as { key: string; version: string; fence: number }
      const lines = (await text('rejected.ndjson')).trimEnd().split('\n')
      const table = (await readdir(join(folder, name))).find((file) => file.endsWith('.csv')) as string
      return { key, version, fence, rows: lines.map((line) => (JSON.parse(line) as RejectedRecord).row), csv: await text(table) }
    }),
  )
}

const keptRows = async (): Promise<unknown[]> => (await kept()).map(({ key, rows }) => [key, rows]).sort()

describe('rejects', () => {
  test('a function gets every refused row with its reasons, and no cells, before the file is imported', async () => {
    const got: { records: readonly RejectedRecord[]; token: string; key: string }[] = []
    const { make, sink } = world(
      { 'a.csv': csv('a') },
      {
        rejects: (records, { token, file }) => {
          expect(sink.records).toEqual([])
          got.push({ records, token, key: file.key })
        },
      },
    )
    expect(await make().runOnce()).toMatchObject({ imported: 1, rejectedRows: 3 })
    expect(got.flatMap(({ records }) => records)).toEqual(
      BAD.map((row) => ({
        row,
        issues: [{ code: 'x-no-score', severity: 'error', message: 'a score is needed', row, column: 'score' }],
        key: 'a.csv',
      })),
    )
    expect(new Set(got.map(({ token }) => token)).size).toBe(3)
    expect(sink.records).toHaveLength(17)
  })

  test('cells come on the word of the sink: the text, of every column', async () => {
    const got: RejectedRecord[] = []
    const { make } = world(
      { 'a.csv': csv('a') },
      { rejects: { ...functionSink<RejectedRecord>((rows) => void got.push(...rows)), cells: true } },
    )
    await make().runOnce()
    expect(got.map(({ cells }) => cells)).toEqual(
      BAD.map((row) => [
        { column: 'id', value: `a${row}` },
        { column: 'score', value: 'n/a' },
        { column: 'note', value: `x,${row}` },
      ]),
    )
  })

  test('the CSV of refused rows, mended and uploaded alone, makes the import whole', async () => {
    const { make, source, sink } = world({ 'a.csv': csv('a') })
    await make().runOnce()
    const [output] = await kept()
    expect(output?.csv).toBe('id,score,note\na3,n/a,"x,3"\na10,n/a,"x,10"\na17,n/a,"x,17"\n')
    let row = 100
    source.put('a.rejected.csv', output?.csv.replaceAll('n/a', () => String(row++)) as string)
    expect(await make().runOnce()).toMatchObject({ imported: 1, rejectedRows: 0 })
    expect(sink.records.map(({ id }) => id).sort()).toEqual(Array.from({ length: 20 }, (_, i) => `a${i + 1}`).sort())
    expect(await keptRows()).toEqual([['a.csv', BAD]])
  })

  test('a row that cannot be told cell by cell is a line without any', async () => {
    const { make } = world({ 'a.csv': 'id,score,note\na1,1,x\na2,2\na3,3,x,y\na4,,""\n' })
    expect(await make().runOnce()).toMatchObject({ imported: 1, rejectedRows: 3 })
    expect(await kept()).toMatchObject([{ rows: [2, 3, 4], csv: 'id,score,note\n,,\n,,\na4,,""\n' }])
  })

  test('keeping them changes nothing of what is imported: any rows, any batch size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), fc.constantFrom(8, 16, 64), async (good, batchRows) => {
        const text = `id,score\n${good.map((is, i) => `r${i},${is ? i : 'x'}\n`).join('')}`
        const got: RejectedRecord[] = []
        const rejects = { ...functionSink<RejectedRecord>((rows) => void got.push(...rows)), cells: true }
        const withThem = world({ 'a.csv': text }, { budgets: { batchRows }, rejects })
        const without = world({ 'a.csv': text }, { budgets: { batchRows }, rejects: undefined })
        const reports = [await withThem.make().runOnce(), await without.make().runOnce()]
        expect(reports[0]).toMatchObject({ imported: reports[1]?.imported, rejectedRows: reports[1]?.rejectedRows })
        expect(withThem.sink.rows).toEqual(without.sink.rows)
        expect(got.map(({ row, cells }) => [row, cells?.map(({ value }) => value)])).toEqual(
          good.flatMap((is, i) => (is ? [] : [[i + 1, [`r${i}`, 'x']]])),
        )
      }),
      { numRuns: 40 },
    )
  })

  test('a file that is refused leaves none of its rows, in either place', async () => {
    const { make, sink } = world({ 'a.csv': csv('a'), 'b.csv': csv('b') }, { maxRejectedRows: 2 })
    expect(await make().runOnce()).toMatchObject({ failed: 2 })
    expect(sink.records).toEqual([])
    expect(await kept()).toEqual([])
  })

  test('a sink that counts them wrongly stops the import before the rows are committed', async () => {
    const forgetful: RejectsSink = {
      delivery: 'plain',
      begin: async ({ schemaVersion, fence }) => ({
        write: async () => {},
        commit: async () => ({ rows: 2, rejected: 0, schemaVersion, fence, committedAt: '' }),
        abort: async () => {},
      }),
    }
    const { make, sink } = world({ 'a.csv': csv('a') }, { rejects: forgetful })
    const job = make()
    const events = eventLog(job)
    await job.runOnce()
    expect(events.of('fileFailed')).toMatchObject([{ error: { code: 'CONSERVATION_BROKEN', location: { key: 'a.csv' } } }])
    expect(sink.records).toEqual([])
  })

  test('while the place cannot be reached the job waits, and no file loses an attempt', async () => {
    let down = true
    const got: RejectedRecord[] = []
    const { make, sink, store, clock } = world(
      { 'a.csv': csv('a') },
      {
        rejects: (rows) => {
          if (down) throw new SinkError('SINK_UNAVAILABLE', 'The disk is full.', { retryable: true })
          got.push(...rows)
        },
      },
    )
    for (let i = 0; i < 7; i++) {
      expect(await make().runOnce()).toMatchObject({ outcome: 'blocked', imported: 0, failed: 0, remaining: 1 })
      clock.ms += 600_000
    }
    down = false
    expect(await make().runOnce()).toMatchObject({ imported: 1 })
    const signal = new AbortController().signal
    expect((await store.ledger.files('test', { limit: 1, signal }))[0]?.attempts).toBe(0)
    expect([got.length, sink.records.length]).toEqual([3, 17])
  })

  test('what it throws is told as its own, without its message', async () => {
    const { make } = world(
      { 'a.csv': csv('a') },
      {
        rejects: { delivery: 'plain', begin: () => Promise.reject(new TypeError('secret')) },
        maxAttempts: 1,
      },
    )
    const { errors } = await make().runOnce()
    expect(errors[0]?.message).toContain('The rejects sink failed on "a.csv": TypeError.')
    expect(JSON.stringify(errors)).not.toContain('secret')
  })

  test('the sink itself, or no sink, is refused', () => {
    const sink = memorySink<Score>()
    expect(() => world({}, { sink, rejects: sink as never }).make()).toThrow(/same sink/)
    expect(() => world({}, { rejects: 'folder' as never }).make()).toThrow(/rejects/)
  })

  test('it is closed with the job', async () => {
    let closed = 0
    const { make } = world({}, { rejects: { ...functionSink<RejectedRecord>(() => {}), close: async () => void closed++ } })
    await make().close()
    expect(closed).toBe(1)
  })
})

describe('rejects, when things go wrong', () => {
  const points = ['P06', 'P07', 'P09', 'P10', 'P12', 'P14', 'P15', 'P16', 'P17', 'P26', 'P18', 'P19', 'P20', 'P21', 'P22', 'P23'] as const

  function failOnceAt(point: ProbePoint): { hits: number } {
    const state = { hits: 0 }
    installProbe((at) => {
      if (at === point && ++state.hits === 1) throw new Error(`fault at ${point}`)
    })
    return state
  }

  test.each(points)('a fault at %s keeps each refused row once, beside an import that is whole', async (point) => {
    const { make, sink, clock } = world({ 'a.csv': csv('a'), 'b.csv': csv('b') })
    const state = failOnceAt(point)
    for (let run = 0; run < 4; run++) {
      await make().runOnce()
      clock.ms += 120_000
    }
    expect(state.hits, `${point} is reached`).toBeGreaterThan(0)
    expect(sink.records).toHaveLength(34)
    expect(await keptRows()).toEqual([
      ['a.csv', BAD],
      ['b.csv', BAD],
    ])
  })

  test('a schema that changes between the two commits: what is kept are the rows that the imported attempt refused', async () => {
    const { make, sink, clock } = world({ 'a.csv': csv('a') })
    failOnceAt('P26')
    await make().runOnce()
    expect(await keptRows()).toEqual([['a.csv', BAD]])
    clock.ms += 120_000
    expect(await make({ mapper: scoreMapper('scores/2', 5) }).runOnce()).toMatchObject({ imported: 1, rejectedRows: 7 })
    expect(await keptRows()).toEqual([['a.csv', [1, 2, 3, 4, 5, 10, 17]]])
    expect(sink.records).toHaveLength(13)
  })

  test('a file that fails after they were committed leaves none', async () => {
    const sink = memorySink<Score>()
    const refusing: typeof sink = Object.create(sink)
    refusing.begin = async (file, options) => {
      const writer = await sink.begin(file, options)
      return 'write' in writer
        ? { ...bound(writer), commit: () => Promise.reject(new SinkError('SINK_FAILED', 'Not these rows.', { remedy: 'x' })) }
        : writer
    }
    const { make } = world({ 'a.csv': csv('a') }, { sink: refusing })
    let before: unknown
    installProbe(async (point) => {
      if (point === 'P26') before = await keptRows()
    })
    expect(await make().runOnce()).toMatchObject({ failed: 1 })
    expect(before).toEqual([['a.csv', BAD]])
    expect(await kept()).toEqual([])
  })

  test('a file that fails in a later attempt, before that has come so far, leaves none', async () => {
    const { make, clock } = world({ 'a.csv': csv('a') })
    failOnceAt('P26')
    await make().runOnce()
    expect(await keptRows()).toEqual([['a.csv', BAD]])
    clock.ms += 120_000
    expect(await make({ mapper: noMapper }).runOnce()).toMatchObject({ failed: 1 })
    expect(await kept()).toEqual([])
  })

  test('an object that changes between the two commits leaves the rows of its new version', async () => {
    const { make, clock, source } = world({ 'a.csv': csv('a') })
    failOnceAt('P26')
    await make().runOnce()
    clock.ms += 120_000
    installProbe((point) => {
      if (point === 'P07') source.put('a.csv', 'id,score,note\nb1,,x\nb2,2,y\n')
    })
    await make().runOnce()
    installProbe(undefined)
    await make().runOnce()
    expect((await kept()).map(({ csv: text }) => text)).toEqual(['id,score,note\nb1,,x\n'])
  })

  /** Freezes the first worker that comes to a point. */
  function freezeAt(point: ProbePoint): { readonly frozen: Promise<void>; go(): void } {
    let thaw = (): void => {}
    let strike = (): void => {}
    let first = true
    const frozen = new Promise<void>((resolve) => {
      strike = resolve
    })
    installProbe((at) => {
      if (at !== point || !first) return
      first = false
      strike()
      return new Promise<void>((resolve) => {
        thaw = resolve
      })
    })
    return { frozen, go: () => thaw() }
  }

  test.each(['P14', 'P17', 'P26', 'P18'] as const)('a worker frozen at %s keeps nothing beside its successor', async (point) => {
    const { make, sink } = world({ 'a.csv': csv('a') })
    const freeze = freezeAt(point)
    const run = make({ workerId: 'zombie' }).runOnce()
    await freeze.frozen
    const successor = make({ workerId: 'zombie', mapper: scoreMapper('scores/2', 5), [processKey]: {} } as never)
    expect(await successor.runOnce()).toMatchObject({ imported: 1 })
    const after = await kept()
    freeze.go()
    expect(await run).toMatchObject({ imported: 0, failed: 0 })
    expect(await kept()).toEqual(after)
    expect(after.map(({ rows }) => rows)).toEqual([[1, 2, 3, 4, 5, 10, 17]])
    expect(sink.records).toHaveLength(13)
  })

  test('a worker frozen before it commits them cannot, after another has called the file failed', async () => {
    const { make, sink } = world({ 'a.csv': csv('a') })
    const freeze = freezeAt('P17')
    const run = make({ workerId: 'zombie' }).runOnce()
    await freeze.frozen
    const successor = make({ workerId: 'zombie', mapper: noMapper, [processKey]: {} } as never)
    expect(await successor.runOnce()).toMatchObject({ failed: 1 })
    freeze.go()
    expect(await run).toMatchObject({ imported: 0, failed: 0 })
    expect(await kept()).toEqual([])
    expect(sink.records).toEqual([])
  })

  test('a sink that answers with its receipt is not written again', async () => {
    const rejects = memorySink<RejectedRecord>()
    const { make, sink, clock } = world({ 'a.csv': csv('a') }, { rejects })
    failOnceAt('P26')
    await make().runOnce()
    clock.ms += 120_000
    expect(await make().runOnce()).toMatchObject({ imported: 1 })
    expect(rejects.records.map(({ row }) => row)).toEqual(BAD)
    expect(sink.records).toHaveLength(17)
  })
})

/** A writer whose methods can be spread. */
function bound<W extends { write: unknown; commit: unknown; abort: unknown }>(writer: W): W {
  const { write, commit, abort } = writer as unknown as Record<'write' | 'commit' | 'abort', (...of: unknown[]) => unknown>
  return { write: write.bind(writer), commit: commit.bind(writer), abort: abort.bind(writer) } as unknown as W
}
