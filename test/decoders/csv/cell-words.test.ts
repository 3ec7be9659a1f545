import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvDecoder } from '../../../src/decoders/csv/csv-decoder.js'
import type { CsvOptions } from '../../../src/decoders/csv/csv-options.js'
import type { DataType } from '../../../src/model/data-type.js'
import { readInBytes } from './both-readings.js'

const utf8: DataType = { kind: 'utf8' }
const float64: DataType = { kind: 'float64' }
const read = async (text: string, dialect: CsvOptions, as?: readonly DataType[]) =>
  await readInBytes(text, { dialect, ...(as === undefined ? {} : { as }) })
const refusal = (options: CsvOptions) => {
  try {
    csvDecoder(options)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('did not throw')
}

describe('words for nothing', () => {
  const dialect = { nulls: ['NA', 'NULL', '-999', 'ø'] }

  test('are nulls in a column of any type, and no part of the guess', async () => {
    const csv = 'i,f,b,t,d,s\n1,1.5,true,2024-01-01T00:00:00Z,2024-01-01,x\nNA,NA,NULL,NA,NA,NA\n-999,-999,-999,-999,-999,ø\n'
    const day = new Date('2024-01-01T00:00:00Z')
    const reading = await read(csv, dialect)
    expect(reading.guesses).toEqual([
      { kind: 'int64' },
      { kind: 'float64' },
      { kind: 'bool' },
      { kind: 'timestamp', unit: 'us', timezone: 'UTC' },
      { kind: 'utf8' },
      { kind: 'utf8' },
    ])
    expect(reading.columns).toEqual([
      [1, null, null],
      [1.5, null, null],
      [true, null, null],
      [day, null, null],
      ['2024-01-01', null, null],
      ['x', null, null],
    ])
    expect(reading.issues).toEqual([])
    const dates = await read(csv, dialect, [utf8, utf8, utf8, utf8, { kind: 'date' }, utf8])
    expect(dates.columns?.[4]).toEqual([day, null, null])
  })

  test('are compared exactly and without quotes; names of columns are names', async () => {
    const reading = await read('NA,b\n"NA",na\nNA ,NULL\n""," NA"\n', dialect, [utf8])
    expect(reading.names).toEqual(['NA', 'b'])
    expect(reading.columns).toEqual([
      ['NA', 'NA ', ''],
      ['na', null, ' NA'],
    ])
    // Without the option they are text.
    expect((await read('a\nNA\n', {})).columns).toEqual([['NA']])
  })

  test('take the place of cells in any table, whatever its texts', async () => {
    const cell = fc.constantFrom('', 'NA', 'x', '-999', '12', '1.5', 'n')
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 60 }), fc.constantFrom(utf8, float64), async (cells, type) => {
        const csv = (words: readonly string[]) => `a,n\n${words.map((word) => `${word},0\n`).join('')}`
        const empty = cells.map((text) => (text === 'NA' || text === '-999' ? '' : text))
        const [marked, plain] = [await read(csv(cells), dialect, [type]), await read(csv(empty), {}, [type])]
        expect([marked.columns?.[0], marked.issues]).toEqual([plain.columns?.[0], plain.issues])
      }),
      { numRuns: 200 },
    )
  })
})

describe('words for booleans', () => {
  const dialect = { booleans: { true: ['yes', '1', 'ÿ'], false: ['No', '0'] } }

  test('make a column of booleans of nothing else, in any case', async () => {
    const reading = await read('a,b,c,n\nyes,1,yes,1\nNO,0,maybe,2\nÿ,1,no,0\n,,,1\n', dialect)
    expect(reading.guesses?.map(({ kind }) => kind)).toEqual(['bool', 'bool', 'utf8', 'int64'])
    expect(reading.columns).toEqual([
      [true, false, true, null],
      [true, false, true, null],
      ['yes', 'maybe', 'no', null],
      [1, 2, 0, 1],
    ])
  })

  test('take the place of true and false', async () => {
    const reading = await read('a\nyes\ntrue\nNo\n', dialect, [{ kind: 'bool' }])
    expect(reading.columns).toEqual([[true, null, false]])
    expect(reading.issues?.[0]).toMatchObject({ code: 'cell-type', row: 2, expected: 'a bool: yes, 1, ÿ, No, 0' })
  })
})

describe('a decimal comma', () => {
  const dialect = { delimiter: ';', decimal: ',' } as const

  test('is read, guessed, and told', async () => {
    const reading = await read('a;b;c\n1,5;1;1.5\n-0,25;2;2.5\n2e-3;3,5;x\n', dialect)
    expect(reading.guesses?.map(({ kind }) => kind)).toEqual(['float64', 'float64', 'utf8'])
    expect(reading.columns).toEqual([
      [1.5, -0.25, 0.002],
      [1, 2, 3.5],
      ['1.5', '2.5', 'x'],
    ])
    // A point would be of thousands: not a number, rather than another one.
    const points = await read('a\n1.234,5\n1.5\n', dialect, [float64])
    expect(points.columns).toEqual([[null, null]])
    expect(points.issues?.[0]).toMatchObject({ code: 'cell-type', expected: 'a float64: a decimal number, for example -1,5 or 2e-3' })
  })

  test('reads any number as a point does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ noDefaultInfinity: true }), { minLength: 1, maxLength: 50 }), async (numbers) => {
        const csv = `a;b\n${numbers.map((number) => `${String(number).replace('.', ',')};x\n`).join('')}`
        expect((await read(csv, dialect, [float64, utf8])).columns?.[0]).toEqual(
          numbers.map((number) => (Object.is(number, -0) ? 0 : number)),
        )
      }),
    )
  })
})

test('options that contradict each other are refused', () => {
  expect(refusal({ decimal: ',' })).toContain('"decimal" and the delimiter are the same')
  expect(refusal({ decimal: '٫' as never })).toContain('"decimal" has to be')
  expect(refusal({ nulls: [''] })).toContain('"nulls"')
  expect(refusal({ nulls: ['a,b'] })).toContain('"nulls"')
  expect(refusal({ nulls: 'NA' as never })).toContain('"nulls"')
  expect(refusal({ booleans: { true: ['y'], false: [] } })).toContain('"booleans"')
  expect(refusal({ booleans: { true: ['y'], false: ['Y'] } })).toContain('two things')
  expect(refusal({ booleans: { true: ['y'], false: ['NA'] }, nulls: ['NA'] })).toContain('two things')
  expect(refusal({ delimiter: '||', nulls: ['NA'] })).toContain('go with a delimiter')
})

test('tell revisions apart, and travel as JSON', () => {
  const all: readonly CsvOptions[] = [
    {},
    { nulls: ['NA'] },
    { nulls: ['N'] },
    { booleans: { true: ['y'], false: ['n'] } },
    { delimiter: ';', decimal: ',' },
  ]
  const revisions = all.map((options) => csvDecoder(options).revision)
  expect(new Set(revisions).size).toBe(all.length)
  expect(csvDecoder({ nulls: ['NA'] }).portable?.options).toEqual({ nulls: ['NA'] })
})
