import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareKeys } from '../../src/model/compare-keys.js'
import { backoffMs } from '../../src/util/backoff.js'
import { canonicalJson } from '../../src/util/canonical-json.js'
import { nearestNames } from '../../src/util/nearest-names.js'
import { readAhead } from '../../src/util/read-ahead.js'
import { Semaphore } from '../../src/util/semaphore.js'
import { Wake } from '../../src/util/wake.js'

async function* counting(to: number, log: number[], failAt = -1): AsyncGenerator<number> {
  try {
    for (let i = 0; i < to; i++) {
      if (i === failAt) throw new Error(`at ${i}`)
      log.push(i)
      yield i
    }
  } finally {
    log.push(-1)
  }
}

describe('readAhead', () => {
  test('keeps order and content for any lead', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20), fc.nat(4), async (to, ahead) => {
        const got: number[] = []
        for await (const value of readAhead(counting(to, []), ahead)) got.push(value)
        expect(got).toEqual(Array.from({ length: to }, (_, i) => i))
      }),
    )
  })

  test('pulls no further than its lead, and returns the source when left early', async () => {
    const log: number[] = []
    for await (const value of readAhead(counting(100, log), 2)) {
      if (value === 3) break
    }
    expect(log.filter((i) => i >= 0).length).toBeLessThanOrEqual(7)
    expect(log.at(-1)).toBe(-1)
  })

  test('an error comes after the elements before it', async () => {
    const got: number[] = []
    const walk = async () => {
      for await (const value of readAhead(counting(9, [], 4), 3)) got.push(value)
    }
    await expect(walk()).rejects.toThrow('at 4')
    expect(got).toEqual([0, 1, 2, 3])
  })
})

test('compareKeys orders as UTF-8 bytes do', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))))
    }),
  )
  expect(compareKeys('a\uff5e', 'a\u{1f600}')).toBeLessThan(0)
})

test('nearestNames finds what was meant, and nothing far-fetched', () => {
  const known = ['prediction_label', 'prediction_score', 'actual_label', 'timestamp']
  expect(nearestNames('prediction_lable', known)[0]).toBe('prediction_label')
  expect(nearestNames('predictionScore', known)[0]).toBe('prediction_score')
  expect(nearestNames('zebra', known)).toEqual([])
})

test('backoffMs doubles to its cap, half fixed and half random', () => {
  const fixed = { baseMs: 100, maxMs: 1_000 }
  expect([1, 2, 3, 4, 5, 60].map((attempt) => backoffMs(attempt, { ...fixed, random: () => 0 }))).toEqual([50, 100, 200, 400, 500, 500])
  expect(backoffMs(3, { ...fixed, random: () => 0.999 })).toBe(400)
})

test('canonicalJson does not depend on the order of keys', () => {
  expect(canonicalJson({ b: 1, a: { d: [2, { f: 1, e: 2 }], c: null } })).toBe('{"a":{"c":null,"d":[2,{"e":2,"f":1}]},"b":1}')
})

test('Semaphore lets at most its limit in, first come first served', async () => {
  const semaphore = new Semaphore(2)
  let inside = 0
  let most = 0
  const order: number[] = []
  await Promise.all(
    [0, 1, 2, 3, 4].map(async (i) => {
      const release = await semaphore.acquire()
      order.push(i)
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside--
      release()
      release()
    }),
  )
  expect(most).toBe(2)
  expect(order).toEqual([0, 1, 2, 3, 4])
})

test('Wake keeps news that came before the wait', async () => {
  const wake = new Wake()
  const { signal } = new AbortController()
  wake.notify()
  await wake.wait(1e9, signal)
  const waiting = wake.wait(1e9, signal)
  wake.notify()
  await waiting
  await wake.wait(1, signal)
})
