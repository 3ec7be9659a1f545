import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parquetDecoder } from '../../../src/decoders/parquet/parquet-decoder.js'
import { ImportError } from '../../../src/errors.js'
import { defaultBudgets } from '../../../src/model/budgets.js'
import { decodeAll, fileBytes } from '../file-bytes.js'
import { DuckDBFiles } from './duckdb-files.js'

let duckdb: DuckDBFiles
beforeAll(async () => {
  duckdb = await DuckDBFiles.open()
})
afterAll(() => duckdb.close())

const codeOf = async (bytes: Uint8Array, options = {}): Promise<string> => {
  try {
    const { batches } = await decodeAll(parquetDecoder(), fileBytes(bytes), options)
    return `${batches.reduce((rows, { rowCount }) => rows + rowCount, 0)} rows`
  } catch (error) {
    if (error instanceof ImportError) return error.code
    throw error
  }
}
const small =
  "SELECT i::BIGINT AS id, CASE WHEN i % 3 = 0 THEN NULL ELSE 'name ' || (i % 4) END AS name, [i::INT, NULL] AS list, {'a': i / 3.0} AS s FROM range(20) r(i)"

describe('damaged files', () => {
  it('cut anywhere are an error', async () => {
    const { bytes } = await duckdb.write(small)
    for (let length = 0; length < bytes.length; length++)
      expect(await codeOf(bytes.slice(0, length)), `${length} bytes`).toBe('FILE_CORRUPT')
    expect(await codeOf(bytes)).toBe('20 rows')
  })

  it.each(['snappy', 'zstd', 'gzip', 'lz4_raw', 'uncompressed'])('any changed byte decodes or is refused (%s)', async (codec) => {
    const { bytes } = await duckdb.write(small, `COMPRESSION ${codec}`)
    const unexpected: unknown[] = []
    const onUnhandled = (error: unknown): void => void unexpected.push(error)
    process.on('unhandledRejection', onUnhandled)
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at] = (changed[at] as number) ^ (at % 2 === 0 ? 0xff : 0x10)
      expect(await codeOf(changed), `byte ${at}`).toMatch(/^\d+ rows$|^FILE_CORRUPT$|^FORMAT_UNSUPPORTED$|^BUDGET_EXCEEDED$/)
    }
    process.off('unhandledRejection', onUnhandled)
    expect(unexpected).toEqual([])
  })

  it('what is wrong is named: column and row group', async () => {
    const { bytes } = await duckdb.write(
      'SELECT i AS first, i AS second FROM range(4096) r(i)',
      'ROW_GROUP_SIZE 2048, COMPRESSION uncompressed',
    )
    const { signal } = new AbortController()
    const source = fileBytes(bytes)
    const opened = await parquetDecoder().open(source, { budgets: defaultBudgets, signal })
    const request = { columns: [{ index: 1, as: { kind: 'int64' } }], batchRows: 2048, batchBytes: 1 << 20 } as const
    source.seen.reads.length = 0
    for await (const _ of opened.batches(request, { signal }));
    const [start] = source.seen.reads[1] as readonly [number, number]
    bytes.fill(0xee, start, start + 8)
    await expect(decodeAll(parquetDecoder(), fileBytes(bytes))).rejects.toMatchObject({
      code: 'FILE_CORRUPT',
      message: expect.stringMatching(/column "second" of row group 2/),
      location: { column: 'second' },
    })
  })

  it('a short answer of the source is an error, not missing rows', async () => {
    const { bytes } = await duckdb.write(small)
    const source = fileBytes(bytes)
    const short = { ...source, read: async (start: number, end: number) => bytes.slice(start, end - start > 100 ? start + 50 : end) }
    await expect(decodeAll(parquetDecoder(), short)).rejects.toMatchObject({ code: 'FILE_CORRUPT' })
  })
})

