import { deflateRawSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { avroDecoder } from '../../../src/decoders/avro/avro-decoder.js'
import { ImportError } from '../../../src/errors.js'
import { decodeAll, fileBytes } from '../file-bytes.js'
import { block, file, header, long, writeAvro } from './avro-files.js'

const schema = {
  type: 'record',
  name: 'Row',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'name', type: ['null', 'string'] },
  ],
}
const single = (type: unknown) => ({ type: 'record', name: 'Row', fields: [{ name: 'x', type }] })
const codeOf = async (bytes: Uint8Array, options = {}): Promise<string> => {
  try {
    const { batches } = await decodeAll(avroDecoder(), fileBytes(bytes, { seeks: false }), options)
    return `${batches.reduce((rows, { rowCount }) => rows + rowCount, 0)} rows`
  } catch (error) {
    if (error instanceof ImportError) return error.code
    throw error
  }
}

describe('damaged files', () => {
  let bytes: Uint8Array
  const borders: number[] = []
  beforeAll(async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ id: BigInt(i), name: i % 3 ? { string: `name ${i}` } : null }))
    bytes = await writeAvro(schema, rows, { blockSize: 150 })
    for (let i = 0; i + 16 <= bytes.length; i++) if (bytes.subarray(i, i + 16).every((byte) => byte === 0xa7)) borders.push(i + 16)
  })

  it('cut anywhere but after a whole block is an error', async () => {
    expect(borders.length).toBeGreaterThan(2)
    const silent: number[] = []
    for (let length = 0; length < bytes.length; length++) {
      const code = await codeOf(bytes.slice(0, length))
      if (code !== 'FILE_CORRUPT') silent.push(length)
    }
    // The format has no end mark: a file cut there is a whole file with fewer blocks, which only its length can tell.
    expect(silent).toEqual(borders.slice(0, -1))
  })

  it('a changed sync marker names its block', async () => {
    const changed = bytes.slice()
    changed[(borders[1] as number) - 1] = 0
    await expect(decodeAll(avroDecoder(), fileBytes(changed))).rejects.toMatchObject({
      code: 'FILE_CORRUPT',
      message: expect.stringContaining('block 1'),
    })
  })

  it('any changed byte decodes or is refused; nothing else happens', async () => {
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const changed = bytes.slice()
        changed[at] = (changed[at] as number) ^ flip
        expect(await codeOf(changed)).toMatch(/^\d+ rows$|^FILE_CORRUPT$|^FORMAT_UNSUPPORTED$|^BUDGET_EXCEEDED$/)
      }
    }
  })

  it('a changed snappy block does not match its checksum', async () => {
    const snappy = await writeAvro(schema, [{ id: 7n, name: { string: 'abcdefgh' } }], { codec: 'snappy' })
    const at = Buffer.from(snappy).indexOf('abcdefgh')
    snappy[at] = 0x7a
    await expect(decodeAll(avroDecoder(), fileBytes(snappy))).rejects.toMatchObject({
      code: 'FILE_CORRUPT',
      message: expect.stringContaining('checksum'),
    })
  })
})

