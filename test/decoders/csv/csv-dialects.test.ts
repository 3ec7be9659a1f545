import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvDecoder } from '../../../src/decoders/csv/csv-decoder.js'
import type { CsvOptions } from '../../../src/decoders/csv/csv-options.js'
import type { DataType } from '../../../src/model/data-type.js'
import { decodeAll, fileBytes } from '../file-bytes.js'
import { readInBytes } from './both-readings.js'

const utf8: DataType = { kind: 'utf8' }

/** Cells by row as csv-parse has them; `null` where it fails. */
function parsed(
  text: string,
  { delimiter = ',', quote = '"', escape: escaper = quote, comment, skipRows = 0 }: CsvOptions,
): (string | null)[][] | null {
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/)
  try {
    return parse(lines.slice(skipRows).join(''), {
      delimiter,
      quote,
      escape: escaper,
      comment: comment ?? null,
      comment_no_infix: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      cast: (value: string, { quoting }: { quoting: boolean }) => (value === '' && !quoting ? null : value),
    }) as (string | null)[][]
  } catch {
    return null
  }
}

describe('dialects', () => {
  test('with another delimiter, quote, escape, comments and lines before the header read as csv-parse reads them', async () => {
    const character = fc.constantFrom(...',;|\t"\'\\#ab1 é'.split(''), '\n', '\n', '\r\n', '\r')
    const dialects: readonly CsvOptions[] = [
      { delimiter: ';' },
      { delimiter: '\t', quote: "'" },
      { delimiter: '|', escape: '\\' },
      { escape: '\\', comment: '#' },
      { comment: '#', skipRows: 1 },
      { skipRows: 3 },
      { delimiter: ' ', quote: "'", escape: '\\', comment: ';' },
    ]
    let compared = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(character, { maxLength: 40 }),
        fc.constantFrom(...dialects),
        fc.array(fc.nat(60), { maxLength: 20 }),
        async (characters, dialect, cuts) => {
          const text = characters.join('')
          const { delimiter: d = ',', quote = '"', comment, skipRows = 0 } = dialect
          // csv-parse also ends a quoted cell before a comment, which is none within a line.
          if (comment !== undefined && text.includes(quote + comment)) return
          // Two columns, so that blank lines are none.
          const csv = `${'skip "me\n'.repeat(skipRows)}a${d}b\n${text}`
          const records = parsed(csv, dialect)
          const reading = await readInBytes(csv, { dialect, as: [utf8], cuts })
          expect(await readInBytes(csv, { dialect, as: [utf8] })).toEqual(reading)
          expect(reading.error === undefined).toBe(records !== null)
          if (records === null) return
          compared++
          const rows = records.slice(1).filter((row) => row.length !== 1 || row[0] !== null)
          const whole = rows.map((row) => (row.length === 2 ? row : [null, null]))
          expect([reading.names, reading.columns]).toEqual([['a', 'b'], [0, 1].map((i) => whole.map((row) => row[i]))])
        },
      ),
      { numRuns: 2000 },
    )
    expect(compared).toBeGreaterThan(500)
  })

  test('with a delimiter of several characters, or beyond ASCII, or of letters, are read by csv-parse', async () => {
    for (const [delimiter, text] of [
      ['||', 'a||b\n1|2||"x||""y"\n||""\n'],
      ['¦', 'a¦b\n1|2¦"x||""y"\n¦""\n'],
      ['x', 'axb\n1|2x"x||""y"\nx""\n'],
    ] as const) {
      const decoder = csvDecoder({ delimiter })
      expect((await decodeAll(decoder, fileBytes(text), { as: [utf8, utf8] })).columns).toEqual([
        ['1|2', null],
        ['x||"y', ''],
      ])
      expect(decoder.revision).toContain(delimiter)
      expect(() => csvDecoder({ delimiter, skipRows: 1 })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    }
  })

  test('tell their revisions apart', () => {
    const revisions = [{}, { delimiter: ';' }, { quote: "'" }, { escape: '\\' }, { comment: '#' }, { skipRows: 2 }].map(
      (options) => csvDecoder(options).revision,
    )
    expect(new Set(revisions).size).toBe(revisions.length)
    expect(revisions[0]).toBe('csv/2')
    expect(csvDecoder({ delimiter: ',', quote: '"', escape: '"', skipRows: 0 }).revision).toBe('csv/2')
  })
})

describe('UTF-16', () => {
  const encode = (text: string, bigEndian: boolean): Uint8Array => {
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le')
    return Uint8Array.from(bigEndian ? bytes.swap16() : bytes)
  }

  test('with its mark reads as the same text in UTF-8, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', ',', '\n', '"', 'é', '€', '😀', '\0'), maxLength: 30 }),
        fc.boolean(),
        fc.array(fc.nat(80)),
        async (text, bigEndian, cuts) => {
          const options = { as: [utf8] }
          expect(await readInBytes(encode(`h\n${text}`, bigEndian), { ...options, cuts })).toEqual(await readInBytes(`h\n${text}`, options))
        },
      ),
      { numRuns: 300 },
    )
  })

  test.each([
    ['a half pair', 'h\n1\n\ud800x\n', 10],
    ['a second half alone', 'h\n1\n\udc00\n', 10],
    ['a cut pair', 'h\n1\n\ud83d', 10],
  ])('with %s is corrupt, located', async (_name, text, byteOffset) => {
    for (const cuts of [[], Array.from({ length: 30 }, (_, i) => i)]) {
      expect((await readInBytes(encode(text, true), { as: [utf8], cuts })).error).toMatchObject({
        code: 'FILE_CORRUPT',
        location: { byteOffset, row: 2 },
        message: expect.stringContaining('UTF-16'),
      })
    }
    expect((await readInBytes(encode('h\n1', false).subarray(0, 7), { as: [utf8] })).error).toMatchObject({ location: { byteOffset: 6 } })
  })
})
