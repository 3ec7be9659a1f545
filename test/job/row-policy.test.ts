import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FileDecoder } from '../../src/contracts/file-decoder.js'
import type { SchemaMapper } from '../../src/contracts/schema-mapper.js'
import type { Delivery, Sink } from '../../src/contracts/sink.js'
import { csvDecoder } from '../../src/decoders/csv/csv-decoder.js'
import { ImportJob } from '../../src/job/import-job.js'
import type { ImportJobOptions } from '../../src/job/job-options.js'
import { canRefuse, refusal } from '../../src/job/row-policy.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { installProbe } from '../../src/util/probe.js'
import { eventLog, type Score, scoreMapper } from './parts.js'

/** A sink of any kind that shows every record it ever took, committed or not. */
function openSink(delivery: Delivery) {
  const taken: Score[] = []
  const committed: Score[] = []
  let begun = 0
  const sink: Sink<Score> = {
    delivery,
    async begin(file) {
      begun++
      const staged: Score[] = []
      return {
        async write(batch) {
          const records = [...batch.records()]
          taken.push(...records)
          staged.push(...records)
        },
        async commit({ rejected }) {
          committed.push(...staged)
          return { rows: staged.length, rejected, schemaVersion: file.schemaVersion, fence: file.fence, committedAt: '' }
        },
        async abort() {},
      }
    },
  }
  return { sink, taken, committed, begun: () => begun }
}

function jobOf(objects: Record<string, string | Uint8Array>, delivery: Delivery, options: Partial<ImportJobOptions<Score>> = {}) {
  const source = memorySource(objects)
  const { sink, ...seen } = openSink(delivery)
  const job = new ImportJob<Score>({
    id: 'test',
    source,
    sink,
    store: memoryStore(),
    mapper: scoreMapper(),
    isolation: 'inline',
    budgets: { batchRows: 8 },
    ...options,
  })
  return { job, source, events: eventLog(job), ...seen }
}

const csv = (good: readonly boolean[]): string => `id,score\n${good.map((is, i) => `r${i + 1},${is ? i : ''}\n`).join('')}`
const bad = (rows: number, ...at: number[]): boolean[] => Array.from({ length: rows }, (_, i) => !at.includes(i + 1))

