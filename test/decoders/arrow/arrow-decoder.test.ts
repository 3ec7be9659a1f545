import {
  Binary,
  Bool,
  DateMillisecond,
  DenseUnion,
  Dictionary,
  Field,
  Float16,
  Int16,
  Int32,
  LargeUtf8,
  Map_,
  makeData,
  makeVector,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  TimeMillisecond,
  TimeSecond,
  tableToIPC,
  Uint8,
  Utf8,
  Utf8View,
  vectorFromArray,
} from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toArrow } from '../../../src/arrow/to-arrow.js'
import { arrowDecoder } from '../../../src/decoders/arrow/arrow-decoder.js'
import { checkColumn } from '../../../src/model/check-column.js'
import type { Column, ColumnOf } from '../../../src/model/column.js'
import { columnOf } from '../../../src/model/column-of.js'
import type { DataType } from '../../../src/model/data-type.js'
import { columnsOfEveryType } from '../../arrow/every-kind.js'
import { decodeAll, fileBytes } from '../file-bytes.js'

type TextColumn = Extract<Column, { readonly kind: 'utf8' | 'binary' }>
const formats = ['file', 'stream'] as const
const int64: DataType = { kind: 'int64' }

function ipc(columns: readonly Column[], format: (typeof formats)[number] = 'file', messages = 1): Uint8Array {
  const schema = { columns: columns.map((_, i) => ({ name: `c${i}`, type: { kind: 'unknown' as const }, nullable: true })) }
  const batch = toArrow({ rowCount: columns[0]?.length ?? 0, firstRow: 1, schema, columns })
  return tableToIPC(new Table(Array.from({ length: messages }, () => batch)), format)
}

const failure = (bytes: Uint8Array, options: Parameters<typeof decodeAll>[2] = {}, seeks = true) =>
  decodeAll(arrowDecoder(), fileBytes(bytes, { seeks }), options).then(
    () => expect.unreachable('it should have failed'),
    (error) => error,
  )

