import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance, type Json } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MappedBatch } from '../../src/contracts/schema-mapper.js'
import type { FileWriter } from '../../src/contracts/sink.js'
import type { Column } from '../../src/model/column.js'
import { columnOf } from '../../src/model/column-of.js'
import type { DataType } from '../../src/model/data-type.js'
import { loadParquetApi } from '../../src/sinks/parquet/parquet-api.js'
import { parquetSink } from '../../src/sinks/parquet/parquet-sink.js'
import { mappedBatch } from '../../src/testing/mapped-batch.js'
import { type SinkUnderTest, type StoredRow, sinkCasesFor } from '../../src/testing/sink-contract.js'
import { installProbe, type ProbePoint } from '../../src/util/probe.js'
import { sinkFile } from './sink-file.js'

const options = { signal: new AbortController().signal }
let folder: string
let instance: DuckDBInstance
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-parquet-'))
  instance = await DuckDBInstance.create(':memory:')
})
afterEach(async () => {
  installProbe(undefined)
  instance.closeSync()
  await rm(folder, { recursive: true, force: true })
})

/** What DuckDB, another reader than ours, makes of the files. */
async function read(select: string): Promise<Record<string, Json>[]> {
  const names = await readdir(join(folder, 'files')).catch(() => [])
  if (names.length === 0) return []
  const connection = await instance.connect()
  try {
    await connection.run("SET TimeZone = 'UTC'")
    const from = `read_parquet('${folder}/files/*/data.parquet', union_by_name = true)`
    return (await connection.runAndReadAll(select.replace('FILES', from))).getRowObjectsJson()
  } finally {
    connection.closeSync()
  }
}

async function open(provenance = false): Promise<FileWriter<object>> {
  const answer = await parquetSink({ folder, provenance }).begin(sinkFile(), options)
  if (!('write' in answer)) throw new Error('a receipt where a writer was expected')
  return answer
}

async function save(batches: readonly MappedBatch<object>[], provenance = false): Promise<void> {
  const writer = await open(provenance)
  for (const batch of batches) await writer.write(batch, options)
  await writer.commit({ rows: 0, rejected: 0 }, options)
}

const columnBatch = (columns: Record<string, Column>, rowCount: number, firstRow = 1): MappedBatch<object> => ({
  ...mappedBatch(
    Array.from({ length: rowCount }, () => ({})),
    { firstRow },
  ),
  columns,
})

describe('parquetSink keeps the sink contract', () => {
  async function makeParquet(): Promise<SinkUnderTest> {
    const sink = () => parquetSink({ folder, provenance: true })
    const columns = '_key AS key, _version AS version, _generation AS generation, _row AS row, id, amount'
    const rows = async (): Promise<StoredRow[]> => {
      // A file without rows has no columns to name.
      const [known] = await read("SELECT count(*) AS n FROM (DESCRIBE SELECT * FROM FILES) WHERE column_name = 'id'").catch(() => [])
      return known?.n === '1' ? ((await read(`SELECT ${columns} FROM FILES`)) as unknown as StoredRow[]) : []
    }
    return { sink: sink(), another: async () => sink(), read: rows }
  }
  for (const { name, run } of sinkCasesFor({ delivery: 'transactional' })) test(name, () => run(makeParquet))
})

