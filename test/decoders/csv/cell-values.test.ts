import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseBool, parseDate, parseFloat64, parseInt64, parseTimestamp } from '../../../src/decoders/csv/cell-parsers.js'
import { csvDecoder } from '../../../src/decoders/csv/csv-decoder.js'
import { dictionaryLimits } from '../../../src/decoders/csv/text-dictionary.js'
import { cell, toValues } from '../../../src/model/cell.js'
import type { Column } from '../../../src/model/column.js'
import type { DataType } from '../../../src/model/data-type.js'
import { decodeAll, fileBytes } from '../file-bytes.js'

/** The column of cells without quotes, as one type. */
async function columnOf(cells: readonly string[], type: DataType): Promise<Column> {
  const { batches } = await decodeAll(csvDecoder(), fileBytes(`h,x\n${cells.map((text) => `${text},\n`).join('')}`), {
    as: [type, null],
    request: { batchRows: 1 << 20, batchBytes: 1 << 28 },
  })
  expect(batches).toHaveLength(1)
  return batches[0]?.columns[0] as Column
}

function dataOf<D>(column: Column): D {
  return (column as unknown as { data: D }).data
}

const digits = (most: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: most })

describe('numbers', () => {
  test('are those that Number gives, bit by bit', async () => {
    const written = fc
      .tuple(
        fc.constantFrom('', '-', '+'),
        digits(20),
        fc.option(digits(20), { nil: undefined }),
        fc.option(fc.integer({ min: -330, max: 330 })),
      )
      .map(
        ([sign, whole, part, exponent]) =>
          `${sign}${whole}${part === undefined ? '' : `.${part}`}${exponent === null ? '' : `e${exponent}`}`,
      )
    const near = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)
    const short = fc
      .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 16 }))
      .map(([value, places]) => value.toFixed(places))
    const odd = fc.constantFrom(
      'nan',
      'NaN',
      '-inf',
      'Infinity',
      '.',
      '-',
      '+',
      '1.',
      '.5',
      '-.5e1',
      '1e',
      '1e+',
      '1.2.3',
      '0x1',
      '1_0',
      ' 1',
      '-0',
      '00',
      '1e400',
    )
    const cells = fc.array(
      fc.oneof({ weight: 4, arbitrary: written }, { weight: 3, arbitrary: near }, { weight: 3, arbitrary: short }, odd),
      {
        minLength: 200,
        maxLength: 400,
      },
    )
    await fc.assert(
      fc.asyncProperty(cells, async (texts) => {
        const column = await columnOf(texts, { kind: 'float64' })
        const expected = texts.map((text) => parseFloat64(text) ?? null)
        for (let i = 0; i < texts.length; i++) expect([texts[i], cell(column, i)]).toEqual([texts[i], expected[i]])
        const asBits = new BigUint64Array(Float64Array.from(expected, (value) => value ?? 0).buffer)
        expect(new BigUint64Array(dataOf<Float64Array>(column).buffer, 0, texts.length)).toEqual(asBits)
      }),
      { numRuns: 150 },
    )
  })

  test('half-way between two doubles are rounded to even', async () => {
    const texts: string[] = []
    for (let i = 0; i < 4000; i++) {
      // An odd multiple of half a unit in the last place, written out: 16 to 20 digits.
      const exact = (2n ** 53n + BigInt(i) * 2n + 1n) * 5n ** BigInt(i % 3)
      const text = String(exact)
      texts.push(text, `${text.slice(0, -(i % 3) || undefined)}.${i % 3 === 0 ? '0' : text.slice(-(i % 3))}`, `0.${text}`)
    }
    expect(toValues(await columnOf(texts, { kind: 'float64' }))).toEqual(texts.map(Number))
  })

  test('of 64 bits are exact', async () => {
    const written = fc.tuple(fc.constantFrom('', '-', '+'), fc.oneof(digits(9), digits(18), digits(21))).map(([sign, text]) => sign + text)
    const edges = fc.constantFrom(
      '9223372036854775807',
      '-9223372036854775808',
      '9223372036854775808',
      '-9223372036854775809',
      '4294967296',
      '-4294967296',
      '-0',
    )
    const odd = fc.constantFrom('', '-', '1.0', '1e3', '12345678901x', '1x', ' 1', `${'0'.repeat(39)}1`, '0'.repeat(41))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 5, arbitrary: written }, edges, odd), { minLength: 200, maxLength: 400 }),
        async (texts) => {
          const column = await columnOf(texts, { kind: 'int64' })
          expect([...dataOf<BigInt64Array>(column)]).toEqual(texts.map((text) => parseInt64(text) ?? 0n))
          expect(toValues(column).map((value) => value === null)).toEqual(texts.map((text) => parseInt64(text) === undefined))
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('times', () => {
  const two = fc.integer({ min: 0, max: 99 }).map((value) => String(value).padStart(2, '0'))
  const year = fc
    .oneof(fc.integer({ min: 1600, max: 2400 }), fc.integer({ min: 0, max: 9999 }))
    .map((value) => String(value).padStart(4, '0'))
  const inRange = (most: number) =>
    fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: most }).map((value) => String(value).padStart(2, '0')) }, two)
  const date = fc.tuple(year, inRange(12), inRange(31)).map((parts) => parts.join('-'))
  const offset = fc.oneof(
    fc.constantFrom('Z', 'z', ''),
    fc.tuple(fc.constantFrom('+', '-', ' '), inRange(23), inRange(59)).map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
  )
  const rfc3339 = fc
    .tuple(
      date,
      fc.constantFrom('T', 't', ' ', '_'),
      inRange(23),
      inRange(59),
      inRange(60),
      fc.option(fc.oneof(digits(3), digits(12))),
      offset,
    )
    .map(([day, t, hour, minute, second, part, zone]) => `${day}${t}${hour}:${minute}:${second}${part === null ? '' : `.${part}`}${zone}`)
  const epoch = fc
    .tuple(fc.constantFrom('', '', '-', '+'), digits(20), fc.option(digits(12)))
    .map(([sign, whole, part]) => `${sign}${whole}${part === null ? '' : `.${part}`}`)
  const odd = fc.constantFrom('', '.', '1.', '.5', '2022-04-16T16:15:00.Z', '2022-04-16', '1650125707.25x', 'x')

  test.each(['s', 'ms', 'us', 'ns'] as const)('in %s are those of the parser of texts', async (unit) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 6, arbitrary: rfc3339 }, { weight: 4, arbitrary: epoch }, odd), { minLength: 200, maxLength: 300 }),
        async (texts) => {
          const column = await columnOf(texts, { kind: 'timestamp', unit, timezone: 'UTC' })
          expect([...dataOf<BigInt64Array>(column)]).toEqual(texts.map((text) => parseTimestamp(text, unit) ?? 0n))
          expect(toValues(column).map((value) => value === null)).toEqual(texts.map((text) => parseTimestamp(text, unit) === undefined))
        },
      ),
      { numRuns: 40 },
    )
  })

  test('dates and bools are those of the parsers of texts', async () => {
    const word = fc.oneof(
      fc.mixedCase(fc.constantFrom('true', 'false')),
      fc.constantFrom('tru', 'falsy', 'truee', 'T', '0', 'false ', 'TRU\u0305', '\u0014rue'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(date, word), { minLength: 100, maxLength: 200 }), async (texts) => {
        const dates = await columnOf(texts, { kind: 'date' })
        expect([...dataOf<Int32Array>(dates)]).toEqual(texts.map((text) => parseDate(text) ?? 0))
        const bools = await columnOf(texts, { kind: 'bool' })
        expect(toValues(bools)).toEqual(texts.map((text) => parseBool(Buffer.from(text).toString('latin1')) ?? null))
      }),
      { numRuns: 60 },
    )
  })
})

