import { Field, Int32, List, Message, Struct, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import { Message as RawMessage } from 'apache-arrow/fb/message'
import { Schema as RawSchema } from 'apache-arrow/fb/schema'
import { BufferRegion } from 'apache-arrow/ipc/metadata/message'
import { ByteBuffer } from 'flatbuffers'
import { describe, expect, test } from 'vitest'
import { arrowDecoder } from '../../../src/decoders/arrow/arrow-decoder.js'
import { decodeAll, fileBytes } from '../file-bytes.js'

interface Part {
  readonly header: Uint8Array
  readonly body: Uint8Array
}

/** A stream of the library in parts: the first is the schema. */
function partsOf(stream: Uint8Array): Part[] {
  const view = new DataView(stream.buffer, stream.byteOffset)
  const parts: Part[] = []
  for (let at = 0; at + 8 < stream.length; ) {
    const header = stream.slice(at + 8, at + 8 + view.getInt32(at + 4, true))
    at += 8 + header.length
    const { bodyLength } = Message.decode(header)
    parts.push({ header, body: stream.slice(at, at + bodyLength) })
    at += bodyLength
  }
  return parts
}

function streamOf(parts: readonly Part[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap(({ header, body }) => {
      const padded = new Uint8Array((header.length + 7) & ~7)
      padded.set(header)
      const prefix = new Uint8Array(8)
      new DataView(prefix.buffer).setInt32(0, -1, true)
      new DataView(prefix.buffer).setInt32(4, padded.length, true)
      return [prefix, padded, body]
    }),
  )
}

/** Writes `type` as the type of the first field. */
function retype({ header, body }: Part, type: number): Part {
  const buffer = new ByteBuffer(header)
  const field = (RawMessage.getRootAsMessage(buffer as never).header(new RawSchema()) as RawSchema).fields(0)
  if (field === null) throw new RangeError('no field')
  buffer.writeUint8(field.bb_pos + buffer.__offset(field.bb_pos, 8), type)
  return { header, body }
}

function withBuffers({ header, body }: Part, change: (buffers: BufferRegion[]) => BufferRegion[]): Part {
  const message = Message.decode(header)
  const batch = message.header() as unknown as { _buffers: BufferRegion[] }
  batch._buffers = change(batch._buffers)
  return { header: Message.encode(Message.from(batch as never, message.bodyLength)), body }
}

const pair = new Struct([new Field('run_ends', new Int32(), false), new Field('values', new Utf8())])
const numbers = vectorFromArray([1, 2, 3], new Int32())

/** The library writes neither type: a list with a third buffer, and a struct without its own, lie in the file alike. */
const cases = [
  [
    'ListView',
    25,
    vectorFromArray([[1], [2, 3], []], new List(new Field('item', new Int32()))),
    (b: BufferRegion[]) => [...b.slice(0, 2), new BufferRegion(0, 0), ...b.slice(2)],
  ],
  [
    'LargeListView',
    26,
    vectorFromArray([[1], [2, 3], []], new List(new Field('item', new Int32()))),
    (b: BufferRegion[]) => [...b.slice(0, 2), new BufferRegion(0, 0), ...b.slice(2)],
  ],
  [
    'RunEndEncoded',
    22,
    vectorFromArray(
      [
        { run_ends: 1, values: 'a' },
        { run_ends: 2, values: 'b' },
        { run_ends: 3, values: 'c' },
      ],
      pair,
    ),
    (b: BufferRegion[]) => b.slice(1),
  ],
] as const

describe.each(cases)('a column of type %s', (name, type, vector, change) => {
  const bytes = () => {
    const [schema, batch, ...rest] = partsOf(tableToIPC(new Table({ strange: vector, n: numbers } as never), 'stream'))
    return streamOf([retype(schema as Part, type), withBuffers(batch as Part, change), ...rest])
  }

  test('is listed as unknown, and the others are read', async () => {
    const { schema, columns } = await decodeAll(arrowDecoder(), fileBytes(bytes()), { as: [null, { kind: 'int32' }] })
    expect(schema.columns.map(({ name, type }) => [name, type.kind])).toEqual([
      ['strange', 'unknown'],
      ['n', 'int32'],
    ])
    expect(columns).toEqual([[1, 2, 3]])
  })

  test('is refused by its name when it is asked for', async () => {
    await expect(decodeAll(arrowDecoder(), fileBytes(bytes()))).rejects.toMatchObject({
      code: 'FORMAT_UNSUPPORTED',
      message: expect.stringContaining(name),
      location: { column: 'strange' },
    })
  })
})
