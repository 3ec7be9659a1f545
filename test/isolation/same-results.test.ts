import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import avsc from 'avsc'
import { beforeAll, describe, expect, test } from 'vitest'
import type { FileDecoder } from '../../src/contracts/file-decoder.js'
import type { SchemaMapper } from '../../src/contracts/schema-mapper.js'
import { arrowDecoder } from '../../src/decoders/arrow/arrow-decoder.js'
import { avroDecoder } from '../../src/decoders/avro/avro-decoder.js'
import { csvDecoder } from '../../src/decoders/csv/csv-decoder.js'
import { parquetDecoder } from '../../src/decoders/parquet/parquet-decoder.js'
import { modelSchema } from '../../src/mappers/model-schema/model-schema.js'
import { allColumns, exchangeInput, farSides, type InputOptions, readAll, sides } from './exchange-input.js'
import { fixtures } from './fixture-decoder.js'

const ROWS = 5_000
const rows = Array.from({ length: ROWS }, (_, i) => ({
  id: i % 500 === 499 ? '' : `prediction-${i}`,
  ts: 1_767_000_000 + i,
  label: `class ${i % 3}`,
  score: i % 700 === 3 ? null : (i % 100) / 100,
  'feature/amount': i * 1.25,
  'feature/city': ['Oslo', 'Rio', 'Ōsaka', ''][i % 4] as string,
}))
const mapper = modelSchema({
  model: 'm',
  modelType: 'score_categorical',
  environment: 'production',
  schema: { prediction_id: 'id', timestamp: 'ts', prediction_label: 'label', prediction_score: 'score', features: 'feature/' },
}) as SchemaMapper<unknown>

const csv = (): Buffer => {
  const names = Object.keys(rows[0] as object)
  const lines = rows.map((row, i) =>
    Object.values(row).map((value) => (value === '' ? '""' : i % 900 === 7 && typeof value === 'number' ? 'n/a' : (value ?? ''))),
  )
  return Buffer.from(`${[names, ...lines].map((cells) => cells.join(',')).join('\n')}\n`)
}

async function avro(): Promise<Buffer> {
  const type = avsc.Type.forSchema({
    type: 'record',
    name: 'row',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'ts', type: 'long' },
      { name: 'label', type: 'string' },
      { name: 'score', type: ['null', 'double'] },
      { name: 'feature_amount', type: 'double' },
      { name: 'feature_city', type: 'string' },
    ],
  })
  const encoder = new avsc.streams.BlockEncoder(type, { codec: 'deflate' })
  const parts: Buffer[] = []
  encoder.on('data', (part: Buffer) => parts.push(part))
  for (const { 'feature/amount': feature_amount, 'feature/city': feature_city, ...row } of rows) {
    encoder.write({ ...row, feature_amount, feature_city })
  }
  encoder.end()
  await new Promise((resolve) => encoder.once('end', resolve))
  return Buffer.concat(parts)
}

function arrow(): Uint8Array {
  const column = <T>(name: string): T[] => rows.map((row) => row[name as 'id'] as T)
  const table = tableFromArrays({
    id: column<string>('id'),
    ts: Float64Array.from(column<number>('ts')),
    label: column<string>('label'),
    score: column<number | null>('score'),
    'feature/amount': Float64Array.from(column<number>('feature/amount')),
    'feature/city': column<string>('feature/city'),
  })
  return tableToIPC(table, 'file')
}

async function parquet(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-same-'))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const path = join(folder, 'rows.parquet')
    await connection.run(
      `COPY (SELECT 'p' || i AS id, 1767000000 + i AS ts, 'class ' || (i % 3) AS label, CASE WHEN i % 7 = 3 THEN NULL ELSE (i % 100) / 100.0::DOUBLE END AS score,
        i * 1.25::DOUBLE AS "feature/amount", CASE WHEN i % 900 = 1 THEN NULL ELSE 'city ' || (i % 40) END AS "feature/city",
        [i, i + 1] AS list, {'a': i, 'b': [i::VARCHAR]} AS struct, (i * 1.5)::DECIMAL(20, 4) AS dec, DATE '2026-01-01' + i::INTEGER AS day, i % 2 = 0 AS even, i::BLOB AS bin
       FROM range(${ROWS}) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`.replace('i::BLOB', "('x' || i)::BLOB"),
    )
    return await readFile(path)
  } finally {
    connection.closeSync()
    instance.closeSync()
    await rm(folder, { recursive: true, force: true })
  }
}

/** What inline says, after both others have said the same. */
async function same(decoder: FileDecoder, options: InputOptions): Promise<unknown> {
  const outcomes = await Promise.all(
    sides.map(({ engine }) =>
      readAll(engine, exchangeInput(decoder, options)).catch((error: { toJSON?: () => object }) => ({ error: error.toJSON?.() ?? error })),
    ),
  )
  expect(outcomes[1]).toEqual(outcomes[0])
  expect(outcomes[2]).toEqual(outcomes[0])
  return outcomes[0]
}