describe('the row policy', () => {
  test('continue: 29 of 100 is not more than 0.29, whatever floats make of it', () => {
    const policy = { onRejected: 'continue', maxRejectedRows: undefined, maxRejectedRatio: 0.29 } as const
    expect(refusal(policy, { rowsRead: 100, rowsRejected: 29 }, 100)).toBeNull()
    expect(refusal(policy, { rowsRead: 100, rowsRejected: 30 }, 100)).toBe('maxRejectedRatio allows 29 % of 100')
    expect(refusal(policy, { rowsRead: 50, rowsRejected: 40 }, undefined)).toBeNull()
    expect(refusal(policy, { rowsRead: 50, rowsRejected: 40 }, 100)).not.toBeNull()
  })

  test('an empty file, and a file without rejected rows, pass any policy', () => {
    const strict = { onRejected: 'failFile', maxRejectedRows: 0, maxRejectedRatio: 0 } as const
    expect(refusal(strict, { rowsRead: 0, rowsRejected: 0 }, 0)).toBeNull()
    expect(refusal(strict, { rowsRead: 9, rowsRejected: 0 }, 9)).toBeNull()
    expect(canRefuse(strict)).toBe(true)
    expect(canRefuse({ onRejected: 'continue', maxRejectedRows: undefined, maxRejectedRatio: undefined })).toBe(false)
  })

  test('over the limit: a code of its own, how many of how many, the first bad row, and every issue kept', async () => {
    const { job, events } = jobOf({ 'a.csv': csv(bad(40, 3, 9, 17, 18)) }, 'transactional', { maxRejectedRows: 2 })
    expect(await job.runOnce()).toMatchObject({ imported: 0, failed: 1, rejectedRows: 4 })
    const [failed] = events.of('fileFailed')
    expect(failed?.error).toMatchObject({
      code: 'TOO_MANY_REJECTED',
      retryable: false,
      message: '4 of the first 24 rows of "a.csv" were rejected; maxRejectedRows allows 2.',
      location: { key: 'a.csv', row: 3, column: 'score' },
    })
    for await (const entry of job.files()) {
      expect(entry).toMatchObject({ state: 'failed', attempts: 1 })
      expect(entry.issues.map(({ row }) => row)).toEqual([3, 9, 17, 18])
    }
  })

  test('a share is judged at the end of a text file', async () => {
    const { job, events } = jobOf({ 'a.csv': csv(bad(20, 1, 2, 3)), 'b.csv': csv(bad(20, 1, 2)) }, 'transactional', {
      maxRejectedRatio: 0.1,
    })
    expect(await job.runOnce()).toMatchObject({ imported: 1, failed: 1 })
    expect(events.of('fileFailed')[0]?.error.message).toBe('3 of 20 rows of "a.csv" were rejected; maxRejectedRatio allows 10 % of 20.')
  })

  test('a share is judged early where the format counts its rows', async () => {
    const csvFile = csvDecoder()
    const counted: FileDecoder = { ...csvFile, open: async (bytes, options) => ({ ...(await csvFile.open(bytes, options)), rowCount: 80 }) }
    const text = csv(bad(80, 1, 2, 3, 4, 5, 9, 10, 11, 12))
    const { job, events } = jobOf({ 'a.csv': text }, 'transactional', { maxRejectedRatio: 0.1, decoders: [counted] })
    await job.runOnce()
    expect(events.of('fileFailed')[0]?.error.message).toBe(
      '9 of the first 16 rows of "a.csv" were rejected; maxRejectedRatio allows 10 % of 80.',
    )
  })

  test.each(['transactional', 'idempotent', 'plain'] as const)('%s: any rows, any policy', async (delivery) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)), { maxLength: 40 }),
        fc.record({
          onRejected: fc.constantFrom('continue' as const, 'continue' as const, 'failFile' as const),
          maxRejectedRows: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
          maxRejectedRatio: fc.option(fc.constantFrom(0, 0.05, 0.1, 0.25, 0.5, 1), { nil: undefined }),
          validateFirst: fc.constantFrom('auto' as const, true, false),
        }),
        async (good, policy) => {
          let readings = 0
          const scores = scoreMapper()
          const mapper: SchemaMapper<Score> = {
            signature: scores.signature,
            compile(schema, file) {
              readings++
              return scores.compile(schema, file)
            },
          }
          const { job, taken, committed, events } = jobOf({ 'a.csv': csv(good) }, delivery, { ...policy, mapper })
          await job.runOnce()
          const rejected = good.filter((is) => !is).length
          const { onRejected, maxRejectedRows = Infinity, maxRejectedRatio = Infinity, validateFirst } = policy
          const refused =
            rejected > 0 &&
            (onRejected === 'failFile' ||
              rejected > maxRejectedRows ||
              rejected / good.length > maxRejectedRatio ||
              rejected === good.length)
          const expected = good.flatMap((is, i) => (is ? [{ id: `r${i + 1}`, score: i }] : []))
          const canFail = onRejected === 'failFile' || maxRejectedRows !== Infinity || maxRejectedRatio !== Infinity
          const twice = validateFirst === 'auto' ? delivery !== 'transactional' && canFail : validateFirst
          expect(events.of('fileFailed').map(({ error }) => error.code)).toEqual(refused ? ['TOO_MANY_REJECTED'] : [])
          expect(committed).toEqual(refused ? [] : expected)
          if (!refused)
            expect(events.of('fileImported')[0]?.counts).toEqual({
              rowsRead: good.length,
              rowsWritten: expected.length,
              rowsRejected: rejected,
            })
          // What a sink has seen of a file that failed.
          if (refused && twice) expect(taken).toEqual([])
          if (refused) expect(events.of('fileFailed')[0]?.partialRows).toBe(delivery === 'transactional' ? 0 : taken.length)
          // Each rejected row is told once, in whichever reading.
          const told = events.of('rowRejected').map(({ row }) => row)
          const rows = good.flatMap((is, i) => (is ? [] : [i + 1]))
          expect(told).toEqual(refused ? rows.slice(0, told.length) : rows)
          if (!refused) expect(readings).toBe(twice ? 2 : 1)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('validateFirst', () => {
  test('a plain sink never hears of a file that does not pass', async () => {
    const { job, begun, events } = jobOf({ 'a.csv': csv(bad(100, 90)) }, 'plain', { onRejected: 'failFile' })
    await job.runOnce()
    expect(begun()).toBe(0)
    expect(events.of('fileFailed')).toMatchObject([{ partialRows: 0, error: { location: { row: 90 } } }])
    const without = jobOf({ 'a.csv': csv(bad(100, 90)) }, 'plain', { onRejected: 'failFile', validateFirst: false })
    await without.job.runOnce()
    expect(without.events.of('fileFailed')).toMatchObject([{ partialRows: 88 }])
    for await (const entry of without.job.files()) expect(entry).toMatchObject({ dirty: true, partialRows: 88 })
  })

  test('bytes are counted per reading', async () => {
    const text = csv(bad(100, 90))
    const { job, events } = jobOf({ 'a.csv': text }, 'plain', { validateFirst: true })
    await job.runOnce()
    expect(events.of('fileProgressed').at(-1)).toMatchObject({ rowsRead: 100, bytesRead: text.length })
  })

  test('a file that reads otherwise the second time fails before the batch that differs is written', async () => {
    let reading = 0
    const fickle = scoreMapper()
    const { job, taken, events } = jobOf({ 'a.csv': csv(bad(100)) }, 'idempotent', {
      validateFirst: true,
      mapper: {
        signature: 'fickle',
        compile: (schema, file) => {
          const mapping = fickle.compile(schema, file)
          const nth = ++reading
          return {
            ...mapping,
            apply: (batch) =>
              nth === 2 && batch.firstRow === 17 ? scoreMapper('s', 20).compile(schema, file).apply(batch) : mapping.apply(batch),
          }
        },
      },
    })
    await job.runOnce()
    expect(events.of('fileFailed')).toMatchObject([{ error: { code: 'REPLAY_MISMATCH', location: { row: 17 } } }])
    expect(taken.map(({ id }) => id)).toEqual(Array.from({ length: 16 }, (_, i) => `r${i + 1}`))
  })

  test('a fault in either reading is made good by the next attempt', async () => {
    const clock = { ms: Date.parse('2026-01-01T00:00:00Z') }
    for (let nth = 1; nth <= 26; nth += 5) {
      let hits = 0
      installProbe((point) => {
        if (point === 'P14' && ++hits === nth) throw new Error('fault')
      })
      const { job, committed } = jobOf({ 'a.csv': csv(bad(100, 90)) }, 'transactional', {
        validateFirst: true,
        maxRejectedRows: 1,
        store: memoryStore({ now: () => new Date(clock.ms) }),
      })
      for (let run = 0; run < 3; run++) {
        await job.runOnce()
        clock.ms += 120_000
      }
      installProbe(undefined)
      expect(hits).toBeGreaterThanOrEqual(nth)
      expect(committed).toHaveLength(99)
    }
  })

  test.each([
    { maxRejectedRatio: 1.5 },
    { maxRejectedRatio: -1 },
    { maxRejectedRows: 1.5 },
    { maxRejectedRows: -1 },
    { validateFirst: 'always' as never },
    { rejects: {} as never },
  ])('%j is refused by name', (options) => {
    expect(() => jobOf({}, 'plain', options)).toThrow(Object.keys(options)[0] as string)
  })
})
