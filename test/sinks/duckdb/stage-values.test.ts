import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, test } from 'vitest'
import type { Column } from '../../../src/model/column.js'
import { columnOf } from '../../../src/model/column-of.js'
import type { DataType } from '../../../src/model/data-type.js'
import { sliceColumn } from '../../../src/model/slice-column.js'
import { duckdbSink } from '../../../src/sinks/duckdb/duckdb-sink.js'
import { fillVector } from '../../../src/sinks/duckdb/fill-vector.js'
import { mappedBatch } from '../../../src/testing/mapped-batch.js'
import { sinkFile } from '../sink-file.js'

const options = { signal: new AbortController().signal }

/** The column, through the sink, as text that DuckDB makes of it; `null` where it is null. */
async function throughDuckDB(column: Column): Promise<{ type: unknown; texts: unknown[] }> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run("SET TimeZone = 'UTC'")
    const writer = await duckdbSink({ database: instance, table: 't' }).begin(sinkFile(), options)
    if (!('write' in writer)) throw new Error('no writer')
    const batch = mappedBatch(Array.from({ length: column.length }, () => ({ v: null })))
    await writer.write({ ...batch, columns: { v: column } }, options)
    await writer.commit({ rows: column.length, rejected: 0 }, options)
    const rows = (await connection.runAndReadAll('SELECT typeof(v), v::VARCHAR, row_no FROM t ORDER BY row_no')).getRows()
    expect(rows.map((row) => Number(row[2]))).toEqual(Array.from(rows, (_, i) => i + 1))
    return { type: rows[0]?.[0], texts: rows.map((row) => row[1]) }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const max64 = 2n ** 63n - 1n
