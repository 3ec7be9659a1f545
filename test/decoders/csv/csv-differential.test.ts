import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DataType } from '../../../src/model/data-type.js'
import { corpora, corpusFiles, skipNote } from '../corpora.js'
import { type Reading, readInBytes, readSplit } from './both-readings.js'

const types: readonly DataType[] = [
  { kind: 'utf8' },
  { kind: 'int64' },
  { kind: 'float64' },
  { kind: 'bool' },
  { kind: 'date' },
  { kind: 'timestamp', unit: 's', timezone: 'UTC' },
  { kind: 'timestamp', unit: 'ms', timezone: 'UTC' },
  { kind: 'timestamp', unit: 'us', timezone: 'UTC' },
  { kind: 'timestamp', unit: 'ns', timezone: 'UTC' },
]
const asArbitrary = fc.option(fc.array(fc.option(fc.constantFrom(...types), { nil: null, freq: 8 }), { minLength: 1, maxLength: 5 }), {
  nil: undefined,
})

/** Text that is mostly CSV: cells that parse, quotes that close, and everything that goes wrong with both. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(',', '\n', ',', '\r\n', '\r', ',', '\n') },
  { weight: 3, arbitrary: fc.constantFrom('""', '"', '"a"', '"a,b"', '"x""y"', '"1"', '"\n"', '"\r\n"', '"1.5"', '"true"') },
  { weight: 3, arbitrary: fc.constantFrom('a', ' ', 'é', '😀', '\u2028', 'x y', '\ufeff', '#', '\\', 'ab'.repeat(40)) },
  {
    weight: 5,
    arbitrary: fc.constantFrom('0', '-0', '1', '007', '+1', '-9223372036854775808', '9223372036854775808', '123456789012', '1e5'),
  },
  { weight: 3, arbitrary: fc.constantFrom('1.5', '.5', '1.', '-1e-7', 'nan', '-inf', '0.1234567890123456', 'TRUE', 'false', 'tru') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '2022-04-16',
      '2022-02-30',
      '2022-04-16T16:15:00Z',
      '1969-12-31 23:59:60.5+01:00',
      '1650125707.25',
      '2022-04-16T16:15:00',
    ),
  },
)
const textArbitrary = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
const tableArbitrary = fc
  .tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.array(piece, { minLength: 1, maxLength: 3 }), { maxLength: 40 }),
    fc.constantFrom('\n', '\r\n', '\r'),
  )
  .map(([width, cells, end]) => {
    const rows: string[] = [Array.from({ length: width }, (_, i) => `c${i}`).join(',')]
    for (let i = 0; i + width <= cells.length; i += width) {
      rows.push(
        cells
          .slice(i, i + width)
          .map((parts) => parts.join(''))
          .map((cell) => (/[",\r\n]/.test(cell) && i % 7 !== 0 ? `"${cell.replaceAll('"', '""')}"` : cell))
          .join(','),
      )
    }
    return rows.join(end)
  })

/** The one thing in which csv-parse's reading is another; it also takes a zero byte after a closing quote. */
function comparable({ error, cuts: _cuts, ...rest }: Reading): unknown {
  if (error === undefined) return rest
  // csv-parse counts the two halves of a CRLF within quotes as two lines.
  return { ...error, message: error.message.replace(/line \d+/, 'line') }
}

describe('byte by byte and by csv-parse', () => {
  test.each([
    ['any text', textArbitrary, 1500],
    ['tables', tableArbitrary, 1500],
  ])('%s read alike, however the bytes are cut', async (_name, arbitrary, numRuns) => {
    await fc.assert(
      fc.asyncProperty(arbitrary, asArbitrary, fc.array(fc.nat(300), { maxLength: 20 }), fc.boolean(), async (text, as, cuts, bom) => {
        const csv = bom ? `\ufeff${text}` : text
        const options = { ...(as === undefined ? {} : { as }), budgets: { batchRows: 8 } }
        const inBytes = await readInBytes(csv, { ...options, cuts })
        expect(comparable(inBytes)).toEqual(comparable(await readSplit(csv, options)))
        expect(await readInBytes(csv, options)).toEqual(inBytes)
      }),
      { numRuns },
    )
  })

  test('ill-formed text is told alike', async () => {
    const bytes = fc.array(
      fc.oneof(fc.constantFrom(0x2c, 0x0a, 0x0d, 0x22, 0x61, 0x31), fc.constantFrom(0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xff, 0xf0)),
      {
        maxLength: 30,
      },
    )
    await fc.assert(
      fc.asyncProperty(bytes, fc.array(fc.nat(40), { maxLength: 20 }), async (values, cuts) => {
        // A file that ends within a character has two faults at once where that follows a quote.
        const file = Uint8Array.of(0x61, 0x0a, ...values, 0x0a)
        const inBytes = await readInBytes(file, { as: [{ kind: 'utf8' }], cuts })
        expect(comparable(inBytes)).toEqual(comparable(await readSplit(file, { as: [{ kind: 'utf8' }] })))
        expect(await readInBytes(file, { as: [{ kind: 'utf8' }] })).toEqual(inBytes)
      }),
      { numRuns: 1000 },
    )
  })
})

describe.skipIf(corpora === undefined)(`CSV corpora, byte by byte and by csv-parse${skipNote}`, () => {
  test('read alike', async () => {
    const differences: string[] = []
    for (const file of corpusFiles('csv')) {
      const bytes = await Promise.resolve()
        .then(() => file.bytes())
        .catch(() => undefined)
      // UTF-16 is read byte by byte alone.
      if (bytes === undefined || bytes.length > 4_000_000 || bytes[0] === 0xff || bytes[0] === 0xfe) continue
      const [inBytes, split] = [comparable(await readInBytes(bytes)), comparable(await readSplit(bytes))]
      try {
        expect(inBytes).toEqual(split)
      } catch {
        const show = (value: unknown): string => JSON.stringify(value, (_key, v) => (typeof v === 'bigint' ? String(v) : v)).slice(0, 300)
        differences.push(`${file.path}: ${show(inBytes)} / ${show(split)}`)
      }
    }
    expect(differences).toEqual([])
  }, 120_000)
})
