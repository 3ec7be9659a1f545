import fc from 'fast-check'
import { compressors } from 'hyparquet-compressors'
import { describe, expect, test } from 'vitest'
import { snappySize, unpackSnappy } from '../../src/decoders/unpack-snappy.js'

const letters = Array.from({ length: 20 }, (_, i) => 65 + i)
/** Every kind of element: a literal, copies with 2, 1 and 4 bytes of distance, a literal with a length of its own. */
const block = Uint8Array.from([
  ...[100, 19 << 2, ...letters],
  ...[(39 << 2) | 2, 20, 0],
  ...[(7 << 2) | 1, 5],
  ...[(24 << 2) | 3, 30, 0, 0, 0],
  ...[60 << 2, 3, 1, 2, 3, 4],
])
const outcome = (unpack: () => Uint8Array): string => {
  try {
    return Buffer.from(unpack()).toString('hex')
  } catch {
    return 'refused'
  }
}

describe('unpackSnappy', () => {
  test('reads every kind of element', () => {
    expect(snappySize(block)).toBe(100)
    const output = unpackSnappy(block, 100)
    const twenty = String.fromCharCode(...letters)
    expect(Buffer.from(output.subarray(0, 60)).toString()).toBe(twenty + twenty + twenty)
    expect([...output.subarray(96)]).toEqual([1, 2, 3, 4])
    expect([...unpackSnappy(Uint8Array.of(0), 0)]).toEqual([])
  })

  test('agrees with another reader about any damage', () => {
    const { SNAPPY } = compressors
    if (SNAPPY === undefined) return expect.unreachable('there is a reader to compare with')
    const change = fc.record({ at: fc.integer({ min: 1, max: block.length - 1 }), value: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const damaged = block.slice()
        for (const { at, value } of changes) damaged[at] = value
        expect(outcome(() => unpackSnappy(damaged, 100))).toBe(outcome(() => SNAPPY(damaged, 100)))
      }),
      { numRuns: 3000 },
    )
  })

  test.each([0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff])(
    'refuses a literal of %i bytes, which 32 bits with a sign do not hold',
    (length) => {
      const word = new Uint8Array(4)
      new DataView(word.buffer).setUint32(0, length, true)
      expect(() => unpackSnappy(Uint8Array.from([20, 0xfc, ...word, 1, 2, 3, 4, 5, 6]), 20)).toThrow(RangeError)
    },
  )

  test('refuses every cut', () => {
    for (let length = 0; length < block.length; length++) expect(() => unpackSnappy(block.subarray(0, length), 100)).toThrow(RangeError)
  })
})

test('snappySize is -1 where there is none', () => {
  expect(snappySize(Uint8Array.of())).toBe(-1)
  expect(snappySize(Uint8Array.of(0x80, 0x80))).toBe(-1)
  expect(snappySize(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 1))).toBe(-1)
  expect(snappySize(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f))).toBe(2 ** 32 - 1)
})
