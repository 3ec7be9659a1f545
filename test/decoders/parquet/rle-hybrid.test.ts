import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readHybrid } from '../../../src/decoders/parquet/rle-hybrid.js'

/** Packs values least significant bit first, by whole groups of eight, bit by bit. */
function packed(values: readonly number[], width: number): Uint8Array {
  const groups = Math.ceil(values.length / 8)
  const bytes = new Uint8Array(groups * width)
  values.forEach((value, i) => {
    for (let bit = 0; bit < width; bit++) {
      const at = i * width + bit
      if (Math.floor(value / 2 ** bit) % 2 === 1) bytes[at >> 3] = (bytes[at >> 3] as number) | (1 << (at & 7))
    }
  })
  // The header of a packed run: below 128, so one byte.
  return Uint8Array.from([(groups << 1) | 1, ...bytes])
}

it('unpacks values of any width', () => {
  const runs = fc
    .integer({ min: 1, max: 32 })
    .chain((width) => fc.tuple(fc.constant(width), fc.array(fc.integer({ min: 0, max: 2 ** width - 1 }), { minLength: 1, maxLength: 400 })))
  fc.assert(
    fc.property(runs, fc.integer({ min: 0, max: 9 }), ([width, values], before) => {
      const run = packed(values, width)
      const bytes = new Uint8Array(before + run.length)
      bytes.set(run, before)
      const out = new Int32Array(values.length + 1).fill(-7)
      readHybrid(bytes, before, bytes.length, width, out, values.length)
      expect([...out]).toEqual([...values.map((value) => value | 0), -7])
      if (width > 8) return
      const small = new Uint8Array(values.length)
      readHybrid(bytes, before, bytes.length, width, small, values.length)
      expect([...small]).toEqual(values)
    }),
  )
})

it('reads a run as often as it says', () => {
  const out = new Int32Array(5)
  readHybrid(Uint8Array.from([3 << 1, 0x2c, 0x01, (1 << 1) | 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 0, 14, 9, out, 5)
  expect([...out]).toEqual([300, 300, 300, 0, 0])
})