describe('hostile files', () => {
  const two = Buffer.concat([long(1), long(0), long(2), long(0)])
  it.each([
    ['a right block', file(header(schema), block(2, two)), '2 rows'],
    ['an empty block between', file(header(schema), block(0, new Uint8Array()), block(2, two)), '2 rows'],
    ['no block', file(header(schema)), '0 rows'],
    ['fewer records than bytes', file(header(schema), block(1, two)), 'FILE_CORRUPT'],
    ['more records than bytes', file(header(schema), block(3, two)), 'FILE_CORRUPT'],
    ['a size too small', file(header(schema), block(2, two, 3)), 'FILE_CORRUPT'],
    ['a size too large', file(header(schema), block(2, two, 100)), 'FILE_CORRUPT'],
    ['a size of 2^40', file(header(schema), block(2, two, 2 ** 40)), 'BUDGET_EXCEEDED'],
    ['a negative size', file(header(schema), block(2, two, -4)), 'FILE_CORRUPT'],
    ['a negative count', file(header(schema), block(-2, two)), 'FILE_CORRUPT'],
    ['a count of 2^62', file(header(schema), block(2n ** 62n, two)), 'FILE_CORRUPT'],
    ['a union branch that is not there', file(header(schema), block(1, Buffer.concat([long(1), long(2)]))), 'FILE_CORRUPT'],
    ['text longer than its block', file(header(single('string')), block(1, long(2 ** 31))), 'FILE_CORRUPT'],
    ['text of a negative length', file(header(single('string')), block(1, long(-1))), 'FILE_CORRUPT'],
    ['text that is not UTF-8', file(header(single('string')), block(1, Buffer.from([2, 0xff]))), 'FILE_CORRUPT'],
    ['an int of 2^40', file(header(single('int')), block(1, long(2 ** 40))), 'FILE_CORRUPT'],
    ['a varint of 20 bytes', file(header(single('long')), block(1, new Uint8Array(20).fill(0xff))), 'FILE_CORRUPT'],
    ['a boolean of 7', file(header(single('boolean')), block(1, Buffer.from([7]))), 'FILE_CORRUPT'],
    ['10^9 records of nothing', file(header(single('null')), block(1e9, new Uint8Array())), 'BUDGET_EXCEEDED'],
    [
      'a list of 10^8 nulls',
      file(header(single({ type: 'array', items: 'null' })), block(1, Buffer.concat([long(1e8), long(0)]))),
      'BUDGET_EXCEEDED',
    ],
    [
      'a list of 10^8 ints',
      file(header(single({ type: 'array', items: 'int' })), block(1, Buffer.concat([long(1e8), long(0)]))),
      'FILE_CORRUPT',
    ],
    [
      'a list whose size lies',
      file(header(single({ type: 'array', items: 'int' })), block(1, Buffer.concat([long(-1), long(2), long(1), long(0)]))),
      'FILE_CORRUPT',
    ],
    ['a bomb', file(header(single('bytes'), 'deflate'), block(1, deflateRawSync(Buffer.alloc(80 << 20)))), 'BUDGET_EXCEEDED'],
    ['broken deflate', file(header(single('bytes'), 'deflate'), block(1, Buffer.from([7, 7, 7]))), 'FILE_CORRUPT'],
    ['the codec bzip2', file(header(schema, 'bzip2')), 'FORMAT_UNSUPPORTED'],
    ['the codec toString', file(header(schema, 'toString')), 'FORMAT_UNSUPPORTED'],
    ['the codec __proto__', file(header(schema, '__proto__')), 'FORMAT_UNSUPPORTED'],
    ['a schema that is not JSON', file(header('{"type":')), 'FILE_CORRUPT'],
    ['10^9 values of nothing', file(header('"null"'), block(10 ** 9, new Uint8Array(0))), 'BUDGET_EXCEEDED'],
    ['a type that is not defined', file(header(single('Nowhere'))), 'FILE_CORRUPT'],
    ['a type named by the prototype', file(header(single('constructor'))), 'FILE_CORRUPT'],
    ['a field name with code', file(header({ ...schema, fields: [{ name: 'a;process.exit(3)//', type: 'int' }] })), 'FORMAT_UNSUPPORTED'],
    ['a record name with code', file(header({ ...schema, name: 'R(){};process.exit(3);function R' })), 'FORMAT_UNSUPPORTED'],
    ['a default with code', file(header({ ...schema, fields: [{ name: 'a', type: 'int', default: 'process.exit(3)' }] })), '0 rows'],
    [
      'a decimal with more scale than digits',
      file(header(single({ type: 'bytes', logicalType: 'decimal', precision: 5, scale: 10 }))),
      'FILE_CORRUPT',
    ],
    ['a fixed type of 2^31', file(header(single({ type: 'fixed', name: 'F', size: 2 ** 31 }))), 'BUDGET_EXCEEDED'],
    [
      '5,000 nested arrays',
      file(
        header(
          `{"type":"record","name":"R","fields":[{"name":"x","type":${'{"type":"array","items":'.repeat(5000)}"int"${'}'.repeat(5000)}}]}`,
        ),
      ),
      'BUDGET_EXCEEDED',
    ],
    ['a header of 2^40 bytes', file(Buffer.from('Obj\x01'), long(1), long(2 ** 40)), 'BUDGET_EXCEEDED'],
  ])('%s', async (_, bytes, outcome) => {
    const before = Object.getOwnPropertyNames(Object.prototype).length
    expect(await codeOf(bytes)).toBe(outcome)
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before)
  })

  it('named types that unfold without end are stopped', async () => {
    const levels = Array.from({ length: 12 }, (_, i) => ({
      name: `f${i}`,
      type: {
        type: 'record',
        name: `L${i}`,
        fields: Array.from({ length: 10 }, (_, j) => ({ name: `g${j}`, type: i === 0 ? 'int' : `L${i - 1}` })),
      },
    }))
    expect(await codeOf(file(header({ type: 'record', name: 'R', fields: levels })))).toBe('BUDGET_EXCEEDED')
  })

  it('values that nest deeper than the budget are not passed over', async () => {
    const list = { type: 'record', name: 'Node', fields: [{ name: 'next', type: ['null', 'Node'] }] }
    const bytes = file(
      header({
        type: 'record',
        name: 'R',
        fields: [
          { name: 'id', type: 'int' },
          { name: 'list', type: list },
        ],
      }),
      block(1, Buffer.concat([long(1), new Uint8Array(100_000).fill(2), long(0)])),
    )
    expect(await codeOf(bytes, { request: { columns: [{ index: 0, as: { kind: 'int32' } }] } })).toBe('BUDGET_EXCEEDED')
  })

  it('a cell over its budget names row and column', async () => {
    const bytes = await writeAvro(schema, [
      { id: 1n, name: null },
      { id: 2n, name: { string: 'x'.repeat(3000) } },
    ])
    await expect(decodeAll(avroDecoder(), fileBytes(bytes), { budgets: { cellBytes: 1000 } })).rejects.toMatchObject({
      code: 'BUDGET_EXCEEDED',
      location: { row: 2, column: 'name' },
    })
  })
})
