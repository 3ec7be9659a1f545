import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { RecordOf } from '../../../src/contracts/schema-mapper.js'
import { ConfigError, ImportError, type MappingError } from '../../../src/errors.js'
import { Rejected } from '../../../src/mappers/row-mapper/rejected.js'
import { rowMapper } from '../../../src/mappers/row-mapper/row-mapper.js'
import { asOf, file, mapTable, shortIssues, textTable, typedTable } from '../map-table.js'

const scores = rowMapper({
  signature: '1',
  columns: { id: 'string', score: 'float64' },
  map: ({ id, score }, { row, file: from, reject }) =>
    id === null || score === null ? reject('x-empty', 'empty cell', 'id') : { id, score, row, day: from.asOf },
})
const failure = (run: () => unknown): MappingError => {
  try {
    run()
  } catch (error) {
    if (error instanceof ImportError) return error
    throw error
  }
  throw new Error('did not throw')
}

describe('rowMapper', () => {
  it('gives the very records of the function, in order, with their rows', () => {
    const made: object[] = []
    const mapper = rowMapper({
      signature: '1',
      columns: { id: 'string' },
      map: ({ id }, { reject }) => {
        if (id === null) return reject('x-empty', 'empty cell', 'id')
        const record = { id }
        made.push(record)
        return record
      },
    })
    const result = mapTable(mapper, textTable({ id: ['007', null, 'b', 'c'] }), { batchRows: 3 })
    expect(result.records).toEqual([{ id: '007' }, { id: 'b' }, { id: 'c' }])
    result.records.forEach((record, i) => {
      expect(record).toBe(made[i])
    })
    expect(result.rows).toEqual([1, 3, 4])
    expect(shortIssues(result.issues)).toEqual(['x-empty@2:id'])
    expect(result.values).toEqual([{ id: ['007', 'b'] }, { id: ['c'] }])
  })

  it('types the cells and the record', () => {
    expectTypeOf<RecordOf<typeof scores>>().toEqualTypeOf<{ id: string; score: number; row: number; day: Date }>()
    rowMapper({
      signature: '1',
      columns: { s: 'string', f: 'float64', i: 'int64', b: 'bool', t: 'timestamp', d: 'date' },
      map: (cells) => {
        expectTypeOf(cells).toEqualTypeOf<{
          readonly s: string | null
          readonly f: number | null
          readonly i: number | bigint | null
          readonly b: boolean | null
          readonly t: Date | null
          readonly d: Date | null
        }>()
        return {}
      },
    })
  })

  it('reads every declared type, from text and from typed files', () => {
    const mapper = rowMapper({
      signature: '1',
      columns: { s: 'string', f: 'float64', i: 'int64', b: 'bool', t: 'timestamp', d: 'date' },
      map: (cells) => ({ ...cells }),
    })
    const day = new Date('2024-03-09')
    const text = textTable({ s: ['007'], f: ['1.5'], i: ['9007199254740993'], b: ['true'], t: [asOf.toISOString()], d: ['2024-03-09'] })
    const expected = { s: '007', f: 1.5, i: 9007199254740993n, b: true, t: asOf, d: day }
    expect(mapTable(mapper, text).records).toEqual([expected])
    const typed = typedTable(
      ['s', { kind: 'utf8' }, ['007', null]],
      ['f', { kind: 'decimal', precision: 3, scale: 1 }, [15n, null]],
      ['i', { kind: 'uint64' }, [9007199254740993n, null]],
      ['b', { kind: 'bool' }, [true, null]],
      ['t', { kind: 'timestamp', unit: 'ns', timezone: null }, [BigInt(asOf.getTime()) * 1_000_000n, null]],
      ['d', { kind: 'date' }, [19_791, null]],
    )
    expect(mapTable(mapper, typed).records).toEqual([expected, { s: null, f: null, i: null, b: null, t: null, d: null }])
  })

  it('does not show rows that the decoder could not read', () => {
    const result = mapTable(scores, textTable({ id: ['a', 'b', 'c'], score: ['1', 'x', '2'] }), { ragged: [2] })
    expect(result.records.map((record) => record.id)).toEqual(['a'])
    expect(shortIssues(result.issues)).toEqual(['cell-unreadable@2:score', 'row-ragged@3'])
  })

  it('refuses files without its columns, with all issues', () => {
    const error = failure(() => mapTable(scores, typedTable(['ID', { kind: 'utf8' }, []], ['score', { kind: 'utf8' }, []])))
    expect(error.code).toBe('SCHEMA_MISMATCH')
    expect(shortIssues(error.issues)).toEqual(['column-missing:id', 'column-type:score'])
    const twice = typedTable(['id', { kind: 'utf8' }, []], ['id', { kind: 'utf8' }, []], ['score', { kind: 'int8' }, []])
    expect(shortIssues(failure(() => mapTable(scores, twice)).issues)).toEqual(['column-repeated:id'])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret cell')
      },
    ],
    ['is async', async () => ({})],
    ['returns nothing', () => undefined as unknown as object],
    ['returns a text', () => 'x' as unknown as object],
  ])('fails the file with its row when the function %s', (_, map) => {
    const mapper = rowMapper({ signature: '1', columns: { id: 'string' }, map })
    const error = failure(() => mapTable(mapper, textTable({ id: ['a'] })))
    expect([error.code, error.location]).toEqual(['MAPPER_FAILED', { key: file.key, row: 1 }])
    expect(JSON.stringify(error)).not.toContain('secret')
  })

  it('bounds the table of checks whatever a function says', () => {
    const mapper = rowMapper({ signature: '1', columns: { id: 'string' }, map: ({ id }, { reject }) => reject(`x-${id}`, `no ${id}`) })
    const ids = Array.from({ length: 5_000 }, (_, i) => `${i}`)
    const { issues, rejected } = mapTable(mapper, textTable({ id: ids }))
    expect([issues.length, rejected]).toEqual([5_000, 5_000])
    expect(new Set(issues.map(({ code }) => code)).size).toBeLessThanOrEqual(2_001)
  })

  it('refuses options that cannot work', () => {
    const make = (options: object) => failure(() => rowMapper({ signature: '1', columns: { a: 'string' }, map: () => ({}), ...options }))
    for (const options of [{ signature: '' }, { columns: {} }, { map: 3 }, { columns: { a: 'text' } }, { columns: { a: 'constructor' } }]) {
      expect(make(options)).toBeInstanceOf(ConfigError)
    }
  })

  it('has a signature of its meaning, and makes Rejected alone', () => {
    const of = (signature: string) => rowMapper({ signature, columns: { a: 'string' }, map: () => ({}) }).signature
    expect(of('1')).toBe(of('1'))
    expect(of('2')).not.toBe(of('1'))
    // @ts-expect-error only `reject` makes one
    void (() => new Rejected([]))
  })

  it('loses no row, whatever the batches', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.constantFrom('a', 'b', ''), { freq: 3 }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 60 }),
        (ids, batchRows) => {
          const result = mapTable(scores, textTable({ id: ids, score: ids.map(() => '1') }), { batchRows })
          expect(result.rowsRead).toBe(ids.length)
          expect(result.records.map(({ row, id }) => [row, id])).toEqual(ids.flatMap((id, i) => (id === null ? [] : [[i + 1, id]])))
          expect(result.rejected).toBe(ids.length - result.records.length)
        },
      ),
    )
  })
})
