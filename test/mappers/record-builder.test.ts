import assert from 'node:assert'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generatedRecords } from '../../src/mappers/generated-records.js'
import { plainRecords } from '../../src/mappers/plain-records.js'
import { recordBuilder } from '../../src/mappers/record-builder.js'
import type { BuildRecords, RecordColumns, RecordLayout } from '../../src/mappers/record-layout.js'
import { cell } from '../../src/model/cell.js'
import type { Column, Dictionary } from '../../src/model/column.js'
import { columnOf } from '../../src/model/column-of.js'
import type { DataType } from '../../src/model/data-type.js'

const run = promisify(execFile)
const hostile = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\u2028',
  '\u2029',
  '"',
  "'",
  '`$',
  '\\',
  ']',
  '\ud800',
  '',
  '0',
  '1',
  'ä',
  '\n',
]

const dictionaryColumn = (values: readonly (string | null)[], dictionary?: Dictionary): Column => {
  const distinct = [...new Set(values.filter((value) => value !== null))]
  const present = columnOf(
    { kind: 'bool' },
    values.map((value) => (value === null ? null : true)),
  )
  return {
    kind: 'dictionary',
    length: values.length,
    validity: present.validity,
    indices: Int32Array.from(values, (value) => (value === null ? 0 : distinct.indexOf(value))),
    dictionary: dictionary ?? { id: 1, values: columnOf({ kind: 'utf8' }, distinct) },
  }
}

const rows = 11
const nullable = <T>(value: fc.Arbitrary<T>) => fc.array(fc.option(value, { freq: 4 }), { minLength: rows, maxLength: rows })
const typed = <T>(type: DataType, value: fc.Arbitrary<T>): fc.Arbitrary<Column> => nullable(value).map((values) => columnOf(type, values))
const anyColumn: fc.Arbitrary<Column> = fc.oneof(
  typed({ kind: 'int64' }, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  typed({ kind: 'int64' }, fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n), -(2n ** 53n) + 1n, 2n ** 53n + 1n, 0n, -1n)),
  typed({ kind: 'uint64' }, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  typed({ kind: 'int32' }, fc.integer()),
  typed({ kind: 'float64' }, fc.double()),
  typed({ kind: 'float32' }, fc.float()),
  typed({ kind: 'bool' }, fc.boolean()),
  typed({ kind: 'utf8' }, fc.string({ unit: 'grapheme' })),
  typed({ kind: 'utf8' }, fc.string()),
  nullable(fc.string({ unit: 'grapheme' })).map((values) => dictionaryColumn(values)),
  typed({ kind: 'timestamp', unit: 'us', timezone: 'UTC' }, fc.bigInt({ min: -(2n ** 55n), max: 2n ** 55n })),
  typed({ kind: 'timestamp', unit: 'ns', timezone: 'UTC' }, fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n })),
  typed({ kind: 'list', item: { kind: 'utf8' } }, fc.array(fc.string())),
  fc.constant<Column>({ kind: 'null', length: rows, validity: null }),
  fc
    .array(fc.anything(), { minLength: rows, maxLength: rows })
    .map((values): Column => ({ kind: 'values', length: rows, validity: null, values })),
)
const name = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' }))

/** What a record says, own keys only, told apart from inherited ones. */
const shown = (records: readonly object[]): unknown =>
  records.map((record) =>
    Object.entries(record).map(([key, value]) => [
      key,
      Object.getPrototypeOf(Object(value)) !== Object.prototype &&
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      !(value instanceof Date) &&
      !ArrayBuffer.isView(value)
        ? Object.entries(value)
        : value,
    ]),
  )