const cases: readonly (readonly [DataType, readonly unknown[], string, readonly (string | null)[]])[] = [
  [{ kind: 'int8' }, [-128, null, 127], 'TINYINT', ['-128', null, '127']],
  [{ kind: 'uint8' }, [0, null, 255], 'UTINYINT', ['0', null, '255']],
  [{ kind: 'int16' }, [-32768, null], 'SMALLINT', ['-32768', null]],
  [{ kind: 'uint16' }, [65535, null], 'USMALLINT', ['65535', null]],
  [{ kind: 'int32' }, [-(2 ** 31), null], 'INTEGER', ['-2147483648', null]],
  [{ kind: 'uint32' }, [2 ** 32 - 1, null], 'UINTEGER', ['4294967295', null]],
  [{ kind: 'int64' }, [-max64 - 1n, null, max64, 0], 'BIGINT', [String(-max64 - 1n), null, String(max64), '0']],
  [{ kind: 'uint64' }, [2n ** 64n - 1n, null], 'UBIGINT', ['18446744073709551615', null]],
  [{ kind: 'float32' }, [0.5, null, Number.NaN], 'FLOAT', ['0.5', null, 'nan']],
  [{ kind: 'float64' }, [0.1, null, -0, Number.POSITIVE_INFINITY], 'DOUBLE', ['0.1', null, '-0.0', 'inf']],
  [{ kind: 'bool' }, [true, null, false], 'BOOLEAN', ['true', null, 'false']],
  [{ kind: 'utf8' }, ['', null, 'a\0b', '😀 é 12345678901234', '\\x41'], 'VARCHAR', ['', null, 'a\0b', '😀 é 12345678901234', '\\x41']],
  [{ kind: 'binary' }, [new Uint8Array([0, 255]), null], 'BLOB', ['\\x00\\xFF', null]],
  [{ kind: 'date' }, [-1, null, 20_000], 'DATE', ['1969-12-31', null, '2024-10-04']],
  [{ kind: 'time', unit: 'us' }, [1_000_001, null], 'TIME', ['00:00:01.000001', null]],
  [{ kind: 'time', unit: 'ns' }, [1_000_000_001, null], 'VARCHAR', ['00:00:01.000000001', null]],
  [
    { kind: 'timestamp', unit: 'us', timezone: 'UTC' },
    [1_700_000_000_123_456n, null],
    'TIMESTAMP WITH TIME ZONE',
    ['2023-11-14 22:13:20.123456+00', null],
  ],
  [{ kind: 'timestamp', unit: 'ns', timezone: 'UTC' }, [-1n, null], 'TIMESTAMP WITH TIME ZONE', ['1969-12-31 23:59:59.999999+00', null]],
  [{ kind: 'timestamp', unit: 's', timezone: 'UTC' }, [1_700_000_000, null], 'TIMESTAMP WITH TIME ZONE', ['2023-11-14 22:13:20+00', null]],
  [{ kind: 'timestamp', unit: 'ms', timezone: null }, [1_700_000_000_123n, null], 'TIMESTAMP', ['2023-11-14 22:13:20.123', null]],
  [
    { kind: 'timestamp', unit: 'ns', timezone: null },
    [1_700_000_000_123_456_789n, null],
    'TIMESTAMP_NS',
    ['2023-11-14 22:13:20.123456789', null],
  ],
  [{ kind: 'decimal', precision: 4, scale: 2 }, [-1234n, null], 'DECIMAL(4,2)', ['-12.34', null]],
  [{ kind: 'decimal', precision: 38, scale: 0 }, [10n ** 37n, null], 'DECIMAL(38,0)', [String(10n ** 37n), null]],
  [{ kind: 'decimal', precision: 38, scale: 39 }, [1n, null], 'VARCHAR', [`0.${'0'.repeat(38)}1`, null]],
  [{ kind: 'list', item: { kind: 'utf8' } }, [['a', null], null, []], 'VARCHAR[]', ['[a, NULL]', null, '[]']],
  [{ kind: 'list', item: { kind: 'list', item: { kind: 'int32' } } }, [[[1], [], null], null], 'INTEGER[][]', ['[[1], [], NULL]', null]],
  [{ kind: 'fixedList', size: 2, item: { kind: 'float32' } }, [[0.5, 1], null, [2, 3]], 'FLOAT[]', ['[0.5, 1.0]', null, '[2.0, 3.0]']],
  [
    {
      kind: 'struct',
      fields: [
        { name: 'a', type: { kind: 'int64' }, nullable: true },
        { name: 'B c', type: { kind: 'utf8' }, nullable: true },
      ],
    },
    [{ a: 1n, 'B c': 'x' }, null, { a: null, 'B c': null }],
    'STRUCT(a BIGINT, "B c" VARCHAR)',
    ["{'a': 1, 'B c': x}", null, "{'a': NULL, 'B c': NULL}"],
  ],
  [
    {
      kind: 'struct',
      fields: [
        { name: 'a', type: { kind: 'int32' }, nullable: true },
        { name: 'A', type: { kind: 'int32' }, nullable: true },
      ],
    },
    [{ a: 1, A: 2 }, null],
    'VARCHAR',
    ['{"a":1,"A":2}', null],
  ],
]