describe('refusals', () => {
  it('an encrypted file is named as such', async () => {
    const bytes = new TextEncoder().encode('PARE and something within PARE')
    expect(parquetDecoder().matches('x.parquet', bytes)).toBe(true)
    await expect(decodeAll(parquetDecoder(), fileBytes(bytes))).rejects.toMatchObject({
      code: 'FORMAT_UNSUPPORTED',
      message: expect.stringContaining('encrypted'),
    })
  })

  it('a compressed object is not read', async () => {
    const { bytes } = await duckdb.write(small)
    await expect(decodeAll(parquetDecoder(), fileBytes(bytes, { seeks: false }))).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' })
  })

  it.each([
    ['the footer', small, { schemaBytes: 100 }, 'schemaBytes'],
    ['columns', small, { columns: 2 }, 'columns'],
    ['a row group', 'SELECT random() AS x FROM range(5000)', { groupBytes: 20_000 }, 'groupBytes'],
    ['a cell', "SELECT repeat('x', 5000) AS x", { cellBytes: 1000 }, 'cellBytes'],
    ['nesting', 'SELECT [[[[[1]]]]] AS x', { nesting: 2 }, 'nesting'],
    ['repeated text', "SELECT repeat('x', 100000) AS x FROM range(5000)", {}, 'amplification'],
  ])('over budget: %s', async (_, query, budgets, name) => {
    const { bytes } = await duckdb.write(query)
    await expect(decodeAll(parquetDecoder(), fileBytes(bytes), { budgets })).rejects.toMatchObject({
      code: 'BUDGET_EXCEEDED',
      message: expect.stringContaining(`"${name}"`),
    })
  })
})

describe('reading', () => {
  it('fetches the footer once, then the chunks of the columns asked for', async () => {
    const { bytes } = await duckdb.write('SELECT i AS a, i AS b, i AS c FROM range(6000) r(i)', 'ROW_GROUP_SIZE 2048')
    const source = fileBytes(bytes)
    await decodeAll(parquetDecoder(), source, { request: { columns: [{ index: 2, as: { kind: 'int64' } }] } })
    const [tail, footer, ...chunks] = source.seen.reads
    expect(tail).toEqual([bytes.length - 8, bytes.length])
    expect(footer?.[1]).toBe(bytes.length - 8)
    expect(chunks).toHaveLength(3)
    expect(source.seen.opened).toBe(0)
  })

  it('cuts batches by rows and bytes, rows numbered on, buffers of their own', async () => {
    const { bytes } = await duckdb.write(
      'SELECT i AS id, md5(i::VARCHAR) AS text, i % 2 = 0 AS even FROM range(5000) r(i)',
      'ROW_GROUP_SIZE 2048',
    )
    const { batches, columns } = await decodeAll(parquetDecoder(), fileBytes(bytes), { request: { batchRows: 512, batchBytes: 10_000 } })
    expect(columns[0]).toEqual(Array.from({ length: 5000 }, (_, i) => i))
    expect(columns[2]).toEqual(Array.from({ length: 5000 }, (_, i) => i % 2 === 0))
    let next = 1
    const buffers = new Set<ArrayBufferLike>()
    for (const { firstRow, rowCount, columns: parts } of batches) {
      expect(firstRow).toBe(next)
      next += rowCount
      for (const part of parts) if ('data' in part) buffers.add(part.data.buffer)
    }
    expect(next).toBe(5001)
    expect(buffers.size).toBe(3 * batches.length)
    expect(Math.max(...batches.map(({ rowCount }) => rowCount))).toBeLessThan(300)
  })

  it('an abort stops with its reason', async () => {
    const { bytes } = await duckdb.write('SELECT i AS id FROM range(5000) r(i)')
    const controller = new AbortController()
    const opened = await parquetDecoder().open(fileBytes(bytes), { budgets: defaultBudgets, signal: controller.signal })
    const request = { columns: [{ index: 0, as: { kind: 'int64' } }], batchRows: 512, batchBytes: 1 << 20 } as const
    const reason = new Error('enough')
    await expect(async () => {
      for await (const _ of opened.batches(request, { signal: controller.signal })) controller.abort(reason)
    }).rejects.toBe(reason)
  })
})