describe.each(formats)('the %s format', (format) => {
  test('gives every row once, in order, whatever the request cuts', async () => {
    const values = Array.from({ length: 150 }, (_, i) => (i % 7 === 0 ? null : BigInt(i)))
    const texts = values.map((value, i) => (value === null ? null : 'x'.repeat(i % 31)))
    const lists = values.map((value, i) => (value === null ? null : Array.from({ length: i % 4 }, (_, j) => j)))
    const flags = values.map((value, i) => (value === null ? null : i % 3 === 0))
    const bytes = ipc(
      [
        columnOf(int64, values),
        columnOf({ kind: 'utf8' }, texts),
        columnOf({ kind: 'list', item: { kind: 'float32' } }, lists),
        columnOf({ kind: 'bool' }, flags),
      ],
      format,
      2,
    )
    const whole = await decodeAll(arrowDecoder(), fileBytes(bytes))
    expect(whole.columns[0]).toEqual([...values, ...values].map((value) => (value === null ? null : Number(value))))
    expect(whole.columns[1]).toEqual([...texts, ...texts])
    expect(whole.columns[3]).toEqual([...flags, ...flags])
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 4000 }),
        fc.array(fc.nat(bytes.length)),
        async (batchRows, batchBytes, cuts) => {
          const { batches, columns } = await decodeAll(arrowDecoder(), fileBytes(bytes, { cuts }), { request: { batchRows, batchBytes } })
          expect(columns).toEqual(whole.columns)
          let row = 1
          for (const batch of batches) {
            expect(batch.firstRow).toBe(row)
            expect(batch.rowCount).toBeLessThanOrEqual(batchRows)
            for (const column of batch.columns) expect(checkColumn(column)).toBeNull()
            row += batch.rowCount
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  test('gives batches that share no memory when a message is cut, and the message where it is not', async () => {
    const bytes = ipc(
      [
        columnOf(
          int64,
          Array.from({ length: 100 }, (_, i) => i),
        ),
        columnOf(
          int64,
          Array.from({ length: 100 }, (_, i) => i),
        ),
      ],
      format,
    )
    const buffersOf = async (batchRows: number) => {
      const { batches } = await decodeAll(arrowDecoder(), fileBytes(bytes), { request: { batchRows } })
      return batches.map(({ columns }) => columns.map((column) => (column as ColumnOf<'int64'>).data.buffer))
    }
    const cut = (await buffersOf(8)).flat()
    expect(new Set(cut).size).toBe(cut.length)
    const [whole] = await buffersOf(2048)
    expect(whole?.[0]).toBe(whole?.[1])
  })

  test('reads the columns asked for, in their order', async () => {
    const bytes = ipc(columnsOfEveryType(), format)
    const all = await decodeAll(arrowDecoder(), fileBytes(bytes))
    for (const indexes of [[21], [25, 3, 11], [22, 22], []]) {
      const columns = indexes.map((index) => ({ index, as: all.schema.columns[index]?.type as DataType }))
      const { columns: read, batches } = await decodeAll(arrowDecoder(), fileBytes(bytes), { request: { columns } })
      expect(read).toEqual(indexes.map((index) => all.columns[index]))
      expect(batches.map(({ rowCount }) => rowCount)).toEqual([3])
    }
  })

  test('may have no rows', async () => {
    const { schema, batches } = await decodeAll(
      arrowDecoder(),
      fileBytes(tableToIPC(new Table(new Schema([new Field('a', new Int32())])), format)),
    )
    expect(schema.columns).toEqual([{ name: 'a', type: { kind: 'int32' }, nullable: false }])
    expect(batches).toEqual([])
  })

  test('cut anywhere is corrupt, or (a stream, between messages) shorter', async () => {
    const bytes = ipc(columnsOfEveryType(), format, 2)
    for (let length = 0; length < bytes.length; length += 41) {
      const outcome = await decodeAll(arrowDecoder(), fileBytes(bytes.subarray(0, length))).then(
        ({ batches }) => batches.length,
        (error) => error.code,
      )
      if (format === 'stream' && typeof outcome === 'number') expect(outcome).toBeLessThanOrEqual(2)
      else expect([length, outcome]).toEqual([length, 'FILE_CORRUPT'])
    }
  })

  test('with bytes changed never gives anything but batches that hold, or a DecodeError', async () => {
    const bytes = ipc(columnsOfEveryType(), format)
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, value) => {
        const changed = bytes.slice()
        changed[at] = value
        const outcome = await decodeAll(arrowDecoder(), fileBytes(changed), { budgets: { groupBytes: 1 << 20 } }).then(
          ({ batches }) =>
            batches.flatMap(({ columns }) => columns.map((column) => checkColumn(column))).filter((problem) => problem !== null),
          (error) => (error.name === 'DecodeError' ? [] : [error]),
        )
        expect(outcome).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('over a budget is refused before it is read', async () => {
    const bytes = ipc(
      [
        columnOf(
          int64,
          Array.from({ length: 1000 }, (_, i) => i),
        ),
      ],
      format,
    )
    expect(await failure(bytes, { budgets: { groupBytes: 1000 } })).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      message: expect.stringContaining('groupBytes'),
    })
    expect(await failure(bytes, { budgets: { schemaBytes: 16 } })).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      message: expect.stringContaining('schemaBytes'),
    })
    expect(await failure(ipc(columnsOfEveryType(), format), { budgets: { columns: 5 } })).toMatchObject({ code: 'BUDGET_EXCEEDED' })
    expect(await failure(ipc(columnsOfEveryType(), format), { budgets: { nesting: 1 } })).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      location: { column: 'c22' },
    })
  })
})

