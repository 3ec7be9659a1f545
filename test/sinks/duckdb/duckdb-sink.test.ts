import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance, type Json } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FileWriter } from '../../../src/contracts/sink.js'
import type { SinkFile } from '../../../src/model/file.js'
import type { Receipt } from '../../../src/model/receipt.js'
import { loadDuckDB } from '../../../src/sinks/duckdb/duckdb-api.js'
import { type DuckDBSinkOptions, duckdbSink } from '../../../src/sinks/duckdb/duckdb-sink.js'
import { type MappedBatchOptions, mappedBatch } from '../../../src/testing/mapped-batch.js'
import { type SinkUnderTest, type StoredRow, sinkCasesFor } from '../../../src/testing/sink-contract.js'
import { installProbe, type ProbePoint } from '../../../src/util/probe.js'
import { sinkFile } from '../sink-file.js'

const options = { signal: new AbortController().signal }
let folder: string
let instance: DuckDBInstance

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-duckdb-'))
  instance = await DuckDBInstance.create(':memory:')
})
afterEach(async () => {
  installProbe(undefined)
  instance.closeSync()
  await rm(folder, { recursive: true, force: true })
})

async function query(sql: string, of = instance): Promise<Record<string, Json>[]> {
  const connection = await of.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()
  } finally {
    connection.closeSync()
  }
}

async function open(file: SinkFile = sinkFile(), more: Partial<DuckDBSinkOptions> = {}): Promise<FileWriter<object>> {
  const answer = await duckdbSink({ database: instance, ...more }).begin(file, options)
  if (!('write' in answer)) throw new Error('a receipt where a writer was expected')
  return answer
}

async function load(records: readonly object[], file: Partial<SinkFile> = {}, batch: MappedBatchOptions = {}): Promise<Receipt> {
  const writer = await open(sinkFile(file), { table: 'events' })
  try {
    await writer.write(mappedBatch(records, batch), options)
    return await writer.commit({ rows: records.length, rejected: 0 }, options)
  } catch (error) {
    await writer.abort(error, options)
    throw error
  }
}

const typesOf = async (table: string): Promise<Record<string, Json>> =>
  Object.fromEntries(
    (await query(`SELECT column_name c, data_type t FROM duckdb_columns() WHERE table_name = '${table}'`)).map(({ c, t }) => [
      String(c),
      t ?? null,
    ]),
  )

describe('duckdbSink keeps the sink contract', () => {
  const facts = `SELECT key, version, generation, row_no AS row, id, amount FROM events JOIN import_file USING (file_no)`
  async function readFrom(of: DuckDBInstance): Promise<StoredRow[]> {
    if ((await query("SELECT 1 FROM duckdb_tables() WHERE table_name = 'events'", of)).length === 0) return []
    return (await query(facts, of)).map(({ row, ...rest }) => ({ ...rest, row: Number(row) }) as unknown as StoredRow)
  }

  describe('on an instance', () => {
    const make = async (): Promise<SinkUnderTest> => {
      const sink = () => duckdbSink({ database: instance, table: 'events' })
      return { sink: sink(), another: async () => sink(), read: () => readFrom(instance) }
    }
    for (const { name, run } of sinkCasesFor({ delivery: 'transactional', replaces: true })) test(name, () => run(make))
  })

  describe('on a path, each worker with a sink of its own', () => {
    const make = async (): Promise<SinkUnderTest> => {
      const path = join(folder, 'facts.duckdb')
      const sink = () => duckdbSink({ database: path, table: 'events' })
      const reader = await DuckDBInstance.fromCache(path)
      return { sink: sink(), another: async () => sink(), read: () => readFrom(reader), close: async () => reader.closeSync() }
    }
    const slow = sinkCasesFor({ delivery: 'transactional', replaces: true }).filter(({ name }) =>
      /zombie|settled|two files|takes the place/.test(name),
    )
    for (const { name, run } of slow) test(name, () => run(make))
  })
})

