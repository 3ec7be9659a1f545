import { crc32 } from 'node:zlib'

/** A Parquet file of one column of PLAIN INT32 in pages that carry their CRC, which no writer at hand makes. */
export function crcParquet(pages: readonly (readonly number[])[]): {
  readonly bytes: Uint8Array
  readonly bodies: readonly (readonly [number, number])[]
} {
  const parts: Uint8Array[] = [Buffer.from('PAR1')]
  const bodies: (readonly [number, number])[] = []
  let at = 4
  for (const values of pages) {
    const body = new Uint8Array(Int32Array.from(values).buffer)
    // The format's CRC is signed.
    const crc = crc32(body) | 0
    const header = struct([
      [1, i32(0)],
      [2, i32(body.length)],
      [3, i32(body.length)],
      [4, i32(crc)],
      [
        5,
        nested([
          [1, i32(values.length)],
          [2, i32(0)],
          [3, i32(3)],
          [4, i32(3)],
        ]),
      ],
    ])
    bodies.push([at + header.length, at + header.length + body.length])
    parts.push(header, body)
    at += header.length + body.length
  }
  const rows = pages.flat().length
  const chunk: Fields = [
    [1, i32(1)],
    [2, list(5, [varint(0), varint(6)])],
    [3, list(8, [binary('n')])],
    [4, i32(0)],
    [5, i64(rows)],
    [6, i64(at - 4)],
    [7, i64(at - 4)],
    [9, i64(4)],
  ]
  const footer = struct([
    [1, i32(1)],
    [
      2,
      list(12, [
        struct([
          [4, { type: 8, bytes: binary('schema') }],
          [5, i32(1)],
        ]),
        struct([
          [1, i32(1)],
          [3, i32(0)],
          [4, { type: 8, bytes: binary('n') }],
        ]),
      ]),
    ],
    [3, i64(rows)],
    [
      4,
      list(12, [
        struct([
          [
            1,
            list(12, [
              struct([
                [2, i64(4)],
                [3, nested(chunk)],
              ]),
            ]),
          ],
          [2, i64(at - 4)],
          [3, i64(rows)],
        ]),
      ]),
    ],
  ])
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, footer.length, true)
  return { bytes: new Uint8Array(Buffer.concat([...parts, footer, length, Buffer.from('PAR1')])), bodies }
}

/** Thrift's compact protocol, as much of it as a footer needs. */
interface Field {
  readonly type: number
  readonly bytes: Uint8Array
}
type Fields = readonly (readonly [id: number, field: Field])[]

function varint(value: number): Uint8Array {
  const zigzag = value < 0 ? -2 * value - 1 : 2 * value
  return unsigned(zigzag)
}

function unsigned(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128)
  return Uint8Array.from([...bytes, left])
}

const i32 = (value: number): Field => ({ type: 5, bytes: varint(value) })
const i64 = (value: number): Field => ({ type: 6, bytes: varint(value) })
const nested = (fields: Fields): Field => ({ type: 12, bytes: struct(fields) })
const binary = (text: string): Uint8Array => Buffer.concat([unsigned(text.length), Buffer.from(text)])
const list = (type: number, items: readonly Uint8Array[]): Field => ({
  type: 9,
  bytes: Buffer.concat([Uint8Array.of((items.length << 4) | type), ...items]),
})

function struct(fields: Fields): Uint8Array {
  let last = 0
  const parts = fields.flatMap(([id, { type, bytes }]) => {
    const head = Uint8Array.of(((id - last) << 4) | type)
    last = id
    return [head, bytes]
  })
  return Buffer.concat([...parts, Uint8Array.of(0)])
}
