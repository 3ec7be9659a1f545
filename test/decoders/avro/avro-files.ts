import { crc32, deflateRawSync } from 'node:zlib'
import avsc, { type Schema } from 'avsc'

type Codec = 'null' | 'deflate' | 'snappy'
/** A snappy block of literals alone: lawful, if not small. */
function literals(data: Buffer): Buffer {
  const parts: Buffer[] = [varint(data.length)]
  for (let at = 0; at < data.length; at += 60) {
    const piece = data.subarray(at, at + 60)
    parts.push(Buffer.from([(piece.length - 1) << 2]), piece)
  }
  return Buffer.concat(parts)
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left & 0x7f) | 0x80)
  return Buffer.from([...bytes, left])
}

const codecs: Record<Codec, (data: Buffer, done: (error: Error | null, data: Buffer) => void) => void> = {
  null: (data, done) => done(null, data),
  deflate: (data, done) => done(null, deflateRawSync(data)),
  snappy: (data, done) => {
    const checksum = Buffer.alloc(4)
    checksum.writeUInt32BE(crc32(data))
    done(null, Buffer.concat([literals(data), checksum]))
  },
}

/** 64-bit integers as bigints, for avsc to write exactly. */
const bigLongs = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8)
    buffer.writeBigInt64LE(value)
    return buffer
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
})

/** Keeps an annotation in the schema that avsc writes down; values stay as they are underneath. */
class Annotated extends avsc.types.LogicalType {
  readonly #annotation: { precision?: number; scale?: number }

  constructor(schema: Schema, options?: unknown) {
    super(schema, options as never)
    const { precision, scale } = schema as { precision?: number; scale?: number }
    this.#annotation = { ...(precision === undefined ? {} : { precision }), ...(scale === undefined ? {} : { scale }) }
  }

  protected override _fromValue(value: unknown): unknown {
    return value
  }

  protected override _toValue(value: unknown): unknown {
    return value
  }

  protected override _export(attributes: Schema): void {
    Object.assign(attributes, this.#annotation)
  }
}
const annotations = [
  'date',
  'time-millis',
  'time-micros',
  'decimal',
  'uuid',
  'local-timestamp-micros',
  'timestamp-millis',
  'timestamp-micros',
  'timestamp-nanos',
]

/** A container file written by avsc. Longs without a logical type are bigints; union values are wrapped (`{ string: 'x' }`). */
export async function writeAvro(
  schema: unknown,
  rows: readonly unknown[],
  { codec = 'null' as Codec, blockSize = 1024 } = {},
): Promise<Uint8Array> {
  const type = avsc.Type.forSchema(
    schema as Schema,
    {
      wrapUnions: 'always',
      logicalTypes: Object.fromEntries(annotations.map((name) => [name, Annotated])),
      typeHook: (part: unknown) => {
        const { type, logicalType } =
          typeof part === 'object' && part !== null ? (part as { type?: unknown; logicalType?: unknown }) : { type: part }
        return type === 'long' && logicalType === undefined ? bigLongs : undefined
      },
    } as never,
  )
  const options = { codec, codecs, blockSize, syncMarker: Buffer.alloc(16, 0xa7), writeHeader: true }
  const encoder = new avsc.streams.BlockEncoder(type, options as never)
  const pieces: Buffer[] = []
  const done = new Promise<void>((resolve, reject) => {
    encoder
      .on('data', (piece: Buffer) => pieces.push(piece))
      .on('end', resolve)
      .on('error', reject)
  })
  for (const row of rows) encoder.write(row)
  encoder.end()
  await done
  return new Uint8Array(Buffer.concat(pieces))
}

/** A zigzag varint. */
export function long(value: number | bigint): Uint8Array {
  let left = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  const bytes: number[] = []
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80)
  return new Uint8Array([...bytes, Number(left)])
}

const sync = new Uint8Array(16).fill(0xa7)
const text = (value: string): Uint8Array => Buffer.concat([long(Buffer.byteLength(value)), Buffer.from(value)])

/** A header written by hand. */
export function header(schema: unknown, codec = 'null'): Uint8Array {
  const json = typeof schema === 'string' ? schema : JSON.stringify(schema)
  return Buffer.concat([Buffer.from('Obj\x01'), long(2), text('avro.schema'), text(json), text('avro.codec'), text(codec), long(0), sync])
}

/** A block written by hand; `size` may lie. */
export function block(count: number | bigint, data: Uint8Array, size: number | bigint = data.length): Uint8Array {
  return Buffer.concat([long(count), long(size), data, sync])
}

export function file(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