const max64 = 2n ** 63n - 1n
const cases: readonly (readonly [DataType, readonly unknown[], string, readonly (string | null)[]])[] = [
  [{ kind: 'int8' }, [-128, null, 127], 'TINYINT', ['-128', null, '127']],
  [{ kind: 'uint8' }, [0, null, 255], 'UTINYINT', ['0', null, '255']],
  [{ kind: 'int16' }, [-32768, null], 'SMALLINT', ['-32768', null]],
  [{ kind: 'uint16' }, [65535, null], 'USMALLINT', ['65535', null]],
  [{ kind: 'int32' }, [-(2 ** 31), null], 'INTEGER', ['-2147483648', null]],
  [{ kind: 'uint32' }, [2 ** 32 - 1, null], 'UINTEGER', ['4294967295', null]],
  [{ kind: 'int64' }, [-max64 - 1n, null, max64, 0], 'BIGINT', [String(-max64 - 1n), null, String(max64), '0']],
  [{ kind: 'uint64' }, [2n ** 64n - 1n, null, 0n], 'UBIGINT', ['18446744073709551615', null, '0']],
  [{ kind: 'float32' }, [0.5, null, Number.NaN], 'FLOAT', ['0.5', null, 'nan']],
  [{ kind: 'float64' }, [0.1, null, Number.POSITIVE_INFINITY], 'DOUBLE', ['0.1', null, 'inf']],
  [{ kind: 'bool' }, [true, null, false], 'BOOLEAN', ['true', null, 'false']],
  [{ kind: 'utf8' }, ['', null, 'a\0b', '😀 é 12345678901234'], 'VARCHAR', ['', null, 'a\0b', '😀 é 12345678901234']],
  [{ kind: 'binary' }, [new Uint8Array([0, 255]), null], 'BLOB', ['\\x00\\xFF', null]],
  [{ kind: 'date' }, [-1, null, 20_000], 'DATE', ['1969-12-31', null, '2024-10-04']],
  [{ kind: 'time', unit: 'us' }, [1_000_001, null], 'TIME', ['00:00:01.000001', null]],
  [
    { kind: 'timestamp', unit: 'us', timezone: 'UTC' },
    [1_700_000_000_123_456n, null],
    'TIMESTAMP WITH TIME ZONE',
    ['2023-11-14 22:13:20.123456+00', null],
  ],
  [{ kind: 'timestamp', unit: 's', timezone: 'UTC' }, [1_700_000_000, null], 'TIMESTAMP WITH TIME ZONE', ['2023-11-14 22:13:20+00', null]],
  [{ kind: 'timestamp', unit: 'ms', timezone: null }, [1_700_000_000_123, null], 'TIMESTAMP', ['2023-11-14 22:13:20.123', null]],
  [
    { kind: 'timestamp', unit: 'ns', timezone: null },
    [1_700_000_000_123_456_789n, null],
    'TIMESTAMP_NS',
    ['2023-11-14 22:13:20.123456789', null],
  ],
  [{ kind: 'decimal', precision: 4, scale: 2 }, [-1234n, null], 'DECIMAL(4,2)', ['-12.34', null]],
  [{ kind: 'decimal', precision: 38, scale: 0 }, [-(10n ** 37n), null], 'DECIMAL(38,0)', [String(-(10n ** 37n)), null]],
  [{ kind: 'list', item: { kind: 'utf8' } }, [['a', null], null, [], ['b']], 'VARCHAR[]', ['[a, NULL]', null, '[]', '[b]']],
  [{ kind: 'fixedList', size: 2, item: { kind: 'float32' } }, [[0.5, 1], null, [2, 3]], 'FLOAT[]', ['[0.5, 1.0]', null, '[2.0, 3.0]']],
  [{ kind: 'struct', fields: [{ name: 'a', type: { kind: 'int64' }, nullable: true }] }, [{ a: 1n }, null], 'VARCHAR', ['{"a":1}', null]],
]

describe('values arrive as they are', () => {
  test.each(cases)('%j', async (type, values, sql, texts) => {
    await save([columnBatch({ v: columnOf(type, values) }, values.length)])
    const rows = await read('SELECT typeof(v) AS t, v::VARCHAR AS v FROM FILES')
    expect({ type: rows[0]?.t, texts: rows.map(({ v }) => v) }).toEqual({ type: sql, texts })
  })

  test('a dictionary is its values, beside plain text in the next batch', async () => {
    const dictionary = { id: 1, values: columnOf({ kind: 'utf8' }, ['x', 'y']) }
    const coded: Column = { kind: 'dictionary', length: 3, validity: new Uint8Array([0b011]), indices: Int32Array.of(1, 0, 0), dictionary }
    await save([columnBatch({ v: coded }, 3), columnBatch({ v: columnOf({ kind: 'utf8' }, ['z']) }, 1, 4)])
    expect(await read('SELECT v FROM FILES')).toEqual([{ v: 'y' }, { v: 'x' }, { v: null }, { v: 'z' }])
  })
})

