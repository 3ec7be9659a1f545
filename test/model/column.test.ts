import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cell, toValues } from '../../src/model/cell.js'
import { checkColumn } from '../../src/model/check-column.js'
import type { Column } from '../../src/model/column.js'
import { columnFrom } from '../../src/model/column-from.js'
import { columnOf } from '../../src/model/column-of.js'
import type { DataType } from '../../src/model/data-type.js'
import { sliceColumn } from '../../src/model/slice-column.js'

/** Per kind: values to store, and what a cell shows for each. */
const kinds: readonly { type: DataType; value: fc.Arbitrary<unknown>; shown?: (value: never) => unknown }[] = [
  ...(['int8', 'int16', 'int32', 'uint8', 'uint16', 'uint32'] as const).map((kind) => ({
    type: { kind } as const,
    value: fc.integer({ min: kind.startsWith('u') ? 0 : -128, max: 127 }),
  })),
  { type: { kind: 'float64' }, value: fc.double() },
  { type: { kind: 'float32' }, value: fc.float() },
  {
    type: { kind: 'int64' },
    value: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    shown: (v: bigint) => (Number.isSafeInteger(Number(v)) ? Number(v) : v),
  },
  {
    type: { kind: 'uint64' },
    value: fc.bigInt(0n, 2n ** 64n - 1n),
    shown: (v: bigint) => (Number.isSafeInteger(Number(v)) ? Number(v) : v),
  },
  { type: { kind: 'bool' }, value: fc.boolean() },
  { type: { kind: 'utf8' }, value: fc.string({ unit: 'grapheme' }) },
  { type: { kind: 'binary' }, value: fc.uint8Array({ maxLength: 9 }) },
  { type: { kind: 'date' }, value: fc.integer({ min: -9999, max: 99999 }), shown: (v: number) => new Date(v * 86_400_000) },
  {
    type: { kind: 'timestamp', unit: 'us', timezone: 'UTC' },
    value: fc.bigInt(-(10n ** 15n), 10n ** 15n),
    shown: (v: bigint) => new Date(Math.floor(Number(v) / 1000)),
  },
  {
    type: { kind: 'decimal', precision: 38, scale: 2 },
    value: fc.bigInt(-(10n ** 37n), 10n ** 37n),
    shown: (v: bigint) => {
      const d = (v < 0n ? -v : v).toString().padStart(3, '0')
      return `${v < 0n ? '-' : ''}${d.slice(0, -2)}.${d.slice(-2)}`
    },
  },
  { type: { kind: 'list', item: { kind: 'utf8' } }, value: fc.array(fc.option(fc.string()), { maxLength: 4 }) },
  {
    type: { kind: 'fixedList', size: 2, item: { kind: 'float32' } },
    value: fc.tuple(fc.float(), fc.float()),
    shown: (v: [number, number]) => Float32Array.from(v),
  },
  {
    type: {
      kind: 'struct',
      fields: [
        { name: '__proto__', type: { kind: 'int32' }, nullable: true },
        { name: 'b', type: { kind: 'utf8' }, nullable: true },
      ],
    },
    value: fc.tuple(fc.integer({ min: 0, max: 9 }), fc.option(fc.string())).map(([a, b]) => {
      const struct = Object.create(null)
      for (const [name, field] of [
        ['__proto__', a],
        ['b', b],
      ] as const)
        struct[name] = field
      return struct
    }),
  },
]

describe('column', () => {
  for (const { type, value, shown = (v: never) => v } of kinds) {
    test(`${type.kind}: cells, slices and checks agree with the values`, () => {
      fc.assert(
        fc.property(fc.array(fc.option(value), { minLength: 1, maxLength: 40 }), fc.nat(39), fc.nat(39), (values, a, b) => {
          const column = columnOf(type, values)
          const expected = values.map((v) => (v === null ? null : shown(v as never)))
          expect(checkColumn(column)).toBeNull()
          expect(toValues(column)).toEqual(expected)
          const from = Math.min(a, b, values.length)
          const to = Math.min(Math.max(a, b), values.length)
          const slice = sliceColumn(column, from, to)
          expect(checkColumn(slice)).toBeNull()
          expect(toValues(slice)).toEqual(expected.slice(from, to))
        }),
        { numRuns: 60 },
      )
    })
  }

  test('columnFrom keeps what the values are', () => {
    const cases: [unknown[], Column['kind']][] = [
      [[1, 2, null], 'float64'],
      [[1, 2.5], 'float64'],
      [[1n, 2], 'int64'],
      [['a', null], 'utf8'],
      [[true], 'bool'],
      [[null], 'null'],
      [[1, 'a'], 'values'],
      [[new Date(5)], 'timestamp'],
      [[{ a: 1 }], 'values'],
    ]
    for (const [values, kind] of cases) {
      const column = columnFrom(values)
      expect(column.kind).toBe(kind)
      expect(toValues(column)).toEqual(values.map((v) => (typeof v === 'bigint' ? Number(v) : v)))
    }
  })

  test('a dictionary column shows its values', () => {
    const dictionary = { id: 1, values: columnOf({ kind: 'utf8' }, ['x', 'y']) }
    const column: Column = { kind: 'dictionary', length: 3, validity: Uint8Array.of(0b101), indices: Int32Array.of(1, 0, 0), dictionary }
    expect([0, 1, 2].map((i) => cell(column, i))).toEqual(['y', null, 'x'])
    expect(checkColumn({ ...column, indices: Int32Array.of(1, 0, 7) })).toMatch(/index 7 is outside/)
  })

  test('checkColumn names what is wrong', () => {
    const text = columnOf({ kind: 'utf8' }, ['a', 'b']) as Extract<Column, { kind: 'utf8' | 'binary' }>
    expect(checkColumn({ ...text, offsets: Int32Array.of(0, 2, 1) })).toMatch(/falls/)
    expect(checkColumn({ ...text, offsets: Int32Array.of(0, 1, 9) })).toMatch(/beyond the data/)
    expect(checkColumn({ ...text, length: 5 })).toMatch(/offsets hold/)
  })
})