describe('where records go', () => {
  const prediction = {
    model: 'm',
    prediction_id: 'p1',
    timestamp: new Date('2026-01-02T03:04:05Z'),
    prediction_score: 0.5,
    features: { age: 3 },
  }
  test('model records: prediction, or outcome without a prediction side; one column per name', async () => {
    const tags = { 'zone "a"': 'north' }
    await load([{ ...prediction, tags, shap_values: { age: 0.25 } }])
    await load([{ model: 'm', space: null, prediction_id: 'p1', actual_score: 1, tags }], { key: 'b', fence: 2 })
    expect(await query('SELECT * FROM prediction')).toEqual([
      {
        model: 'm',
        space: null,
        environment: null,
        model_version: null,
        batch_id: null,
        prediction_id: 'p1',
        timestamp: '2026-01-02 03:04:05+00',
        prediction_score: 0.5,
        'feature/age': 3,
        'tag/zone "a"': 'north',
        'shap/age': 0.25,
        file_no: '1',
        row_no: '1',
      },
    ])
    expect(await query('SELECT prediction_id, actual_score, "tag/zone ""a""" AS zone, file_no FROM outcome')).toEqual([
      { prediction_id: 'p1', actual_score: 1, zone: 'north', file_no: '2' },
    ])
    expect(await query('SELECT file_no, facts, rows FROM import_file ORDER BY 1')).toEqual([
      { file_no: '1', facts: 'prediction', rows: '1' },
      { file_no: '2', facts: 'outcome', rows: '1' },
    ])
  })

  test('other records need a table', async () => {
    const writer = await open()
    await expect(writer.write(mappedBatch([{ a: 1 }]), options)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      remedy: expect.stringContaining('table') as string,
    })
    await writer.abort('', options)
    for (const table of ['', 'Prediction', 'import_file']) expect(() => duckdbSink({ database: instance, table })).toThrow(/table/)
    expect(() => duckdbSink({ database: '' })).toThrow(/database/)
  })

  test('a later file brings more columns; older rows have nulls there', async () => {
    await load([{ a: 1 }])
    await load([{ b: 'x' }], { key: 'b', fence: 2 })
    expect(await query('SELECT a, b FROM events ORDER BY file_no')).toEqual([
      { a: 1, b: null },
      { a: null, b: 'x' },
    ])
  })

  test('names that DuckDB cannot tell apart, or keeps for itself, get a suffix and stay the same', async () => {
    const odd = { Age: 1, age: 2, 'AGE~2': 3, row_no: 4, '': 5, 'nul\0': 6 }
    await load([odd])
    await load([{ age: 20, Age: 10 }], { key: 'b', fence: 2 })
    expect(await query('SELECT "Age", "age~2", "AGE~2~2", "row_no~2", _, "nul\uFFFD" FROM events ORDER BY file_no')).toEqual([
      { Age: 1, 'age~2': 2, 'AGE~2~2': 3, 'row_no~2': 4, _: 5, 'nul\uFFFD': 6 },
      { Age: 10, 'age~2': 20, 'AGE~2~2': null, 'row_no~2': null, _: null, 'nul\uFFFD': null },
    ])
  })

  test('a table that the host made is used as it is', async () => {
    const connection = await instance.connect()
    await connection.run('CREATE TABLE events (id VARCHAR, amount DECIMAL(10, 2), note VARCHAR)')
    connection.closeSync()
    await load([{ id: 7, amount: 3n, Note: 'n' }])
    expect(await query('SELECT id, amount, note, "Note~2", row_no FROM events')).toEqual([
      { id: '7.0', amount: '3.00', note: null, 'Note~2': 'n', row_no: '1' },
    ])
  })
})