describe('a file', () => {
  test('has one column per name of a group, and its origin in front on demand', async () => {
    const record = { prediction_id: 'p', _row: 'mine', features: { age: 3 }, tags: { zone: 'n' }, shap_values: { age: 0.5 } }
    await save([mappedBatch([record])], true)
    const origin = { _key: 'a/1.csv', _version: 'e:one:10', _generation: 1, _row: 1 }
    expect(await read('SELECT * FROM FILES')).toEqual([
      { ...origin, prediction_id: 'p', 'feature/age': 3, 'tag/zone': 'n', 'shap/age': 0.5 },
    ])
  })

  test('of many rows is cut into row groups, which give the rows back in order', async () => {
    const rows = 100_000
    const batch = 2_000
    const writer = await open()
    for (let from = 0; from < rows; from += batch) {
      const column = (pick: (n: number) => unknown, type: DataType): Column =>
        columnOf(
          type,
          Array.from({ length: batch }, (_, i) => pick(from + i)),
        )
      const columns = {
        n: column((n) => n, { kind: 'int32' }),
        // Null until the third row group.
        late: column((n) => (n < 90_000 ? null : `t${n}`), n90(from)),
        t: column((n) => `text ${n % 7}`, { kind: 'utf8' }),
        f: column((n) => n / 3, { kind: 'float64' }),
      }
      await writer.write(columnBatch(columns, batch, from + 1), options)
    }
    await writer.commit({ rows, rejected: 0 }, options)
    const [totals] = await read(
      `SELECT count(*) AS n, sum(n) AS sum, count(late) AS late, min(late) AS first, count(DISTINCT t) AS texts, bool_and(f = n / 3) AS exact,
        bool_and(n = file_row_number) AS ordered FROM (SELECT *, row_number() OVER () - 1 AS file_row_number FROM FILES)`,
    )
    expect(totals).toEqual({ n: '100000', sum: '4999950000', late: '10000', first: 't90000', texts: '7', exact: true, ordered: true })
  })

  test('whose column changes its type fails, with column and row', async () => {
    const writer = await open()
    await writer.write(mappedBatch([{ v: 1 }, { v: null }]), options)
    await expect(writer.write(mappedBatch([{ v: 'x' }], { firstRow: 3 }), options)).rejects.toMatchObject({
      code: 'SINK_FAILED',
      retryable: false,
      location: { key: 'a/1.csv', row: 3, column: 'v' },
    })
    await writer.abort('failed', options)
  })

  test.each(['P15', 'P19', 'P20', 'P24'] satisfies ProbePoint[])(
    'that fails at %s leaves no row and no staging, and can be taken again',
    async (at) => {
      const writer = await open()
      installProbe((point) => {
        if (point === at) throw new Error(at)
      })
      const attempt = (async () => {
        await writer.write(mappedBatch([{ a: 1 }]), options)
        if (at !== 'P24') await writer.commit({ rows: 1, rejected: 0 }, options)
      })()
      await attempt.catch(() => undefined)
      await writer.abort('failed', options).catch(() => undefined)
      installProbe(undefined)
      expect(await readdir(join(folder, 'files'))).toEqual([])
      const again = await parquetSink({ folder }).begin(sinkFile({ fence: 2 }), options)
      if (!('write' in again)) throw new Error('a receipt without rows')
      await again.write(mappedBatch([{ a: 1 }]), options)
      await again.commit({ rows: 1, rejected: 0 }, options)
      expect(await read('SELECT a FROM FILES')).toEqual([{ a: 1 }])
    },
  )

  test('has a receipt that says what it is', async () => {
    await save([mappedBatch([{ a: 1 }])])
    const [name = ''] = await readdir(join(folder, 'files'))
    expect(JSON.parse(await readFile(join(folder, 'files', name, 'receipt.json'), 'utf8'))).toMatchObject({
      jobId: 'test/job',
      key: 'a/1.csv',
      rows: 1,
    })
  })
})

test('a folder is needed, and the peer', async () => {
  expect(() => parquetSink({ folder: '' })).toThrow(/folder/)
  const missing = loadParquetApi(() => Promise.reject(Object.assign(new Error('x'), { code: 'ERR_MODULE_NOT_FOUND' })))
  await expect(missing).rejects.toMatchObject({
    code: 'PEER_MISSING',
    remedy: expect.stringContaining('npm install hyparquet-writer') as string,
  })
})

const n90 = (from: number): DataType => (from < 90_000 ? { kind: 'null' } : { kind: 'utf8' })
