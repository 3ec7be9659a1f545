import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ByteRange, joinRanges, ReadAhead } from '../../../src/decoders/parquet/read-ahead.js'

const MiB = 1024 * 1024
const { signal } = new AbortController()
/** Stand-in for a file: what is read of it is as long as it should be, and begins with its place. */
const bytesOf = ({ start, end }: ByteRange): Uint8Array => {
  const bytes = new Uint8Array(end - start)
  bytes[0] = start % 251
  return bytes
}

describe('joinRanges', () => {
  it('joins neighbours up to a size, passes small gaps, and keeps the order', () => {
    const spans = joinRanges([
      { start: 0, end: 10 },
      { start: 10, end: 20 },
      { start: 1_000, end: MiB },
      { start: 3 * MiB, end: 4 * MiB },
      { start: 4 * MiB, end: 7 * MiB },
      { start: 7 * MiB, end: 7 * MiB + 1 },
      { start: 7 * MiB, end: 7 * MiB + 2 },
      { start: 0, end: 9 * MiB },
    ])
    expect(spans.map(({ start, end, ranges }) => [start, end, ranges.length])).toEqual([
      [0, MiB, 3],
      [3 * MiB, 7 * MiB, 2],
      [7 * MiB, 7 * MiB + 1, 1],
      [7 * MiB, 7 * MiB + 2, 1],
      [0, 9 * MiB, 1],
    ])
  })

  it('gives each range back once, within its span, whatever the ranges', () => {
    const range = fc.tuple(fc.nat(20 * MiB), fc.nat(6 * MiB)).map(([start, length]) => ({ start, end: start + length }))
    fc.assert(
      fc.property(fc.array(range), (ranges) => {
        const spans = joinRanges(ranges)
        expect(spans.flatMap((span) => span.ranges)).toEqual(ranges)
        for (const span of spans) {
          for (const one of span.ranges) expect(one.start >= span.start && one.end <= span.end).toBe(true)
          expect(span.ranges.length === 1 || span.end - span.start <= 4 * MiB).toBe(true)
        }
      }),
    )
  })
})

describe('ReadAhead', () => {
  const ranges = [0, 1, 2, 3].map((i) => ({ start: i * 10 * MiB, end: i * 10 * MiB + 5 }))

  it('has one read under way while the last one is worked on', async () => {
    const begun: number[] = []
    const read = async (range: ByteRange): Promise<Uint8Array> => {
      begun.push(range.start / MiB)
      return bytesOf(range)
    }
    const ahead = new ReadAhead([{ start: 0, end: 5 }, { start: 5, end: 9 }, ...ranges.slice(1)], read, signal)
    expect(begun).toEqual([0])
    expect(await ahead.take()).toHaveLength(5)
    expect(begun).toEqual([0, 10])
    expect(await ahead.take()).toHaveLength(4)
    expect(begun).toEqual([0, 10])
    for (const { start } of ranges.slice(1)) expect((await ahead.take())[0]).toBe(start % 251)
    expect(begun).toEqual([0, 10, 20, 30])
    await expect(ahead.take()).rejects.toThrow('All ranges were taken')
  })

  it('tells of an error when that range is taken, not before', async () => {
    const read = async (range: ByteRange): Promise<Uint8Array> => {
      if (range.start > 0) throw new Error('the source failed')
      return bytesOf(range)
    }
    const ahead = new ReadAhead(ranges, read, signal)
    expect(await ahead.take()).toHaveLength(5)
    await expect(ahead.take()).rejects.toThrow('the source failed')
  })

  it('ends what is under way when it is closed, and nobody has to hear of it', async () => {
    const ended: unknown[] = []
    const read = (_: ByteRange, stop: AbortSignal): Promise<Uint8Array> =>
      new Promise((_resolve, reject) => {
        stop.addEventListener('abort', () => {
          ended.push(stop.reason)
          reject(stop.reason)
        })
      })
    const ahead = new ReadAhead(ranges, read, signal)
    ahead.close()
    await new Promise((resolve) => setImmediate(resolve))
    expect(ended).toHaveLength(1)
  })
})