describe('record builders', () => {
  it('give equal records, cell by cell, whatever the names', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, anyColumn), { selector: ([key]) => key, maxLength: 20 }),
        anyColumn,
        fc.integer({ min: 0, max: rows }),
        fc.integer({ min: 0, max: rows }),
        (group, single, a, b) => {
          const [from, to] = [Math.min(a, b), Math.max(a, b)]
          const names = group.map(([key]) => key)
          const layout: RecordLayout = { fields: [{ key: 'single' }, { key: 'features', names }] }
          const columns: RecordColumns = { single, features: { kind: 'group', names, columns: group.map(([, column]) => column) } }
          const builders: BuildRecords<object>[] = [generatedRecords(layout), plainRecords(layout, false), plainRecords(layout, true)]
          const [generated, plain, wide] = builders.map((build) => build(columns, from, to)) as [object[], object[], object[]]
          const expected = Array.from({ length: to - from }, (_, i) => {
            const features: Record<string, unknown> = Object.create(null)
            for (const [key, column] of group) features[key] = cell(column, from + i) ?? null
            return { single: cell(single, from + i) ?? null, features }
          })
          expect(shown(generated)).toEqual(shown(expected))
          expect(shown(plain)).toEqual(shown(generated))
          expect(shown(wide)).toEqual(shown(generated))
          assert.deepStrictEqual(plain, generated)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('keep hostile names as own properties and inherit nothing', () => {
    const layout: RecordLayout = { fields: [{ key: 'features', names: hostile }] }
    const columns: RecordColumns = {
      features: { kind: 'group', names: hostile, columns: hostile.map((_, i) => columnOf({ kind: 'int32' }, [i])) },
    }
    for (const build of [generatedRecords, (l: RecordLayout) => plainRecords(l, false), (l: RecordLayout) => plainRecords(l, true)]) {
      const [record] = (build as (l: RecordLayout) => BuildRecords<{ features: Record<string, unknown> }>)(layout)(columns, 0, 1)
      const features = record?.features ?? {}
      expect(new Set(Object.keys(features))).toEqual(new Set(hostile))
      hostile.forEach((key, i) => {
        expect(features[key]).toBe(i)
      })
      expect('valueOf' in features).toBe(false)
      expect(Object.getOwnPropertyDescriptor(structuredClone(features), '__proto__')?.value).toBe(0)
      expect(JSON.parse(JSON.stringify(features))).toHaveProperty('constructor', 1)
    }
    expect(({} as Record<string, unknown>)['0']).toBeUndefined()
  })

  it('take 10,000 names', () => {
    const names = Array.from({ length: 10_000 }, (_, i) => (i === 0 ? '__proto__' : `f${i}`))
    const build = recordBuilder<{ features: Record<string, number> }>({ fields: [{ key: 'features', names }] })
    const columns: RecordColumns = {
      features: { kind: 'group', names, columns: names.map((_, i) => columnOf({ kind: 'int32' }, [i, i + 1])) },
    }
    const records = build(columns, 0, 2)
    expect(Object.keys(records[1]?.features ?? {})).toHaveLength(10_000)
    expect(Object.getOwnPropertyDescriptor(records[1]?.features, '__proto__')?.value).toBe(1)
    expect(records[1]?.features.f9999).toBe(10_000)
  })

  it('follow a text column from dictionary to text, and a dictionary that grows under its id', () => {
    const build = recordBuilder<{ label: string }>({ fields: [{ key: 'label' }] })
    const labels = (column: Column): string[] => build({ label: column }, 0, column.length).map(({ label }) => label)
    const coded = (values: readonly string[], indices: readonly number[]): Column => ({
      kind: 'dictionary',
      length: indices.length,
      validity: null,
      indices: Int32Array.from(indices),
      dictionary: { id: 4, values: columnOf({ kind: 'utf8' }, values) },
    })
    expect(labels(coded(['a', 'ö'], [1, 0, 1]))).toEqual(['ö', 'a', 'ö'])
    expect(labels(coded(['a', 'ö', 'c'], [2, 1, 0]))).toEqual(['c', 'ö', 'a'])
    expect(labels(columnOf({ kind: 'utf8' }, ['x', 'ÿ']))).toEqual(['x', 'ÿ'])
  })

  it('refuse a record key that would set a prototype', () => {
    expect(() => recordBuilder({ fields: [{ key: '__proto__' }] })).toThrow(RangeError)
  })

  it('work where the host forbids code generation', async () => {
    const script = `
      import { recordBuilder } from './src/mappers/record-builder.ts'
      import { canGenerateCode } from './src/mappers/code-generation.ts'
      import { columnOf } from './src/model/column-of.ts'
      const names = ['__proto__', 'constructor', 'a']
      const build = recordBuilder({ fields: [{ key: 'id' }, { key: 'features', names }] })
      const column = columnOf({ kind: 'utf8' }, ['x', null])
      const records = build({ id: column, features: { kind: 'group', names, columns: [column, column, column] } }, 0, 2)
      console.log(JSON.stringify({ generates: canGenerateCode(), records }))`
    const args = ['--disallow-code-generation-from-strings', '--import', 'tsx', '--input-type=module', '-e', script]
    const { stdout } = await run(process.execPath, args, { cwd: new URL('../..', import.meta.url) })
    expect(stdout.trim()).toBe(
      '{"generates":false,"records":[{"id":"x","features":{"__proto__":"x","constructor":"x","a":"x"}},{"id":null,"features":{"__proto__":null,"constructor":null,"a":null}}]}',
    )
  })
})
