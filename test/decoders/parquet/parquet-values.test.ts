import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parquetDecoder } from '../../../src/decoders/parquet/parquet-decoder.js'
import { checkColumn } from '../../../src/model/check-column.js'
import type { Column } from '../../../src/model/column.js'
import { decodeAll, fileBytes } from '../file-bytes.js'
import { DuckDBFiles } from './duckdb-files.js'

let duckdb: DuckDBFiles
beforeAll(async () => {
  duckdb = await DuckDBFiles.open()
})
afterAll(() => duckdb.close())

const words = (column: Column): readonly (string | null)[] => {
  if (!('data' in column)) throw new Error(`a column of kind ${column.kind}`)
  return Array.from({ length: column.length }, (_, i) =>
    column.validity !== null && (((column.validity[i >> 3] as number) >> (i & 7)) & 1) === 0 ? null : String(column.data[i]),
  )
}
const text = (value: unknown): string | null => (value === null ? null : typeof value === 'object' ? JSON.stringify(value) : String(value))
const hex = (value: unknown): string | null => (value === null ? null : Buffer.from(value as Uint8Array).toString('hex'))

/** A column as SQL, what DuckDB says of it as text, and what our cells say. */
interface Case {
  readonly name: string
  readonly sql: string
  readonly said?: string
  readonly kind: unknown
  readonly shown?: (value: unknown) => string | null
  /** Compare the stored integers, which cells round. */
  readonly stored?: true
}
const some = (sql: string): string => `CASE WHEN i % 7 = 3 THEN NULL ELSE ${sql} END`
const cases: readonly Case[] = [
  { name: 'bool', sql: some('i % 3 = 0'), kind: { kind: 'bool' } },
  { name: 'int8', sql: some('(i % 256 - 128)::TINYINT'), kind: { kind: 'int8' } },
  { name: 'int16', sql: some('(i * 37 - 9000)::SMALLINT'), kind: { kind: 'int16' } },
  { name: 'int32', sql: some('(i * 4294967 - 2147483648)::INTEGER'), kind: { kind: 'int32' } },
  { name: 'int64', sql: some('9223372036854775807 - i * 9007199254740993'), kind: { kind: 'int64' } },
  { name: 'uint8', sql: some('(i % 256)::UTINYINT'), kind: { kind: 'uint8' } },
  { name: 'uint16', sql: some('(i * 65)::USMALLINT'), kind: { kind: 'uint16' } },
  { name: 'uint32', sql: some('(4294967295 - i)::UINTEGER'), kind: { kind: 'uint32' } },
  { name: 'uint64', sql: some('(18446744073709551615 - i)::UBIGINT'), kind: { kind: 'uint64' } },
  {
    name: 'float64',
    sql: some('i / 3.0::DOUBLE'),
    said: '(x * 1e9)::BIGINT::VARCHAR',
    kind: { kind: 'float64' },
    shown: (v) => (v === null ? null : String(Math.round((v as number) * 1e9))),
  },
  {
    name: 'float32',
    sql: some('(i / 4)::FLOAT'),
    said: 'x::DOUBLE::DECIMAL(18,2)::VARCHAR',
    kind: { kind: 'float32' },
    shown: (v) => (v === null ? null : (v as number).toFixed(2)),
  },
  { name: 'few', sql: some("'name ' || (i % 5)"), kind: { kind: 'utf8' } },
  { name: 'many', sql: some("'ünïcode ' || i || repeat('x', (i % 50)::INT)"), kind: { kind: 'utf8' } },
  { name: 'blob', sql: some("encode('b' || i)"), said: 'lower(hex(x))', kind: { kind: 'binary' }, shown: hex },
  { name: 'uuid', sql: some("('00000000-0000-4000-8000-' || lpad(i::VARCHAR, 12, '0'))::UUID"), kind: { kind: 'utf8' } },
  {
    name: 'date',
    sql: some("DATE '1969-12-01' + i::INT"),
    said: 'x::VARCHAR',
    kind: { kind: 'date' },
    shown: (v) => (v === null ? null : (v as Date).toISOString().slice(0, 10)),
  },
  {
    name: 'ms',
    sql: some('epoch_ms(i * 1001 - 500000)::TIMESTAMP_MS'),
    said: 'epoch_ms(x)::VARCHAR',
    kind: { kind: 'timestamp', unit: 'ms', timezone: null },
    stored: true,
  },
  {
    name: 'us',
    sql: some('make_timestamp(i * 1000003 - 500000000)'),
    said: 'epoch_us(x)::VARCHAR',
    kind: { kind: 'timestamp', unit: 'us', timezone: null },
    stored: true,
  },
  {
    name: 'ns',
    sql: some('make_timestamp_ns(i * 1000000007)'),
    said: 'epoch_ns(x)::VARCHAR',
    kind: { kind: 'timestamp', unit: 'ns', timezone: null },
    stored: true,
  },
  {
    name: 'utc',
    sql: some("make_timestamptz(2020, 1, 1, 0, 0, (i % 60) + 0.123456, 'UTC')"),
    said: 'epoch_us(x)::VARCHAR',
    kind: { kind: 'timestamp', unit: 'us', timezone: 'UTC' },
    stored: true,
  },
  { name: 'time', sql: some('make_time((i % 24)::BIGINT, 1, 2.000003)'), said: 'x::VARCHAR', kind: { kind: 'time', unit: 'us' } },
  { name: 'small decimal', sql: some('(i - 500)::DECIMAL(6, 2)'), kind: { kind: 'decimal', precision: 6, scale: 2 } },
  { name: 'decimal', sql: some('((i - 500) * 1234567.89)::DECIMAL(18, 3)'), kind: { kind: 'decimal', precision: 18, scale: 3 } },
  {
    name: 'wide decimal',
    sql: some('((i - 500) * 12345678901234567890123456::HUGEINT)::DECIMAL(38, 4)'),
    kind: { kind: 'decimal', precision: 38, scale: 4 },
  },
  {
    name: 'list',
    sql: 'CASE WHEN i % 5 = 0 THEN NULL WHEN i % 5 = 1 THEN [] ELSE [i::INT, NULL, 7::INT] END',
    said: 'to_json(x)::VARCHAR',
    kind: { kind: 'list', item: { kind: 'int32' } },
  },
  {
    name: 'lists of lists',
    sql: "CASE WHEN i % 5 = 0 THEN NULL WHEN i % 5 = 1 THEN [] WHEN i % 5 = 2 THEN [NULL, []] ELSE [['a' || i], [NULL, 'b']] END",
    said: 'to_json(x)::VARCHAR',
    kind: { kind: 'list', item: { kind: 'list', item: { kind: 'utf8' } } },
  },
  {
    name: 'struct',
    sql: "CASE WHEN i % 5 = 0 THEN NULL ELSE {'a': i::INT, 'b': CASE WHEN i % 2 = 0 THEN NULL ELSE {'c': 'x' || i, 'd': [i::INT]} END} END",
    said: 'to_json(x)::VARCHAR',
    kind: expect.objectContaining({ kind: 'struct' }),
  },
  {
    name: 'map',
    sql: "CASE WHEN i % 5 = 0 THEN NULL WHEN i % 5 = 1 THEN MAP {} ELSE MAP {'k' || i: i::INT, 'l': NULL} END",
    said: 'to_json(map_entries(x))::VARCHAR',
    kind: expect.objectContaining({ kind: 'list' }),
  },
]
const query = (rows: number): string =>
  `SELECT ${cases.map(({ name, sql }) => `${sql} AS "${name}"`).join(', ')} FROM (SELECT i % 1000 AS i FROM range(${rows}) r(i))`

