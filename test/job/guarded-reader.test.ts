import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ObjectReader, ObjectSource } from '../../src/contracts/object-source.js'
import { SourceError } from '../../src/errors.js'
import { openGuarded } from '../../src/job/guarded-reader.js'
import { defaultBudgets } from '../../src/model/budgets.js'
import { type Clock, systemClock } from '../../src/util/clock.js'

const signal = new AbortController().signal
const object = (size: number) => ({ key: 'a.csv', version: `e:x:${size}`, size, lastModified: null })
/** Waits are recorded, not waited. */
const clockWith = (waits: number[]): Clock => ({ ...systemClock, sleep: async (ms) => void waits.push(ms) })
const sourceOf = (reader: ObjectReader): ObjectSource => ({
  place: 'test:',
  identity: 'etag',
  listsInKeyOrder: true,
  async *list() {},
  open: async () => reader,
})
const bytesOf = (size: number) => Uint8Array.from({ length: size }, (_, i) => i % 251)

async function all(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const piece of pieces) parts.push(piece)
  return Buffer.concat(parts)
}

describe('guarded reads', () => {
  test('any pattern of short reads and cuts gives the exact bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5_000 }),
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (size, lengths, streams) => {
          const bytes = bytesOf(size)
          let call = 0
          const reader: ObjectReader = {
            size,
            read: async (start, end) => bytes.slice(start, Math.min(end, start + (lengths[call++ % lengths.length] as number))),
            ...(streams
              ? {
                  async *stream(start: number) {
                    const length = lengths[call++ % lengths.length] as number
                    yield bytes.slice(start, start + length)
                    if (call % 2 === 0) throw new Error('ECONNRESET')
                  },
                }
              : {}),
          }
          const guarded = await openGuarded(sourceOf(reader), object(size), { ...defaultBudgets, inputBytes: 1_000 }, clockWith([]), signal)
          expect(await all(guarded.stream(0, signal))).toEqual(Buffer.from(bytes))
          const from = Math.floor(size / 3)
          expect(Buffer.from(await guarded.read(from, size, signal))).toEqual(Buffer.from(bytes.subarray(from)))
          expect(guarded.bytesRead).toBe(size + size - from)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('a step between two pieces that fails loses neither of them', async () => {
    const bytes = bytesOf(30)
    const reader: ObjectReader = {
      size: 30,
      read: async (start, end) => bytes.slice(start, end),
      async *stream(start) {
        for (let at = start; at < 30; at += 10) yield bytes.slice(at, at + 10)
      },
    }
    let steps = 0
    const fails = (): void => {
      if (++steps === 2) throw new Error('injected')
    }
    const guarded = await openGuarded(sourceOf(reader), object(30), defaultBudgets, clockWith([]), signal, fails)
    expect(await all(guarded.stream(0, signal))).toEqual(Buffer.from(bytes))
  })

  test('large reads are fetched in pieces and come back whole', async () => {
    const bytes = bytesOf(20 * 1024 * 1024 + 7)
    let most = 0
    const reader: ObjectReader = {
      size: bytes.length,
      read: async (start, end) => {
        most = Math.max(most, end - start)
        return bytes.slice(start, end)
      },
    }
    const guarded = await openGuarded(sourceOf(reader), object(bytes.length), defaultBudgets, systemClock, signal)
    expect(Buffer.compare(await guarded.read(1, bytes.length, signal), bytes.subarray(1))).toBe(0)
    expect(most).toBe(8 * 1024 * 1024)
  })

  test('a read that never gets on ends with READ_CUT_SHORT after growing waits', async () => {
    const waits: number[] = []
    const guarded = await openGuarded(
      sourceOf({ size: 10, read: async () => new Uint8Array(0) }),
      object(10),
      defaultBudgets,
      clockWith(waits),
      signal,
    )
    await expect(guarded.read(0, 10, signal)).rejects.toMatchObject({ code: 'READ_CUT_SHORT', retryable: true, location: { key: 'a.csv' } })
    expect(waits).toHaveLength(4)
    expect(waits[3] as number).toBeGreaterThan(waits[0] as number)
  })

  test('silence ends with READ_STALLED within its deadline, also when the source ignores the signal', async () => {
    const silent: ObjectReader = {
      size: 10,
      read: () => new Promise(() => {}),
      stream: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
    }
    const guarded = await openGuarded(sourceOf(silent), object(10), { ...defaultBudgets, readIdleMs: 5 }, clockWith([]), signal)
    await expect(guarded.read(0, 10, signal)).rejects.toMatchObject({ code: 'READ_STALLED' })
    await expect(all(guarded.stream(0, signal))).rejects.toMatchObject({ code: 'READ_STALLED' })
  })

  test('more bytes than asked for are refused, not cut off', async () => {
    const guarded = await openGuarded(
      sourceOf({ size: 10, read: async () => new Uint8Array(11) }),
      object(10),
      defaultBudgets,
      clockWith([]),
      signal,
    )
    await expect(guarded.read(0, 10, signal)).rejects.toMatchObject({ code: 'READ_RANGE_IGNORED', retryable: false })
  })

  test('a changed object is never retried', async () => {
    let calls = 0
    const changed = async (): Promise<never> => {
      calls++
      throw new SourceError('OBJECT_CHANGED', 'changed')
    }
    const guarded = await openGuarded(sourceOf({ size: 10, read: changed }), object(10), defaultBudgets, clockWith([]), signal)
    await expect(guarded.read(0, 10, signal)).rejects.toMatchObject({ code: 'OBJECT_CHANGED' })
    expect(calls).toBe(1)
    await expect(openGuarded(sourceOf({ size: 9, read: changed }), object(10), defaultBudgets, systemClock, signal)).rejects.toMatchObject({
      code: 'OBJECT_CHANGED',
    })
  })

  test('abort ends a read at once with its reason', async () => {
    const stop = new AbortController()
    const guarded = await openGuarded(
      sourceOf({ size: 10, read: () => new Promise(() => {}) }),
      object(10),
      defaultBudgets,
      systemClock,
      signal,
    )
    const reading = guarded.read(0, 10, stop.signal)
    stop.abort(new Error('stopping'))
    await expect(reading).rejects.toThrow('stopping')
  })
})