describe('types', () => {
  const table = (columns: Record<string, ReturnType<typeof vectorFromArray>>) => tableToIPC(new Table(columns as never), 'file')

  test('that have no kind of their own are widened', async () => {
    const entries = vectorFromArray(
      [{ a: 1 }, null, { b: 2, c: 3 }],
      new Map_(
        new Field('entries', new Struct([new Field('key', new Utf8(), false), new Field('value', new Int32(), true)]), false) as never,
      ),
    )
    const { schema, columns } = await decodeAll(
      arrowDecoder(),
      fileBytes(
        table({
          half: vectorFromArray([1.5, null, -2], new Float16()),
          date64: vectorFromArray([new Date('1969-12-31'), null, new Date('2020-01-02')], new DateMillisecond()),
          seconds: vectorFromArray([3661, null, 0], new TimeSecond()),
          millis: vectorFromArray([1, null, 0], new TimeMillisecond()),
          large: vectorFromArray(['é', null, ''], new LargeUtf8()),
          view: vectorFromArray(['short', null, 'longer than twelve bytes'], new Utf8View()),
          map: entries,
        } as never),
      ),
    )
    expect(schema.columns.map(({ type: { kind } }) => kind)).toEqual(['float32', 'date', 'time', 'time', 'utf8', 'utf8', 'list'])
    expect(columns.slice(0, 6)).toEqual([
      [1.5, null, -2],
      [new Date('1969-12-31'), null, new Date('2020-01-02')],
      ['01:01:01.000000', null, '00:00:00.000000'],
      ['00:00:00.001000', null, '00:00:00.000000'],
      ['é', null, ''],
      ['short', null, 'longer than twelve bytes'],
    ])
    expect(JSON.stringify(columns[6])).toBe('[[{"key":"a","value":1}],null,[{"key":"b","value":2},{"key":"c","value":3}]]')
  })

  test('that are not read are refused by name when read, not when present', async () => {
    const union = new DenseUnion([0], [new Field('i', new Int32())])
    const data = makeData({
      type: union,
      length: 2,
      typeIds: Int8Array.of(0, 0),
      valueOffsets: Int32Array.of(0, 1),
      children: [makeData({ type: new Int32(), length: 2, data: Int32Array.of(5, 6) })],
    })
    const bytes = tableToIPC(new Table({ u: makeVector(data), i: vectorFromArray([1, 2], new Int32()) } as never), 'stream')
    const { schema, columns } = await decodeAll(arrowDecoder(), fileBytes(bytes), { as: [null, { kind: 'int32' }] })
    expect(schema.columns[0]).toMatchObject({ name: 'u', type: { kind: 'unknown' } })
    expect(columns).toEqual([[1, 2]])
    expect(await failure(bytes)).toMatchObject({
      code: 'FORMAT_UNSUPPORTED',
      message: expect.stringContaining('Union'),
      location: { column: 'u' },
    })
  })

  test('of dictionaries: text stays one, small indices and numbers are widened, nulls among the values are null rows', async () => {
    const text = new Dictionary(new Utf8(), new Uint8(), 1)
    const values = vectorFromArray(['a', null, 'b'], new Utf8())
    const indices = makeData({
      type: text,
      length: 5,
      nullCount: 1,
      nullBitmap: Uint8Array.of(0b11011),
      data: Uint8Array.of(2, 1, 9, 0, 2),
      dictionary: values,
    })
    const numbers = vectorFromArray([7, 8, null, 7, 8], new Dictionary(new Int16(), new Int32(), 2))
    const { batches, columns, schema } = await decodeAll(arrowDecoder(), fileBytes(table({ text: makeVector(indices), numbers } as never)))
    expect(schema.columns.map(({ type: { kind } }) => kind)).toEqual(['utf8', 'int16'])
    expect(batches[0]?.columns.map(({ kind }) => kind)).toEqual(['dictionary', 'int16'])
    expect(columns).toEqual([
      ['b', null, null, 'a', 'b'],
      [7, 8, null, 7, 8],
    ])
    for (const column of batches[0]?.columns ?? []) expect(checkColumn(column)).toBeNull()
  })

  test('leave nothing of what a writer put under nulls', async () => {
    const nullBitmap = Uint8Array.of(0b11111101)
    const { batches } = await decodeAll(
      arrowDecoder(),
      fileBytes(
        table({
          number: makeVector(makeData({ type: new Int32(), length: 3, nullCount: 1, nullBitmap, data: Int32Array.of(1, 99, 3) })),
          flag: makeVector(makeData({ type: new Bool(), length: 3, nullCount: 1, nullBitmap, data: Uint8Array.of(0xff) })),
          text: makeVector(
            makeData({
              type: new Utf8(),
              length: 3,
              nullCount: 1,
              nullBitmap,
              valueOffsets: Int32Array.of(0, 1, 4, 5),
              data: new TextEncoder().encode('abadc'),
            }),
          ),
        } as never),
      ),
    )
    const [number, flag, text] = batches.flatMap(({ columns }) => columns) as readonly Column[] as [
      ColumnOf<'int32'>,
      ColumnOf<'bool'>,
      TextColumn,
    ]
    expect([...number.data]).toEqual([1, 0, 3])
    expect(number.validity).toEqual(Uint8Array.of(0b101))
    expect([...flag.data]).toEqual([0b101])
    expect([...text.offsets]).toEqual([0, 1, 1, 2])
    expect(new TextDecoder().decode(text.data)).toBe('ac')
  })
})

