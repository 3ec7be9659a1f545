import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { Field, Float32, Float64, List, Table, TimestampMillisecond, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import avsc from 'avsc'

/** Three rows with the types that CSV has not, in each of the typed formats. */
export const rows = [
  { id: 'a', ts: new Date('2026-01-05T10:00:00Z'), score: 0.5, tag_zone: 'eu', vector: [0.1, 0.2, 0.3, 0.4] },
  { id: 'b', ts: new Date('2026-01-05T10:00:01Z'), score: 0.25, tag_zone: null, vector: null },
  { id: 'c', ts: new Date('2026-01-05T10:00:02Z'), score: 0.75, tag_zone: 'us', vector: [1, 2, 3, 4] },
] as const

interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

export async function parquetFile(): Promise<NamedBytes> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-formats-'))
  const path = join(folder, 'rows.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  try {
    const connection = await instance.connect()
    const list = (vector: readonly number[] | null): string => (vector === null ? 'NULL' : `[${vector.join(', ')}]::FLOAT[]`)
    const values = rows.map(
      ({ id, ts, score, tag_zone, vector }) =>
        `('${id}', TIMESTAMPTZ '${ts.toISOString()}', ${score ?? 'NULL'}::DOUBLE, ${tag_zone === null ? 'NULL' : `'${tag_zone}'`}, ${list(vector)})`,
    )
    await connection.run(
      `COPY (SELECT * FROM (VALUES ${values.join(', ')}) AS t(id, ts, score, tag_zone, vector)) TO '${path}' (FORMAT parquet)`,
    )
    connection.closeSync()
    return { name: 'rows.parquet', bytes: await readFile(path) }
  } finally {
    instance.closeSync()
    await rm(folder, { recursive: true })
  }
}

export async function avroFile(): Promise<NamedBytes> {
  const schema = {
    type: 'record',
    name: 'row',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'ts', type: { type: 'long', logicalType: 'timestamp-millis' } },
      { name: 'score', type: ['null', 'double'] },
      { name: 'tag_zone', type: ['null', 'string'] },
      { name: 'vector', type: ['null', { type: 'array', items: 'float' }] },
    ],
  }
  const encoder = new avsc.streams.BlockEncoder(schema as avsc.Schema)
  const parts: Buffer[] = []
  encoder.on('data', (part: Buffer) => parts.push(part))
  for (const row of rows) encoder.write({ ...row, ts: row.ts.getTime() })
  encoder.end()
  await new Promise((resolve) => encoder.once('end', resolve))
  return { name: 'rows.avro', bytes: Buffer.concat(parts) }
}

export async function arrowFile(): Promise<NamedBytes> {
  const table = new Table({
    id: vectorFromArray(
      rows.map(({ id }) => id),
      new Utf8(),
    ),
    ts: vectorFromArray(
      rows.map(({ ts }) => ts),
      new TimestampMillisecond('UTC'),
    ),
    score: vectorFromArray(
      rows.map(({ score }) => score),
      new Float64(),
    ),
    tag_zone: vectorFromArray(
      rows.map(({ tag_zone }) => tag_zone),
      new Utf8(),
    ),
    vector: vectorFromArray(
      rows.map(({ vector }) => vector),
      new List(new Field('item', new Float32(), true)),
    ),
  })
  return { name: 'rows.arrow', bytes: tableToIPC(table, 'file') }
}