describe('two workers', () => {
  test.each(['P19', 'P20'] satisfies ProbePoint[])('who asks while a commit is held at %s waits, and finds the receipt', async (at) => {
    const first = await open(sinkFile({ fence: 1 }), { table: 'events' })
    await first.write(mappedBatch([{ a: 1 }]), options)
    let asked: Promise<unknown> | undefined
    installProbe(async (point, { fence }) => {
      if (point !== at || fence !== 1) return
      asked = duckdbSink({ database: instance, table: 'events' }).begin(sinkFile({ fence: 2 }), options)
      await new Promise((resolve) => setTimeout(resolve, 60))
    })
    const receipt = await first.commit({ rows: 1, rejected: 0 }, options)
    expect(await asked).toEqual(receipt)
    expect(await query('SELECT a FROM events')).toEqual([{ a: 1 }])
  })

  test('who asks while a commit hangs gets an outage, not a wrong answer', async () => {
    await load([{ a: 0 }], { key: 'c' })
    const first = await open(sinkFile({ fence: 1 }), { table: 'events' })
    await first.write(mappedBatch([{ a: 1 }]), options)
    let thaw = (): void => {}
    const frozen = new Promise<void>((reached) => {
      installProbe((point, { fence }) =>
        point === 'P20' && fence === 1
          ? new Promise<void>((resolve) => {
              thaw = resolve
              reached()
            })
          : undefined,
      )
    })
    const commit = first.commit({ rows: 1, rejected: 0 }, options)
    await frozen
    const asking = duckdbSink({ database: instance, table: 'events' }).begin(sinkFile({ fence: 2 }), options)
    const other = load([{ a: 2 }], { key: 'b', fence: 3 })
    await expect(asking).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE', scope: 'job', retryable: true })
    expect((await other).rows).toBe(1)
    thaw()
    await commit
    expect(await query('SELECT a FROM events ORDER BY a')).toEqual([{ a: 0 }, { a: 1 }, { a: 2 }])
  })

  test('an abort during a commit rolls it back; the connection goes when the call ends', async () => {
    const writer = await open(sinkFile({ fence: 1 }), { table: 'events' })
    await writer.write(mappedBatch([{ a: 1 }]), options)
    let abort: Promise<void> | undefined
    installProbe((point) => {
      if (point === 'P20') abort = writer.abort('deadline', options)
    })
    await expect(writer.commit({ rows: 1, rejected: 0 }, options)).rejects.toMatchObject({ code: 'COMMIT_IN_DOUBT' })
    await abort
    installProbe(undefined)
    await load([{ a: 2 }], { fence: 2 })
    expect(await query('SELECT a FROM events')).toEqual([{ a: 2 }])
  })

  test('an error after the commit changes nothing: the next claim finds the receipt', async () => {
    const writer = await open(sinkFile({ fence: 1 }), { table: 'events' })
    await writer.write(mappedBatch([{ a: 1 }]), options)
    installProbe((point) => {
      if (point === 'P21') throw new Error('reply lost')
    })
    await expect(writer.commit({ rows: 1, rejected: 0 }, options)).rejects.toThrow('reply lost')
    installProbe(undefined)
    await writer.abort('in doubt', options)
    expect(await duckdbSink({ database: instance }).begin(sinkFile({ fence: 2 }), options)).toMatchObject({ rows: 1, fence: 1 })
  })

  test.each(['P15', 'P19', 'P20', 'P24'] satisfies ProbePoint[])(
    'an error at %s leaves no row, and the file can be taken again',
    async (at) => {
      installProbe((point) => {
        if (point === at) throw new Error(at)
      })
      const writer = await open(sinkFile({ fence: 1 }), { table: 'events' })
      const attempt = (async () => {
        await writer.write(mappedBatch([{ a: 1 }]), options)
        if (at !== 'P24') await writer.commit({ rows: 1, rejected: 0 }, options)
      })()
      await attempt.catch(() => undefined)
      await writer.abort('failed', options).catch(() => undefined)
      installProbe(undefined)
      expect(await query("SELECT 1 FROM duckdb_tables() WHERE table_name = 'events' OR table_name LIKE 'stage%'")).toEqual([])
      await load([{ a: 1 }], { fence: 2 })
      expect(await query('SELECT a FROM events')).toEqual([{ a: 1 }])
    },
  )
})

describe('the database file', () => {
  test('two sinks on one path, by different names, see each other and lose nothing', async () => {
    const path = join(folder, 'one.duckdb')
    await symlink(folder, join(folder, 'linked'))
    const sinks = [path, join(folder, 'linked', 'one.duckdb')].map((database) => duckdbSink({ database, table: 'events' }))
    await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const writer = await sinks[n % 2]?.begin(sinkFile({ key: `k${n}`, fence: n + 1 }), options)
        if (writer === undefined || !('write' in writer)) throw new Error('no writer')
        await writer.write(mappedBatch([{ n }, { n: n + 100 }]), options)
        await writer.commit({ rows: 2, rejected: 0 }, options)
      }),
    )
    expect(await sinks[1]?.begin(sinkFile({ key: 'k0', fence: 20 }), options)).toMatchObject({ rows: 2, fence: 1 })
    for (const sink of sinks) await sink.close?.()
    const after = await DuckDBInstance.fromCache(path)
    expect(await query('SELECT count(*) AS n, sum(n) AS sum FROM events', after)).toEqual([{ n: '16', sum: 2 * 28 + 800 }])
    after.closeSync()
  })

  test('a file that another process holds is an outage that says so', async () => {
    const path = join(folder, 'held.duckdb')
    const holder = await DuckDBInstance.create(path)
    const program = `
      const { duckdbSink } = await import(${JSON.stringify(new URL('../../../src/sinks/duckdb/duckdb-sink.ts', import.meta.url).href)})
      const file = ${JSON.stringify({ ...sinkFile() })}
      await duckdbSink({ database: ${JSON.stringify(path)} }).begin(file, { signal: new AbortController().signal })
        .catch((error) => console.log(JSON.stringify(error)))`
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { encoding: 'utf8' })
    holder.closeSync()
    expect(JSON.parse(stdout || stderr)).toMatchObject({
      code: 'SINK_UNAVAILABLE',
      scope: 'job',
      retryable: true,
      message: `the DuckDB file ${path} is open in another process (PID ${process.pid})`,
      remedy: expect.stringContaining('one process') as string,
    })
  })

  test('a folder that is not there is an outage; the sink tries again when it is', async () => {
    const sink = duckdbSink({ database: join(folder, 'no', 'x.duckdb'), table: 'events' })
    for (let i = 0; i < 2; i++) await expect(sink.begin(sinkFile(), options)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
  })

  test('a missing peer is named with the command that installs it', async () => {
    const missing = loadDuckDB(() => Promise.reject(Object.assign(new Error('x'), { code: 'ERR_MODULE_NOT_FOUND' })))
    await expect(missing).rejects.toMatchObject({
      code: 'PEER_MISSING',
      remedy: expect.stringContaining('npm install @duckdb/node-api') as string,
    })
  })
})

