import { Table, tableToIPC, vectorFromArray } from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import type { FileDecoder } from '../../../src/contracts/file-decoder.js'
import { arrowDecoder } from '../../../src/decoders/arrow/arrow-decoder.js'
import { csvDecoder } from '../../../src/decoders/csv/csv-decoder.js'
import { builtInDecoders } from '../../../src/decoders/detect/built-in-decoders.js'
import { detectFormat, hasKnownExtension, stripCompression } from '../../../src/decoders/detect/detect-format.js'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
/** Stands for a format with magic bytes, read by ranges: this test is about the table, not about Parquet. */
const magic: FileDecoder = {
  format: 'magic',
  revision: 'magic/1',
  extensions: ['.magic', '.two.part'],
  seeks: true,
  matches: (_name, head) => String.fromCharCode(...head.subarray(0, 4)) === 'PAR1',
  open: () => Promise.reject(new Error('not opened here')),
}
const decoders = [csvDecoder(), magic, arrowDecoder()]
const table = new Table({ a: vectorFromArray([1, 2]) })
const heads = {
  csv: text('a,b\n1,2\n'),
  accents: text('é'.repeat(3)).subarray(0, 5),
  magic: text('PAR1\x15\x04'),
  arrowFile: tableToIPC(table, 'file'),
  arrowStream: tableToIPC(table, 'stream'),
  gzip: Uint8Array.of(0x1f, 0x8b, 8, 0),
  zip: text('PK\x03\x04\x14\x00'),
  binary: Uint8Array.of(1, 0, 2, 0),
  notUtf8: Uint8Array.of(0x61, 0xff, 0x62),
  utf16: Uint8Array.of(0xff, 0xfe, 0x61, 0),
}

describe('stripCompression', () => {
  test.each([
    ['a/b/c.csv.gz', { name: 'c.csv', compression: 'gzip' }],
    ['c.CSV.GZ', { name: 'c.CSV', compression: 'gzip' }],
    ['c.csv', { name: 'c.csv', compression: null }],
    ['x.gz/c.csv', { name: 'c.csv', compression: null }],
  ])('%s', (key, expected) => {
    expect(stripCompression(key)).toEqual(expected)
  })
})

describe('hasKnownExtension', () => {
  test.each([
    ['a.csv', true],
    ['d/A.CSV', true],
    ['a.csv.gz', true],
    ['a.magic.gz', true],
    ['a.two.part', true],
    ['a.feather', true],
    ['a.gz', false],
    ['a.txt', false],
    ['csv', false],
    ['a.csv/b', false],
    ['a.csv.bak', false],
  ])('%s: %s', (key, expected) => {
    expect(hasKnownExtension(key, decoders)).toBe(expected)
  })
})

describe('detectFormat', () => {
  test.each([
    ['a.csv', 'csv', 'csv'],
    ['a.csv.gz', 'csv', 'csv'],
    ['a.CSV', 'accents', 'csv'],
    ['a.csv', 'utf16', 'csv'],
    ['a.magic', 'magic', 'magic'],
    ['a.arrow', 'arrowFile', 'arrow'],
    ['a.feather', 'arrowStream', 'arrow'],
    ['a.arrows.gz', 'arrowStream', 'arrow'],
  ] as const)('%s with %s content is %s', (name, head, format) => {
    expect(detectFormat(name, heads[head], decoders).format).toBe(format)
  })

  test.each([
    ['a.csv', 'magic', 'FORMAT_MISMATCH', /magic/],
    ['a.csv', 'arrowFile', 'FORMAT_MISMATCH', /arrow/],
    ['a.csv', 'arrowStream', 'FORMAT_MISMATCH', /arrow/],
    ['a.magic', 'csv', 'FORMAT_MISMATCH', /csv/],
    ['a.arrow', 'magic', 'FORMAT_MISMATCH', /magic/],
    ['a.csv', 'binary', 'FORMAT_UNKNOWN', /no known format/],
    ['a.csv', 'notUtf8', 'FORMAT_UNKNOWN', /no known format/],
    ['a.csv', 'gzip', 'FORMAT_UNKNOWN', /gzip/],
    ['a.csv', 'zip', 'FORMAT_UNKNOWN', /ZIP/],
    ['a.magic', 'binary', 'FORMAT_UNKNOWN', /no known format/],
    ['a.txt', 'csv', 'FORMAT_UNKNOWN', /No decoder/],
    ['a.magic.gz', 'magic', 'FORMAT_UNSUPPORTED', /ranges/],
  ] as const)('%s with %s content is refused: %s', (name, head, code, message) => {
    const detect = () => detectFormat(name, heads[head], decoders)
    expect(detect).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message), remedy: expect.any(String) }))
  })
})

describe('builtInDecoders', () => {
  test('are the four formats, each with extensions of its own', () => {
    const built = builtInDecoders()
    expect(built.map(({ format }) => format)).toEqual(['csv', 'parquet', 'avro', 'arrow'])
    const extensions = built.flatMap((decoder) => decoder.extensions)
    expect(new Set(extensions).size).toBe(extensions.length)
  })

  test.each([
    ['a.csv', text('PAR1\x15\x04\x00'), 'FORMAT_MISMATCH'],
    ['a.csv', text('Obj\x01\x04'), 'FORMAT_MISMATCH'],
    ['a.parquet', text('a,b\n'), 'FORMAT_MISMATCH'],
    ['a.parquet', Uint8Array.of(0, 1, 2, 3), 'FORMAT_UNKNOWN'],
    ['a.avro', heads.arrowFile, 'FORMAT_MISMATCH'],
    ['a.arrow', text('Obj\x01\x04'), 'FORMAT_MISMATCH'],
    ['a.parquet.gz', text('PAR1\x15\x04\x00'), 'FORMAT_UNSUPPORTED'],
  ])('%s with other content is refused', (name, head, code) => {
    expect(() => detectFormat(name, head, builtInDecoders())).toThrow(expect.objectContaining({ code }))
  })
})
