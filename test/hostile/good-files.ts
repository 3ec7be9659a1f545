import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { Field, Float64, Int32, List, Message, RecordBatchFileWriter, Struct, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import { writeAvro } from '../decoders/avro/avro-files.js'
import { crcParquet } from './crc-parquet.js'

/** A file that its format's own library wrote, and what damage to it must show. */
export interface GoodFile {
  readonly name: string
  readonly path: string
  readonly format: 'csv' | 'gzip' | 'parquet' | 'avro' | 'arrow'
  readonly bytes: Uint8Array
  /** Places under a checksum: a change there is refused, or changes no value. */
  readonly checked: readonly (readonly [from: number, to: number])[]
  /** Lengths at which a cut leaves a lawful file of fewer rows: only a count of bytes can tell. */
  readonly lawfulCuts: ReadonlySet<number>
}

const rows = 60
const words = ['alpha', 'beta', 'gamma, with a comma', 'say "delta"', 'épsilon', '']

/** Three files a format and more, written into `folder`. */
export async function goodFiles(folder: string): Promise<readonly GoodFile[]> {
  const files: GoodFile[] = []
  const add = async (name: string, format: GoodFile['format'], bytes: Uint8Array, known: Partial<GoodFile> = {}): Promise<void> => {
    const path = join(folder, name)
    await writeFile(path, bytes)
    files.push({ name, path, format, bytes, checked: [], lawfulCuts: new Set(), ...known })
  }
  const tables = await duckdbFiles(folder)
  for (const [name, bytes] of tables.parquet) await add(name, 'parquet', bytes)
  const { bytes, bodies } = crcParquet([Array.from({ length: 90 }, (_, i) => i * 7919), Array.from({ length: 70 }, (_, i) => -i)])
  await add('crc.parquet', 'parquet', bytes, { checked: bodies })
  for (const [name, text] of tables.csv) await add(name, 'csv', text)
  const packed = gzipSync((tables.csv[0] as Named)[1])
  // After the header: names and times have no checksum.
  await add('quoted.csv.gz', 'gzip', packed, { checked: [[10, packed.length]] })
  for (const codec of ['null', 'deflate', 'snappy'] as const) {
    const avro = await writeAvro(avroSchema, avroRows, { codec, blockSize: 400 })
    const syncs = markers(avro)
    const [head = 0] = syncs
    await add(`${codec}.avro`, 'avro', avro, {
      // Snappy's blocks have a checksum; sizes and counts around it do not fit when they change.
      checked: codec === 'snappy' ? [[head - 16, avro.length]] : syncs.map((end) => [end - 16, end] as const),
      lawfulCuts: new Set(syncs),
    })
  }
  const { stream, file, nested } = arrowFiles()
  await add('flat.arrow', 'arrow', file)
  await add('nested.arrow', 'arrow', nested)
  await add('stream.arrows', 'arrow', stream, { lawfulCuts: messageEnds(stream) })
  return files
}

type Named = readonly [name: string, bytes: Uint8Array]

async function duckdbFiles(folder: string): Promise<{ readonly parquet: readonly Named[]; readonly csv: readonly Named[] }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  const flat = `i::integer as i, i * 1234567890123::bigint as l, sqrt(i) as d, case when i % 7 = 0 then null else ['${words
    .map((word) => word.replaceAll("'", "''"))
    .join("','")}'][1 + i % ${words.length}] end as w, timestamp '2024-01-01' + interval (i) hour as t, (i / 3)::decimal(9, 2) as m`
  const write = async (name: string, select: string, options: string): Promise<Named> => {
    const path = join(folder, `made-${name}`)
    await connection.run(`copy (select ${select} from range(${rows}) r(i)) to '${path}' (${options})`)
    return [name, Uint8Array.from(await readFile(path))]
  }
  try {
    return {
      parquet: [
        await write('snappy.parquet', flat, 'format parquet, compression snappy'),
        await write('gzip.parquet', flat, 'format parquet, compression gzip'),
        await write('brotli.parquet', flat, 'format parquet, compression brotli'),
        await write('lz4.parquet', flat, 'format parquet, compression lz4_raw'),
        await write('plain.parquet', flat, 'format parquet, compression uncompressed, parquet_version v2'),
        await write(
          'nested.parquet',
          "i, range(i % 5) as list, {'a': i, 'b': case when i % 3 = 0 then null else 'x' || i end} as s, map {'k' || i: i} as m",
          'format parquet, compression zstd, row_group_size 2048',
        ),
      ],
      csv: [
        await write('quoted.csv', flat, 'format csv, header'),
        await write('numbers.csv', 'i, i * i as square, sqrt(i) as root', 'format csv, header'),
        await write('texts.csv', "'line' || chr(10) || i as two, 'q\"' || i as q, 'é' || i as e", 'format csv, header, force_quote *'),
      ],
    }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const avroSchema = {
  type: 'record',
  name: 'Row',
  fields: [
    { name: 'i', type: 'int' },
    { name: 'l', type: 'long' },
    { name: 'd', type: 'double' },
    { name: 'w', type: ['null', 'string'] },
    { name: 'list', type: { type: 'array', items: 'int' } },
    { name: 'map', type: { type: 'map', values: 'boolean' } },
    { name: 'e', type: { type: 'enum', name: 'Hue', symbols: ['RED', 'GREEN'] } },
  ],
}
const avroRows = Array.from({ length: rows }, (_, i) => ({
  i,
  l: BigInt(i) * 1234567890123n,
  d: Math.sqrt(i),
  w: i % 7 === 0 ? null : { string: words[i % words.length] },
  list: Array.from({ length: i % 4 }, (_, j) => j - i),
  map: { [`k${i}`]: i % 2 === 0 },
  e: i % 2 === 0 ? 'RED' : 'GREEN',
}))

/** Where each of the sync markers of `writeAvro` ends: the header's first. */
function markers(avro: Uint8Array): number[] {
  const marker = Buffer.alloc(16, 0xa7)
  const ends: number[] = []
  for (let at = Buffer.from(avro).indexOf(marker); at >= 0; at = Buffer.from(avro).indexOf(marker, at + 16)) ends.push(at + 16)
  return ends
}

function arrowFiles(): { readonly stream: Uint8Array; readonly file: Uint8Array; readonly nested: Uint8Array } {
  const part = (from: number) => {
    const ids = Array.from({ length: 20 }, (_, i) => from + i)
    return new Table({
      i: vectorFromArray(ids, new Int32()),
      d: vectorFromArray(
        ids.map((i) => (i % 5 === 0 ? null : Math.sqrt(i))),
        new Float64(),
      ),
      w: vectorFromArray(
        ids.map((i) => words[i % words.length] as string),
        new Utf8(),
      ),
    })
  }
  const nested = new Table({
    dictionary: vectorFromArray(Array.from({ length: rows }, (_, i) => (i % 9 === 0 ? null : words[i % words.length]))),
    list: vectorFromArray(
      Array.from({ length: rows }, (_, i) => Array.from({ length: i % 4 }, (_, j) => j)),
      new List(new Field('item', new Int32())),
    ),
    struct: vectorFromArray(
      Array.from({ length: rows }, (_, i) => ({ a: i, b: `x${i}` })),
      new Struct([new Field('a', new Int32()), new Field('b', new Utf8())]),
    ),
  } as never)
  const writer = new RecordBatchFileWriter()
  writer.writeAll([...part(0).batches, ...part(20).batches, ...part(40).batches])
  return {
    file: Uint8Array.from(writer.finish().toUint8Array(true)),
    nested: Uint8Array.from(tableToIPC(nested, 'file')),
    stream: Uint8Array.from(tableToIPC(part(0).concat(part(20), part(40)), 'stream')),
  }
}

/** A stream may end without its mark: then a cut after the schema or a batch shows in the count of bytes alone. */
function messageEnds(stream: Uint8Array): Set<number> {
  const view = new DataView(stream.buffer, stream.byteOffset)
  const ends = new Set<number>()
  for (let at = 0; at + 8 < stream.length; ) {
    const length = view.getInt32(at + 4, true)
    const { bodyLength } = Message.decode(stream.subarray(at + 8, at + 8 + length))
    at += 8 + length + bodyLength
    ends.add(at)
  }
  return ends
}