describe('types', () => {
  test('integers and floats of different files meet where every value stays exact', async () => {
    await load([{ n: 1, i: 5, f: 1 }], {}, { types: { n: { kind: 'int64' }, i: { kind: 'int32' }, f: { kind: 'float32' } } })
    await load(
      [{ n: 0.5, i: 2 ** 40, f: 3 }],
      { key: 'b', fence: 2 },
      { types: { n: { kind: 'float64' }, i: { kind: 'int64' }, f: { kind: 'uint64' } } },
    )
    expect(await typesOf('events')).toMatchObject({ n: 'DOUBLE', i: 'BIGINT', f: 'DOUBLE' })
    expect(await query('SELECT n, i, f FROM events ORDER BY file_no')).toEqual([
      { n: 1, i: '5', f: 1 },
      { n: 0.5, i: '1099511627776', f: 3 },
    ])
  })

  test.each([
    ['the table', [2n ** 53n + 1n, { kind: 'int64' }], [0.5, { kind: 'float64' }]],
    ['the file', [0.5, { kind: 'float64' }], [2n ** 53n + 1n, { kind: 'int64' }]],
    ['text and numbers', [1, { kind: 'int64' }], ['a cell 4711', { kind: 'utf8' }]],
  ] as const)('a type that cannot hold both exactly fails the file, with the remedy: %s', async (_name, [before, was], [after, is]) => {
    await load([{ n: before }], {}, { types: { n: was } })
    const failed = await load([{ n: after }], { key: 'b', fence: 2 }, { types: { n: is } }).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'SINK_FAILED', scope: 'file', retryable: false, location: { key: 'b', column: 'n' } })
    expect(JSON.stringify(failed)).not.toContain('4711')
    expect(await query('SELECT count(*) AS n FROM events')).toEqual([{ n: '1' }])
    const remedy = /ALTER TABLE .* VARCHAR/.exec(String((failed as { remedy: string }).remedy))?.[0] ?? ''
    await query(remedy)
    await load([{ n: after }], { key: 'b', fence: 3 }, { types: { n: is } })
    expect(await query('SELECT n FROM events ORDER BY file_no')).toEqual([{ n: String(before) }, { n: String(after) }])
  })

  test('labels are text in some models and numbers in others: text holds both', async () => {
    const record = { model: 'm', prediction_id: 'p' }
    await load([{ ...record, prediction_label: 0.1 }])
    await load([{ ...record, prediction_label: 'yes' }], { key: 'b', fence: 2, replacesKey: true })
    await load([{ ...record, prediction_label: 2 }], { key: 'c', fence: 3 })
    expect(await query('SELECT prediction_label AS l FROM prediction ORDER BY file_no')).toEqual([{ l: '0.1' }, { l: 'yes' }, { l: '2.0' }])
  })

  test('widening, new columns and replacing happen in one commit', async () => {
    await load([{ a: 1 }, { a: 2 }], {}, { types: { a: { kind: 'int32' } } })
    await load([{ a: 0.5, b: 'x' }], { version: 'e:two:2', fence: 2, replacesKey: true })
    expect(await query('SELECT a, b FROM events')).toEqual([{ a: 0.5, b: 'x' }])
  })

  test('JavaScript values may change their type from batch to batch', async () => {
    const values = (list: unknown[], firstRow: number) => {
      const batch = mappedBatch(
        list.map((v) => ({ v })),
        { firstRow },
      )
      return { ...batch, columns: { v: { kind: 'values', length: list.length, validity: null, values: list } as const } }
    }
    const writer = await open(sinkFile(), { table: 'events' })
    await writer.write(values([1, 2.5], 1), options)
    await writer.write(values([null, undefined], 3), options)
    await writer.write(values([7n, 8], 5), options)
    expect(await writer.commit({ rows: 6, rejected: 0 }, options)).toMatchObject({ rows: 6 })
    expect(await query('SELECT row_no, v FROM events ORDER BY row_no')).toEqual(
      [1, 2.5, null, null, 7, 8].map((v, i) => ({ row_no: String(i + 1), v })),
    )
  })
})
