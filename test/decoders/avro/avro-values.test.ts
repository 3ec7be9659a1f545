import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { avroDecoder } from '../../../src/decoders/avro/avro-decoder.js'
import { checkColumn } from '../../../src/model/check-column.js'
import type { Column } from '../../../src/model/column.js'
import { decodeAll, fileBytes } from '../file-bytes.js'
import { writeAvro } from './avro-files.js'

const record = (...fields: readonly unknown[]) => ({ type: 'record', name: 'Row', namespace: 'test', fields })
const nullable = (type: unknown) => ['null', type]
const decimalBytes = Buffer.from([0xff, 0x38]) // -200
const sixteen = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')

/** Fields, a value each as avsc takes it, the type, and the cell. */
const scalars = [
  ['b', 'boolean', true, { kind: 'bool' }, true],
  ['i', 'int', -2147483648, { kind: 'int32' }, -2147483648],
  ['l', 'long', -9223372036854775808n, { kind: 'int64' }, -9223372036854775808n],
  ['f', 'float', 0.5, { kind: 'float32' }, 0.5],
  ['d', 'double', 1 / 3, { kind: 'float64' }, 1 / 3],
  ['s', 'string', 'ünïcode', { kind: 'utf8' }, 'ünïcode'],
  ['y', 'bytes', Buffer.from([0, 255]), { kind: 'binary' }, new Uint8Array([0, 255])],
  ['x', { type: 'fixed', name: 'Two', size: 2 }, Buffer.from([1, 2]), { kind: 'binary' }, new Uint8Array([1, 2])],
  ['e', { type: 'enum', name: 'Hue', symbols: ['RED', 'GREEN'] }, 'GREEN', { kind: 'utf8' }, 'GREEN'],
  ['date', { type: 'int', logicalType: 'date' }, 19000, { kind: 'date' }, new Date(19000 * 86_400_000)],
  ['tms', { type: 'int', logicalType: 'time-millis' }, 86_399_999, { kind: 'time', unit: 'us' }, '23:59:59.999000'],
  ['tus', { type: 'long', logicalType: 'time-micros' }, 1, { kind: 'time', unit: 'us' }, '00:00:00.000001'],
  ['ms', { type: 'long', logicalType: 'timestamp-millis' }, -1, { kind: 'timestamp', unit: 'ms', timezone: 'UTC' }, new Date(-1)],
  ['us', { type: 'long', logicalType: 'timestamp-micros' }, 1001, { kind: 'timestamp', unit: 'us', timezone: 'UTC' }, new Date(1)],
  ['ns', { type: 'long', logicalType: 'timestamp-nanos' }, 1_000_001, { kind: 'timestamp', unit: 'ns', timezone: 'UTC' }, new Date(1)],
  ['local', { type: 'long', logicalType: 'local-timestamp-micros' }, 0, { kind: 'timestamp', unit: 'us', timezone: null }, new Date(0)],
  [
    'dec',
    { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 },
    decimalBytes,
    { kind: 'decimal', precision: 10, scale: 2 },
    '-2.00',
  ],
  [
    'fdec',
    { type: 'fixed', name: 'Dec', size: 2, logicalType: 'decimal', precision: 4 },
    decimalBytes,
    { kind: 'decimal', precision: 4, scale: 0 },
    '-200',
  ],
  [
    'uuid',
    { type: 'string', logicalType: 'uuid' },
    '00010203-0405-0607-0809-0a0b0c0d0e0f',
    { kind: 'utf8' },
    '00010203-0405-0607-0809-0a0b0c0d0e0f',
  ],
  [
    'fuuid',
    { type: 'fixed', name: 'Uuid', size: 16, logicalType: 'uuid' },
    sixteen,
    { kind: 'utf8' },
    '00010203-0405-0607-0809-0a0b0c0d0e0f',
  ],
] as const

