import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitType } from '../../../src/sinks/duckdb/fit-type.js'

const bounds: Readonly<Record<string, readonly [bigint, bigint]>> = {
  TINYINT: [-(2n ** 7n), 2n ** 7n - 1n],
  SMALLINT: [-(2n ** 15n), 2n ** 15n - 1n],
  INTEGER: [-(2n ** 31n), 2n ** 31n - 1n],
  BIGINT: [-(2n ** 63n), 2n ** 63n - 1n],
  HUGEINT: [-(2n ** 127n), 2n ** 127n - 1n],
  UTINYINT: [0n, 2n ** 8n - 1n],
  USMALLINT: [0n, 2n ** 16n - 1n],
  UINTEGER: [0n, 2n ** 32n - 1n],
  UBIGINT: [0n, 2n ** 64n - 1n],
}
const boundsOf = (type: string): readonly [bigint, bigint] => bounds[type] ?? [0n, 0n]
const integer = fc.constantFrom(...Object.keys(bounds))
const float = fc.constantFrom('FLOAT', 'DOUBLE')

describe('fitType', () => {
  test('integers meet in a type that holds the bounds of both', () => {
    fc.assert(
      fc.property(integer, integer, (table, file) => {
        const fit = fitType(table, file)
        if (fit === 'conflict') throw new Error('integers always meet')
        const [low, high] = boundsOf(fit.type)
        for (const side of [table, file]) {
          expect(low <= boundsOf(side)[0] && high >= boundsOf(side)[1]).toBe(true)
        }
      }),
    )
  })

  test('integers meet floats only where their bounds are exact, or after a look', () => {
    fc.assert(
      fc.property(integer, float, fc.boolean(), (whole, real, tableIsWhole) => {
        const fit = tableIsWhole ? fitType(whole, real) : fitType(real, whole)
        if (fit === 'conflict') throw new Error('numbers always meet')
        const exact = boundsOf(whole).every((bound) => BigInt(fit.type === 'FLOAT' ? Math.fround(Number(bound)) : Number(bound)) === bound)
        const [low, high] = boundsOf(whole)
        const looks = fit.exactIntegers === (tableIsWhole ? 'table' : 'file')
        expect(looks).toBe(low < -(2n ** 53n) || high > 2n ** 53n)
        if (!looks) expect(exact).toBe(true)
        if (real === 'DOUBLE') expect(fit.type).toBe('DOUBLE')
      }),
    )
  })

  test.each([
    ['BIGINT', 'BIGINT', 'BIGINT'],
    ['FLOAT', 'DOUBLE', 'DOUBLE'],
    ['FLOAT[]', 'DOUBLE[]', 'DOUBLE[]'],
    ['INTEGER[][]', 'BIGINT[][]', 'BIGINT[][]'],
    ['DECIMAL(10,2)', 'DECIMAL(8,4)', 'DECIMAL(12,4)'],
    ['DECIMAL(10,2)', 'INTEGER', 'DECIMAL(12,2)'],
    ['UTINYINT', 'DECIMAL(3,1)', 'DECIMAL(4,1)'],
    ['VARCHAR', 'BIGINT', 'VARCHAR'],
    ['VARCHAR', 'DECIMAL(3,1)', 'VARCHAR'],
    ['VARCHAR', 'BOOLEAN', 'VARCHAR'],
  ])('%s and %s: %s', (table, file, type) => {
    expect(fitType(table, file)).toEqual({ type })
  })

  test.each([
    ['BIGINT', 'VARCHAR'],
    ['VARCHAR', 'TIMESTAMP'],
    ['TIMESTAMP', 'TIMESTAMP WITH TIME ZONE'],
    ['TIMESTAMP', 'TIMESTAMP_NS'],
    ['BIGINT[]', 'DOUBLE[]'],
    ['DOUBLE', 'DOUBLE[]'],
    ['DECIMAL(38,2)', 'DECIMAL(38,4)'],
    ['DECIMAL(4,2)', 'DOUBLE'],
    ['STRUCT(a INTEGER)', 'STRUCT(a BIGINT)'],
    ['BLOB', 'VARCHAR'],
    ['BOOLEAN', 'TINYINT'],
  ])('%s and %s: conflict', (table, file) => {
    expect(fitType(table, file)).toBe('conflict')
  })

  test('for labels text wins over what text can say', () => {
    expect(fitType('DOUBLE', 'VARCHAR', true)).toEqual({ type: 'VARCHAR' })
    expect(fitType('DOUBLE[]', 'VARCHAR', true)).toBe('conflict')
  })
})
