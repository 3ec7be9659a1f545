import type { Budgets } from '../../model/budgets.js'
import type { ByteReader } from '../byte-reader.js'
import { corruptFile, overBudget } from '../decode-failure.js'

/** What stands before the first block. */
export interface ContainerHeader {
  readonly schema: string
  readonly codec: string
  /** 16 bytes that follow every block. */
  readonly sync: Uint8Array
}

/** Magic, metadata and sync marker. Metadata is bounded by `schemaBytes`, which is checked before anything is held. */
export async function readHeader(reader: ByteReader, budgets: Budgets): Promise<ContainerHeader> {
  const magic = await reader.exactly(4, 'header')
  if (magic[0] !== 0x4f || magic[1] !== 0x62 || magic[2] !== 0x6a || magic[3] !== 1) {
    throw corruptFile('The file does not begin with "Obj" and version 1: it is not an Avro object container file.', { byteOffset: 0 })
  }
  const take = async (length: number): Promise<Uint8Array> => {
    if (length < 0) throw corruptFile('A length in the header is negative.', { byteOffset: reader.offset })
    const needed = reader.offset + length
    if (needed > budgets.schemaBytes) throw overBudget('The header', needed, 'schemaBytes', budgets.schemaBytes)
    return reader.exactly(length, 'header')
  }
  // Keys are the file's: a map has no prototype to answer for them.
  const metadata = new Map<string, Uint8Array>()
  const text = new TextDecoder()
  for (let count = await readVarint(reader, 'header'); count !== 0; count = await readVarint(reader, 'header')) {
    if (count < 0) await readVarint(reader, 'header')
    for (let i = Math.abs(count); i > 0; i--) {
      const key = text.decode(await take(await readVarint(reader, 'header')))
      if (metadata.has(key)) throw corruptFile('The header says one thing twice.', { byteOffset: reader.offset })
      metadata.set(key, await take(await readVarint(reader, 'header')))
    }
  }
  const schema = metadata.get('avro.schema')
  if (schema === undefined) throw corruptFile('The header has no schema.', { byteOffset: reader.offset })
  const codec = metadata.get('avro.codec')
  return {
    schema: text.decode(schema),
    codec: codec === undefined ? 'null' : text.decode(codec),
    sync: await reader.exactly(16, 'header'),
  }
}

/** A zigzag varint between blocks, as a safe number. */
export async function readVarint(reader: ByteReader, what: string): Promise<number> {
  let value = 0n
  const at = reader.offset
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = (await reader.exactly(1, what))[0] as number
    value |= BigInt(byte & 0x7f) << shift
    if (byte >= 0x80) continue
    const number = Number((value >> 1n) ^ -(value & 1n))
    if (Number.isSafeInteger(number)) return number
    break
  }
  throw corruptFile(`A length in the ${what} is over 53 bits.`, { byteOffset: at })
}
