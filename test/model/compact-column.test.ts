import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toFloat64 } from '../../src/mappers/to-float64.js'
import { typedColumn } from '../../src/mappers/typed-column.js'
import { toValues } from '../../src/model/cell.js'
import { checkColumn } from '../../src/model/check-column.js'
import type { Column } from '../../src/model/column.js'
import { columnOf } from '../../src/model/column-of.js'
import { compactColumn, keptRuns } from '../../src/model/compact-column.js'
import type { DataType } from '../../src/model/data-type.js'
import { sliceColumn } from '../../src/model/slice-column.js'

const rows = 200
const makers: readonly (readonly [DataType, (i: number) => unknown])[] = [
  [{ kind: 'int8' }, (i) => i % 100],
  [{ kind: 'uint32' }, (i) => i],
  [{ kind: 'float64' }, (i) => i / 3],
  [{ kind: 'int64' }, (i) => BigInt(i) << 50n],
  [{ kind: 'uint64' }, (i) => BigInt(i) << 50n],
  [{ kind: 'bool' }, (i) => i % 3 === 0],
  [{ kind: 'utf8' }, (i) => 'ü'.repeat(i % 5)],
  [{ kind: 'binary' }, (i) => new Uint8Array(i % 4).fill(i)],
  [{ kind: 'date' }, (i) => i],
  [{ kind: 'timestamp', unit: 'us', timezone: 'UTC' }, (i) => i * 1000],
  [{ kind: 'time', unit: 'us' }, (i) => i * 1000],
  [{ kind: 'decimal', precision: 38, scale: 2 }, (i) => BigInt(i) << 70n],
  [{ kind: 'list', item: { kind: 'utf8' } }, (i) => Array.from({ length: i % 3 }, (_, k) => `${i}${k}`)],
  [{ kind: 'fixedList', size: 2, item: { kind: 'float32' } }, (i) => [i, i + 1]],
  [{ kind: 'struct', fields: [{ name: 'a', type: { kind: 'utf8' }, nullable: true }] }, (i) => ({ a: `${i}` })],
  [{ kind: 'null' }, () => null],
  [{ kind: 'unknown' }, (i) => ({ i })],
]
const columns = makers.flatMap(([type, make]): Column[] => {
  const some = columnOf(
    type,
    Array.from({ length: rows }, (_, i) => (i % 7 === 3 ? null : make(i))),
  )
  // The same rows as a view into a larger column: offsets that do not start at 0.
  const view = sliceColumn(
    columnOf(
      type,
      Array.from({ length: rows + 16 }, (_, i) => make(i)),
    ),
    8,
    rows + 8,
  )
  return [some, view]
})
columns.push({
  kind: 'dictionary',
  length: rows,
  validity: null,
  indices: Int32Array.from({ length: rows }, (_, i) => i % 3),
  dictionary: { id: 1, values: columnOf({ kind: 'utf8' }, ['a', 'b', 'c']) },
})

describe('compactColumn', () => {
  it('keeps the rows that are not rejected, for every kind, and leaves the original alone', () => {
    const before = columns.map((column) => toValues(column))
    // Few rejected rows make long runs, many make short ones: both ways of copying.
    const rejects = fc.integer({ min: 1, max: 100 }).chain((percent) =>
      fc.array(
        fc.integer({ min: 0, max: 99 }).map((n) => (n < percent ? 1 : 0)),
        { minLength: rows, maxLength: rows },
      ),
    )
    fc.assert(
      fc.property(rejects, (rejected) => {
        const runs = keptRuns(Uint8Array.from(rejected))
        const kept = rejected.filter((flag) => flag === 0).length
        columns.forEach((column, c) => {
          const compact = compactColumn(column, runs, kept)
          expect(checkColumn(compact)).toBeNull()
          expect(compact.length).toBe(kept)
          expect([column.kind, toValues(compact)]).toEqual([column.kind, before[c]?.filter((_, i) => rejected[i] === 0)])
          expect(toValues(column)).toEqual(before[c])
        })
      }),
      { numRuns: 25 },
    )
  })

  it('drops a bitmap that no kept row needs', () => {
    const column = columnOf({ kind: 'int8' }, [1, null, 3])
    expect(compactColumn(column, keptRuns(Uint8Array.of(0, 1, 0)), 2).validity).toBeNull()
  })
})

describe('typedColumn', () => {
  const never = (): void => {
    throw new Error('no cell is bad')
  }
  it('expands dictionaries of anything but text', () => {
    const coded = (values: Column, indices: readonly number[]): Column => ({
      kind: 'dictionary',
      length: 3,
      validity: Uint8Array.of(0b101),
      indices: Int32Array.from(indices),
      dictionary: { id: 1, values },
    })
    const typed = (type: DataType, values: readonly unknown[], indices: readonly number[]) =>
      typedColumn(coded(columnOf(type, values), indices), type, 'c', never)
    expect(toValues(toFloat64(typed({ kind: 'int64' }, [5n, -7n], [1, 0, 0])))).toEqual([-7, null, 5])
    expect(toValues(typed({ kind: 'timestamp', unit: 'us', timezone: 'UTC' }, [0, 1000], [1, 0, 1]))).toEqual([
      new Date(1),
      null,
      new Date(1),
    ])
    expect(toValues(typed({ kind: 'list', item: { kind: 'utf8' } }, [['a', 'b'], ['c'.repeat(40)]], [1, 0, 0]))).toEqual([
      ['c'.repeat(40)],
      null,
      ['a', 'b'],
    ])
    expect(typed({ kind: 'utf8' }, ['a'], [0, 0, 0]).kind).toBe('dictionary')
    expect(typed({ kind: 'int8' }, [], [0, 0, 0]).kind).toBe('null')
  })

  it('types values, and tells cells that do not fit', () => {
    const bad: number[] = []
    const typed = (as: DataType, values: readonly unknown[]): unknown[] => {
      bad.length = 0
      return toValues(typedColumn({ kind: 'values', length: values.length, validity: null, values }, as, 'c', (i) => bad.push(i)))
    }
    expect([typed({ kind: 'int8' }, [127, 128, -129, 1.5, '1', undefined]), [...bad]]).toEqual([
      [127, null, null, null, null, null],
      [1, 2, 3, 4],
    ])
    expect([typed({ kind: 'int64' }, [1, 2n ** 63n, -(2n ** 63n)]), [...bad]]).toEqual([[1, null, -(2n ** 63n)], [1]])
    expect([typed({ kind: 'utf8' }, ['a', 1]), [...bad]]).toEqual([['a', null], [1]])
    expect([typed({ kind: 'list', item: { kind: 'utf8' } }, [['a', null], ['a', 1], 'a']), [...bad]]).toEqual([
      [['a', null], null, null],
      [1, 2],
    ])
    expect([typed({ kind: 'date' }, [new Date(86_400_000), new Date(Number.NaN)]), [...bad]]).toEqual([[new Date(86_400_000), null], [1]])
  })
})