describe('values arrive as they are', () => {
  test.each(cases)('%j', async (type, values, sql, texts) => {
    expect(await throughDuckDB(columnOf(type, values))).toEqual({ type: sql, texts })
  })

  test('a dictionary is its values, whatever it has grown to', async () => {
    const dictionary = { id: 1, values: columnOf({ kind: 'utf8' }, ['x', '']) }
    const column: Column = {
      kind: 'dictionary',
      length: 4,
      validity: new Uint8Array([0b1011]),
      indices: Int32Array.of(1, 0, 0, 0),
      dictionary,
    }
    expect(await throughDuckDB(column)).toEqual({ type: 'VARCHAR', texts: ['', 'x', null, 'x'] })
    const numbers = { id: 2, values: columnOf({ kind: 'int32' }, [5, 6]) }
    expect(await throughDuckDB({ ...column, dictionary: numbers })).toEqual({ type: 'INTEGER', texts: ['6', '5', null, '5'] })
  })

  test('JavaScript values of no one type are JSON text', async () => {
    const values = [{ a: 1n }, [new Date(0)], null, 'text']
    expect((await throughDuckDB({ kind: 'values', length: 4, validity: null, values })).texts).toEqual([
      '{"a":1}',
      '["1970-01-01T00:00:00.000Z"]',
      null,
      '"text"',
    ])
  })

  test('slices whose offsets do not start at 0, and more rows than a chunk holds', async () => {
    const whole = columnOf(
      { kind: 'utf8' },
      Array.from({ length: 5000 }, (_, i) => (i % 7 === 0 ? null : `row ${i}`)),
    )
    const { texts } = await throughDuckDB(sliceColumn(whole, 3, 4999))
    expect(texts).toEqual(Array.from({ length: 4996 }, (_, i) => ((i + 3) % 7 === 0 ? null : `row ${i + 3}`)))
  })

  test('a client that keeps no typed array is served value by value', () => {
    const set: unknown[] = []
    const vector = { setItem: (_i: number, value: unknown) => set.push(value), flush: () => set.push('flushed') }
    fillVector({} as never, vector as never, columnOf({ kind: 'float64' }, [1, null, 3]))
    expect(set).toEqual([1, null, 3, 'flushed'])
  })

  test('a timestamp beyond what DuckDB holds names its column', async () => {
    const column = columnOf({ kind: 'timestamp', unit: 's', timezone: null }, [max64])
    await expect(throughDuckDB(column)).rejects.toMatchObject({ code: 'SINK_FAILED', location: { column: 'v', row: 1 } })
  })
})

test('throughput, for the record: 200,000 rows of 8 columns', async () => {
  const instance = await DuckDBInstance.create(':memory:')
  const size = 2048
  const texts = Array.from({ length: size }, (_, i) => `value ${i % 1000}${i % 3 === 0 ? ' and longer than twelve bytes' : ''}`)
  const dictionary = { id: 9, values: columnOf({ kind: 'utf8' }, ['north', 'south', 'east', 'west']) }
  const columns: Record<string, Column> = {
    id: columnOf({ kind: 'utf8' }, texts),
    other: columnOf({ kind: 'utf8' }, texts),
    zone: { kind: 'dictionary', length: size, validity: null, indices: Int32Array.from({ length: size }, (_, i) => i % 4), dictionary },
    at: columnOf(
      { kind: 'timestamp', unit: 'us', timezone: 'UTC' },
      Array.from({ length: size }, (_, i) => BigInt(i) * 1_000_000n),
    ),
    score: columnOf(
      { kind: 'float64' },
      Array.from({ length: size }, (_, i) => i / 3),
    ),
    actual: columnOf(
      { kind: 'float64' },
      Array.from({ length: size }, (_, i) => (i % 10 === 0 ? null : i)),
    ),
    count: columnOf(
      { kind: 'int64' },
      Array.from({ length: size }, (_, i) => i),
    ),
    flag: columnOf(
      { kind: 'bool' },
      Array.from({ length: size }, (_, i) => i % 2 === 0),
    ),
  }
  const writer = await duckdbSink({ database: instance, table: 't' }).begin(sinkFile(), options)
  if (!('write' in writer)) throw new Error('no writer')
  const records = Array.from({ length: size }, () => ({}))
  const started = performance.now()
  let rows = 0
  let longest = 0
  for (; rows < 200_000; rows += size) {
    const from = performance.now()
    await writer.write({ ...mappedBatch(records, { firstRow: rows + 1 }), columns }, options)
    longest = Math.max(longest, performance.now() - from)
  }
  const staged = performance.now()
  const receipt = await writer.commit({ rows, rejected: 0 }, options)
  const done = performance.now()
  expect(receipt.rows).toBe(rows)
  const rate = (ms: number): string => Math.round(rows / (ms / 1000)).toLocaleString('en')
  console.info(
    `duckdbSink: ${rate(done - started)} rows/s (staging ${rate(staged - started)} rows/s, longest batch ${longest.toFixed(1)} ms, commit ${Math.round(done - staged)} ms)`,
  )
  instance.closeSync()
})
