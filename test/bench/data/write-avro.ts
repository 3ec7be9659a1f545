import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { DuckDBResult } from '@duckdb/node-api'
import avsc from 'avsc'
import { benchColumns } from '../bench-columns.js'

const avroTypes = { VARCHAR: 'string', DOUBLE: 'double', BIGINT: 'long', INTEGER: 'int' } as const

/** An Avro container file with avsc's blocks; every field may be null, as data tools write them. */
export async function writeAvro(path: string, codec: 'null' | 'deflate', rows: DuckDBResult): Promise<void> {
  const fields = benchColumns.map(({ name, type }) => ({ name, type: ['null', avroTypes[type]], default: null }))
  const encoder = new avsc.streams.BlockEncoder({ type: 'record', name: 'Row', fields } as avsc.Schema, {
    codec,
    syncMarker: createHash('md5').update('bench').digest(),
  })
  await pipeline(Readable.from(rowsOf(rows)), encoder, createWriteStream(path))
}

async function* rowsOf(result: DuckDBResult): AsyncGenerator<Record<string, unknown>> {
  const names = benchColumns.map(({ name }) => name)
  for await (const chunk of result) {
    for (const row of chunk.getRows()) {
      yield Object.fromEntries(names.map((name, k) => [name, typeof row[k] === 'bigint' ? Number(row[k]) : row[k]]))
    }
  }
}