describe('bad files', () => {
  const one = (data: ReturnType<typeof makeData>, format: (typeof formats)[number] = 'stream') => {
    const schema = new Schema([new Field('c', data.type, true)])
    const batch = new RecordBatch(
      schema,
      makeData({ type: new Struct(schema.fields), length: data.length, nullCount: 0, children: [data] }),
    )
    const writer = format === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter()
    writer.write(batch)
    writer.finish()
    return writer.toUint8Array(true)
  }

  test('text that is not UTF-8, falling offsets, indices outside are corrupt, and say which column', async () => {
    const text = (valueOffsets: Int32Array, data: Uint8Array) =>
      one(makeData({ type: new Utf8(), length: 2, nullCount: 0, valueOffsets, data }) as never)
    const located = { code: 'FILE_CORRUPT', location: { column: 'c', byteOffset: expect.any(Number) } }
    expect(await failure(text(Int32Array.of(0, 1, 2), Uint8Array.of(0xff, 0x61)))).toMatchObject(located)
    expect(await failure(text(Int32Array.of(0, 1, 2), new TextEncoder().encode('é')))).toMatchObject(located)
    expect(await failure(text(Int32Array.of(0, 3, 2), new TextEncoder().encode('abc')))).toMatchObject(located)
    const dictionary = makeData({
      type: new Dictionary(new Utf8(), new Int32(), 7),
      length: 1,
      nullCount: 0,
      data: Int32Array.of(4),
      dictionary: vectorFromArray(['a'], new Utf8()),
    })
    expect(await failure(one(dictionary as never, 'file'))).toMatchObject(located)
    expect(
      await failure(
        one(makeData({ type: new Binary(), length: 1, nullCount: 0, valueOffsets: Int32Array.of(-4, 0), data: Uint8Array.of(1) }) as never),
      ),
    ).toMatchObject({ code: 'FILE_CORRUPT' })
  })

  test('Feather 1 and compressed files of the file format are refused by name', async () => {
    expect(await failure(new TextEncoder().encode('FEA1 and more than that FEA1'))).toMatchObject({
      code: 'FORMAT_UNSUPPORTED',
      message: expect.stringContaining('Feather'),
    })
    const bytes = ipc(columnsOfEveryType(), 'file')
    expect(await failure(bytes, {}, false)).toMatchObject({ code: 'FORMAT_UNSUPPORTED' })
    expect((await decodeAll(arrowDecoder(), fileBytes(ipc(columnsOfEveryType(), 'stream'), { seeks: false }))).batches).toHaveLength(1)
  })

  test('a stream that goes on after its end is corrupt', async () => {
    const bytes = ipc(columnsOfEveryType(), 'stream')
    expect(await failure(Uint8Array.of(...bytes, ...bytes))).toMatchObject({ code: 'FILE_CORRUPT' })
  })
})

describe('reading', () => {
  test('lets the stream go when the consumer leaves, or never comes', async () => {
    const { signal } = new AbortController()
    const data = ipc(
      [
        columnOf(
          int64,
          Array.from({ length: 1000 }, (_, i) => i),
        ),
      ],
      'stream',
      3,
    )
    for (const leave of [true, false]) {
      const bytes = fileBytes(data, { cuts: [100, 1000, 5000] })
      const file = await arrowDecoder().open(bytes, { signal, budgets: (await import('../../../src/model/budgets.js')).defaultBudgets })
      if (leave)
        for await (const _ of file.batches({ columns: [{ index: 0, as: int64 }], batchRows: 8, batchBytes: 1 << 20 }, { signal })) break
      await file.close?.()
      expect(bytes.seen).toMatchObject({ opened: 1, released: 1 })
    }
  })

  test('reads a file message by message', async () => {
    const bytes = fileBytes(
      ipc(
        [
          columnOf(
            int64,
            Array.from({ length: 10_000 }, (_, i) => i),
          ),
        ],
        'file',
        4,
      ),
    )
    await decodeAll(arrowDecoder(), bytes)
    expect(bytes.seen.opened).toBe(0)
    expect(bytes.seen.reads).toHaveLength(2 + 4)
    expect(Math.max(...bytes.seen.reads.map(([start, end]) => end - start))).toBeLessThan(90_000)
  })
})