describe('inline, thread and process give the same', () => {
  const files: Record<string, { decoder: FileDecoder; bytes: Uint8Array; mapped: boolean }> = {}
  beforeAll(async () => {
    files.csv = { decoder: csvDecoder(), bytes: csv(), mapped: true }
    files.avro = { decoder: avroDecoder(), bytes: await avro(), mapped: false }
    files.arrow = { decoder: arrowDecoder(), bytes: arrow(), mapped: true }
    files.parquet = { decoder: parquetDecoder(), bytes: await parquet(), mapped: true }
  })

  test.each(['csv', 'avro', 'arrow', 'parquet'])('%s: every column of every batch, decoded there and mapped here', async (format) => {
    const { decoder, bytes } = files[format] as (typeof files)[string]
    const { batches } = (await same(decoder, { bytes, budgets: { batchRows: 512 } })) as { batches: { rowsRead: number }[] }
    expect(batches.reduce((sum, { rowsRead }) => sum + rowsRead, 0)).toBe(ROWS)
    expect(batches.length).toBeGreaterThan(8)
  })

  test.each(['csv', 'arrow', 'parquet'])('%s: mapped there, with rejected rows', async (format) => {
    const { decoder, bytes } = files[format] as (typeof files)[string]
    const { batches } = (await same(decoder, { bytes, mapper })) as { batches: { rejected: number; issues: unknown[] }[] }
    if (format !== 'parquet') expect(batches.reduce((sum, { rejected }) => sum + rejected, 0)).toBeGreaterThan(5)
  })

  test('gzip, unpacked there', async () => {
    const bytes = gzipSync(files.csv?.bytes as Uint8Array)
    expect(await same(csvDecoder(), { bytes, compression: 'gzip', mapper })).toMatchObject({ batches: expect.arrayContaining([]) })
  })

  test('errors', async () => {
    const bytesOf = (format: string): Uint8Array => (files[format] as (typeof files)[string]).bytes
    const [whole, text] = [{ bytes: bytesOf('parquet') }, { bytes: bytesOf('csv') }]
    const code = (wanted: string): object => ({ error: { code: wanted } })
    expect(await same(parquetDecoder(), { bytes: whole.bytes.subarray(0, 10_000) })).toMatchObject(code('FILE_CORRUPT'))
    expect(await same(parquetDecoder(), { bytes: whole.bytes.map((byte, i) => (i > 3_000 && i < 3_400 ? 0xff : byte)) })).toMatchObject({
      error: {},
    })
    expect(await same(csvDecoder(), { bytes: gzipSync(text.bytes).subarray(0, 20_000), compression: 'gzip' })).toMatchObject(
      code('FILE_CORRUPT'),
    )
    expect(
      await same(csvDecoder(), {
        bytes: text.bytes,
        mapper: modelSchema({
          model: 'm',
          modelType: 'numeric',
          environment: 'production',
          schema: { prediction_id: 'gone', prediction_score: 'score' },
        }) as SchemaMapper<unknown>,
      }),
    ).toMatchObject(code('SCHEMA_MISMATCH'))
    const wide = Buffer.from(`id\n${'x'.repeat(300_000)}\n`)
    expect(await same(csvDecoder(), { bytes: wide, budgets: { cellBytes: 1_000 } })).toMatchObject(code('BUDGET_EXCEEDED'))
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024, `id\n${'x'.repeat(1024 * 1024)}\n`))
    expect(await same(csvDecoder(), { bytes: bomb, compression: 'gzip', mapper: allColumns })).toMatchObject(code('BUDGET_EXCEEDED'))
  })

  test("a stranger's mapper, made there from its own module", async () => {
    const { doubling } = (await import(fixtures)) as { doubling(options: object): SchemaMapper<unknown> }
    const table = tableFromArrays({ a: Int32Array.from({ length: 10 }, (_, i) => i) })
    const outcome = await same(arrowDecoder(), { bytes: tableToIPC(table, 'file'), mapper: doubling({ times: 3, bias: 1 }) })
    expect(outcome).toMatchObject({
      warnings: [{ code: 'x-bias' }],
      batches: [{ columns: [{ values: [0, 3, 6, 9, 12, 15, 18, 21, 24, 27] }] }],
    })
    const crooked: SchemaMapper<unknown> = {
      ...doubling({ times: 3, bias: 0 }),
      portable: { module: fixtures, export: 'doubling', options: { times: 3, bias: 1 } },
    }
    for (const { engine } of farSides) {
      await expect(
        readAll(engine, exchangeInput(arrowDecoder(), { bytes: tableToIPC(table, 'file'), mapper: crooked })),
      ).rejects.toMatchObject({ code: 'MAPPER_FAILED' })
    }
  })
})