describe('avroDecoder reads what avsc wrote', () => {
  it.each(['null', 'deflate', 'snappy'] as const)('every scalar type, codec %s', async (codec) => {
    const schema = record(
      ...scalars.map(([name, type]) => ({ name, type })),
      ...scalars.map(([name, type]) => ({
        name: `${name}_n`,
        type: nullable(typeof type === 'object' && 'name' in type ? type.name : type),
      })),
    )
    const wrap = (type: unknown, value: unknown) => {
      const name = typeof type === 'string' ? type : (type as { name?: string; type: string })
      return { [typeof name === 'string' ? name : name.name === undefined ? name.type : `test.${name.name}`]: value }
    }
    const row = (present: boolean) =>
      Object.fromEntries(
        scalars.flatMap(([name, type, value]) => [
          [name, value],
          [`${name}_n`, present ? wrap(type, value) : null],
        ]),
      )
    const rows = Array.from({ length: 300 }, (_, i) => row(i % 3 !== 1))
    const bytes = await writeAvro(schema, rows, { codec })
    const {
      schema: found,
      columns,
      batches,
    } = await decodeAll(avroDecoder(), fileBytes(bytes, { seeks: false, cuts: [3, 700, 701, 2000] }))
    scalars.forEach(([name, , , type, cell], i) => {
      expect(found.columns[i]).toEqual({ name, type, nullable: false })
      expect(found.columns[i + scalars.length]).toEqual({ name: `${name}_n`, type, nullable: true })
      expect(columns[i], name).toEqual(rows.map(() => cell))
      expect(columns[i + scalars.length], `${name}_n`).toEqual(rows.map((_, j) => (j % 3 === 1 ? null : cell)))
    })
    for (const batch of batches) expect(batch.columns.map((column) => checkColumn(column))).toEqual(batch.columns.map(() => null))
  })

  it('of a schema that is no record are one column', async () => {
    const { schema, columns } = await decodeAll(avroDecoder(), fileBytes(await writeAvro(['null', 'long'], [{ long: 7n }, { long: -1n }])))
    expect(schema.columns).toEqual([{ name: 'value', type: { kind: 'int64' }, nullable: true }])
    expect(columns).toEqual([[7, -1]])
    const none = await decodeAll(avroDecoder(), fileBytes(await writeAvro('string', [])))
    expect(none.schema.columns).toEqual([{ name: 'value', type: { kind: 'utf8' }, nullable: false }])
    expect(none.columns).toEqual([[]])
  })

  it('lists, maps, records and nulls within each other', async () => {
    const schema = record(
      { name: 'list', type: { type: 'array', items: nullable('int') } },
      { name: 'map', type: nullable({ type: 'map', values: { type: 'array', items: 'string' } }) },
      {
        name: 'inner',
        type: nullable({
          type: 'record',
          name: 'Inner',
          fields: [
            { name: 'a', type: nullable('string') },
            { name: '__proto__', type: 'int' },
          ],
        }),
      },
      { name: 'nothing', type: 'null' },
    )
    const inner = (a: unknown, proto: number) => Object.defineProperty({ a }, '__proto__', { value: proto, enumerable: true })
    const rows = [
      {
        list: [{ int: 1 }, null],
        map: { map: { k: ['x', 'y'], l: [] } },
        inner: { 'test.Inner': inner({ string: 's' }, 7) },
        nothing: null,
      },
      { list: [], map: null, inner: null, nothing: null },
      { list: [null], map: { map: {} }, inner: { 'test.Inner': inner(null, 8) }, nothing: null },
    ]
    const { columns, schema: found } = await decodeAll(avroDecoder(), fileBytes(await writeAvro(schema, rows)))
    expect(columns[0]).toEqual([[1, null], [], [null]])
    expect(JSON.parse(JSON.stringify(columns[1]))).toEqual([
      [
        { key: 'k', value: ['x', 'y'] },
        { key: 'l', value: [] },
      ],
      null,
      [],
    ])
    const structs = columns[2] as readonly (Record<string, unknown> | null)[]
    expect(structs.map((s) => s && [s.a, Object.getOwnPropertyDescriptor(s, '__proto__')?.value])).toEqual([['s', 7], null, [null, 8]])
    expect(columns[3]).toEqual([null, null, null])
    expect(found.columns.map(({ nullable }) => nullable)).toEqual([false, true, true, true])
  })

  it('reads only the columns asked for, in their order, also twice, and passes over those it has no word for', async () => {
    const tree = { type: 'record', name: 'Tree', fields: [{ name: 'children', type: { type: 'array', items: 'Tree' } }] }
    const schema = record(
      { name: 'tree', type: tree },
      { name: 'either', type: ['int', 'string'] },
      { name: 'id', type: 'long' },
      { name: 'name', type: 'string' },
    )
    const rows = Array.from({ length: 50 }, (_, i) => ({
      tree: { children: [{ children: [] }] },
      either: i % 2 ? { int: i } : { string: 'x' },
      id: BigInt(i),
      name: `n${i}`,
    }))
    const bytes = await writeAvro(schema, rows)
    const { schema: found, columns } = await decodeAll(avroDecoder(), fileBytes(bytes), {
      request: { columns: [3, 2, 3].map((index) => ({ index, as: { kind: 'utf8' } })) },
    })
    expect(found.columns.map(({ type }) => type.kind)).toEqual(['unknown', 'unknown', 'int64', 'utf8'])
    const names = rows.map(({ name }) => name)
    expect(columns).toEqual([names, rows.map(({ id }) => Number(id)), names])
    await expect(decodeAll(avroDecoder(), fileBytes(bytes))).rejects.toMatchObject({
      code: 'FORMAT_UNSUPPORTED',
      location: { column: 'tree' },
    })
  })

  it('int64 and decimal words are exact for any value', async () => {
    const schema = record(
      { name: 'l', type: 'long' },
      { name: 'd', type: { type: 'bytes', logicalType: 'decimal', precision: 38, scale: 0 } },
    )
    const most = 10n ** 38n - 1n
    const bytesOf = (value: bigint): Buffer => {
      for (let length = 1; ; length++) {
        if (BigInt.asIntN(8 * length, value) === value)
          return Buffer.from(
            BigInt.asUintN(8 * length, value)
              .toString(16)
              .padStart(2 * length, '0'),
            'hex',
          )
      }
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -most, max: most })), {
          minLength: 1,
          maxLength: 30,
        }),
        async (pairs) => {
          const bytes = await writeAvro(
            schema,
            pairs.map(([l, d]) => ({ l, d: bytesOf(d) })),
          )
          const { batches } = await decodeAll(avroDecoder(), fileBytes(bytes))
          const longs = batches[0]?.columns[0] as Extract<Column, { readonly kind: 'int64' }>
          expect([...longs.data]).toEqual(pairs.map(([l]) => l))
          const { columns } = await decodeAll(avroDecoder(), fileBytes(bytes))
          expect(columns[1]).toEqual(pairs.map(([, d]) => d.toString()))
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('batches', () => {
  const schema = record({ name: 'id', type: 'long' }, { name: 'text', type: 'string' })
  const rows = Array.from({ length: 1000 }, (_, i) => ({ id: BigInt(i), text: 'x'.repeat(i % 97) }))

  it('are cut by rows and bytes alone, whatever the blocks and however the bytes come', async () => {
    const request = { batchRows: 64, batchBytes: 2000 }
    const sizes: string[] = []
    for (const [blockSize, codec] of [
      [64, 'null'],
      [100_000, 'null'],
      [3000, 'deflate'],
    ] as const) {
      const bytes = await writeAvro(schema, rows, { blockSize, codec })
      const cuts = Array.from({ length: 200 }, (_, i) => i * 37)
      const { batches, columns } = await decodeAll(avroDecoder(), fileBytes(bytes, { cuts }), { request })
      expect(columns[0]).toEqual(rows.map(({ id }) => Number(id)))
      expect(columns[1]).toEqual(rows.map(({ text }) => text))
      let next = 1
      for (const { firstRow, rowCount, columns: parts } of batches) {
        expect(firstRow).toBe(next)
        next += rowCount
        const text = parts[1] as Extract<Column, { readonly offsets: Int32Array; readonly data: Uint8Array }>
        const bytes = 12 * rowCount + (text.offsets[rowCount] as number)
        expect([rowCount <= 64, bytes <= 2000]).toEqual([true, true])
      }
      sizes.push(batches.map(({ rowCount }) => rowCount).join())
    }
    expect(new Set(sizes).size).toBe(1)
  })

  it('a row over the limit is a batch of its own', async () => {
    const bytes = await writeAvro(schema, [
      { id: 1n, text: 'a' },
      { id: 2n, text: 'b'.repeat(5000) },
      { id: 3n, text: 'c' },
    ])
    const { batches } = await decodeAll(avroDecoder(), fileBytes(bytes), { request: { batchBytes: 100 } })
    expect(batches.map(({ rowCount }) => rowCount)).toEqual([1, 1, 1])
  })

  it('leaving early gives the stream back; an abort stops with its reason', async () => {
    const bytes = fileBytes(await writeAvro(schema, rows), { cuts: [400, 800, 1200] })
    const controller = new AbortController()
    const { defaultBudgets } = await import('../../../src/model/budgets.js')
    const open = () => avroDecoder().open(bytes, { budgets: defaultBudgets, signal: controller.signal })
    const request = { columns: [{ index: 0, as: { kind: 'int64' } }], batchRows: 8, batchBytes: 1 << 20 } as const
    for await (const batch of (await open()).batches(request, { signal: controller.signal })) {
      expect(batch.rowCount).toBe(8)
      break
    }
    expect(bytes.seen.released).toBe(bytes.seen.opened)
    const reason = new Error('enough')
    await expect(async () => {
      for await (const _ of (await open()).batches(request, { signal: controller.signal })) controller.abort(reason)
    }).rejects.toBe(reason)
    expect(bytes.seen.released).toBe(bytes.seen.opened)
  })
})