describe('text', () => {
  const kinds = async (cells: readonly string[], batchRows = 2048): Promise<string[]> => {
    const { batches, columns } = await decodeAll(csvDecoder(), fileBytes(`h\n${cells.join('\n')}\n`), {
      as: [{ kind: 'utf8' }],
      request: { batchRows },
    })
    expect(columns[0]).toEqual(cells.map((text) => (text === '' ? null : text)))
    return batches.map(({ columns: [column] }) => (column as Column).kind)
  }

  test('of few values is a dictionary that grows under one id', async () => {
    const cells = Array.from({ length: 10_000 }, (_, i) => (i % 10 === 0 ? '' : `value ${i % (1 + (i >> 5))}`))
    const { batches } = await decodeAll(csvDecoder(), fileBytes(`h\n${cells.join('\n')}\n`), { as: [{ kind: 'utf8' }] })
    const dictionaries = batches.map(({ columns: [column] }) => (column?.kind === 'dictionary' ? column.dictionary : undefined))
    expect(dictionaries.every((dictionary) => dictionary?.id === dictionaries[0]?.id)).toBe(true)
    const lengths = dictionaries.map((dictionary) => dictionary?.values.length ?? 0)
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b))
    expect(batches.flatMap(({ columns: [column] }) => toValues(column as Column))).toEqual(cells.map((text) => (text === '' ? null : text)))
    for (const dictionary of dictionaries) {
      const values = toValues(dictionary?.values as Column)
      expect(new Set(values).size).toBe(values.length)
    }
  })

  test('of more values than a dictionary may have is plain from there on', async () => {
    const most = dictionaryLimits.values
    const distinct = (count: number): string[] => Array.from({ length: count }, (_, i) => `id-${i}`)
    expect(await kinds([...distinct(most), ...distinct(most)])).toEqual(['dictionary', 'dictionary', 'dictionary', 'dictionary'])
    expect(await kinds([...distinct(most), '', 'another', ...distinct(most)])).toEqual(['dictionary', 'dictionary', 'utf8', 'utf8', 'utf8'])
    // Given up within a batch: all of it is plain.
    expect(await kinds([...distinct(10), '', ...distinct(most + 1)], 8192)).toEqual(['utf8'])
  })

  test('of more bytes than a dictionary may have is plain', async () => {
    const cells = Array.from({ length: 20 }, (_, i) => String(i).padEnd(dictionaryLimits.bytes / 16, 'x'))
    expect(await kinds(cells, 8)).toEqual(['dictionary', 'dictionary', 'utf8'])
  })

  test('in many columns shares the room of dictionaries', async () => {
    const width = 2000
    const row = (i: number): string => Array.from({ length: width }, (_, c) => `${i}.${c}`).join(',')
    const { batches } = await decodeAll(csvDecoder(), fileBytes([row(0), ...Array.from({ length: 200 }, (_, i) => row(i))].join('\n')), {
      as: Array.from({ length: width }, () => ({ kind: 'utf8' }) as const),
      request: { batchRows: 64 },
    })
    expect(batches.at(-1)?.columns.every(({ kind }) => kind === 'utf8')).toBe(true)
  })

  test('that was made to collide is found in bounded time', async () => {
    const cells = Array.from({ length: 4000 }, (_, i) => `${String(i).padStart(4, '0')}${'x'.repeat(60)}`)
    const start = performance.now()
    for (const kind of await kinds([...cells, ...cells, ...cells])) expect(['dictionary', 'utf8']).toContain(kind)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