describe('parquetDecoder reads what DuckDB wrote', () => {
  it.each([
    ['snappy, row groups of 2,048', 'COMPRESSION snappy, ROW_GROUP_SIZE 2048', 4500],
    ['zstd', 'COMPRESSION zstd', 1000],
    ['gzip', 'COMPRESSION gzip', 1000],
    ['brotli', 'COMPRESSION brotli', 1000],
    ['lz4', 'COMPRESSION lz4_raw', 1000],
    ['uncompressed', 'COMPRESSION uncompressed', 1000],
    ['version 2 encodings', 'COMPRESSION snappy, PARQUET_VERSION v2', 1000],
    ['version 2 without dictionaries', 'COMPRESSION zstd, PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 1', 1000],
    ['no row', '', 0],
  ])('%s', async (_, options, rows) => {
    const { bytes, path } = await duckdb.write(query(rows), options)
    const { schema, columns, batches } = await decodeAll(parquetDecoder(), fileBytes(bytes))
    const said = cases.map(({ name, said = 'x::VARCHAR' }) => `${said.replaceAll(/\bx\b/g, `"${name}"`)}`)
    const expected = await duckdb.rows(`SET TimeZone = 'UTC'; SELECT ${said.join(', ')} FROM read_parquet('${path}')`)
    expect(expected).toHaveLength(rows)
    expect(batches.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(rows)
    for (const { columns: parts } of batches) expect(parts.map((part) => checkColumn(part))).toEqual(parts.map(() => null))
    cases.forEach(({ name, kind, shown = text, stored }, i) => {
      expect(schema.columns[i], name).toEqual({ name, type: kind, nullable: true })
      const cells = stored ? batches.flatMap((batch) => words(batch.columns[i] as Column)) : columns[i]?.map(shown)
      expect(cells, name).toEqual(expected.map((row) => row[i]))
    })
  })

  it('a required column is not nullable, and repeated text stays a dictionary', async () => {
    const { bytes } = await duckdb.write("SELECT 'zone ' || (i % 3) AS zone FROM range(5000) r(i)")
    const { batches, columns } = await decodeAll(parquetDecoder(), fileBytes(bytes))
    expect(batches.map(({ columns: [zone] }) => zone?.kind)).toEqual(['dictionary', 'dictionary', 'dictionary'])
    expect(columns[0]?.slice(0, 4)).toEqual(['zone 0', 'zone 1', 'zone 2', 'zone 0'])
  })

  it('columns of one name keep their own values', async () => {
    const { bytes } = await duckdb.write('SELECT 1 AS abcd, 2 AS abce')
    const twice = Buffer.from(
      bytes.map((byte, i) => (byte === 101 && Buffer.from(bytes.subarray(i - 3, i)).toString() === 'abc' ? 100 : byte)),
    )
    const { schema, columns } = await decodeAll(parquetDecoder(), fileBytes(new Uint8Array(twice)))
    expect(schema.columns.map(({ name }) => name)).toEqual(['abcd', 'abcd'])
    expect(columns).toEqual([[1], [2]])
  })
})
