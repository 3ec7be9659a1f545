import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { SinkError } from '../../../src/errors.js'
import { postgresSink } from '../../../src/sinks/postgres/postgres-sink.js'
import { mappedBatch } from '../../../src/testing/mapped-batch.js'
import { type SinkUnderTest, type StoredRow, sinkCasesFor } from '../../../src/testing/sink-contract.js'
import { installProbe, type ProbePoint } from '../../../src/util/probe.js'
import { sinkFile } from '../sink-file.js'
import { missing, options, postgresRig } from './postgres-rig.js'

describe.skipIf(missing !== undefined)(`postgresSink${missing === undefined ? '' : ` (${missing})`}`, () => {
  const rig = postgresRig()
  const { query } = rig
  const stored = async (ask: (sql: string) => Promise<Record<string, unknown>[]>): Promise<StoredRow[]> => {
    const [there] = await ask(`SELECT to_regclass('${rig.schema}.events') IS NOT NULL AS made`)
    if (there?.made !== true) return []
    const rows = await ask(
      `SELECT key, version, generation, row_no AS row, id, amount FROM ${rig.schema}.events JOIN ${rig.schema}.import_file USING (file_no)`,
    )
    return rows.map(({ row, ...rest }) => ({ ...rest, row: Number(row) }) as unknown as StoredRow)
  }

  describe.each(['session', 'transaction'] as const)('keeps the sink contract, staging in a %s', (staging) => {
    const make = async (): Promise<SinkUnderTest> => ({
      sink: postgresSink(rig.pool, { schema: rig.schema, table: 'events', staging }),
      another: async () => postgresSink(rig.otherPool, { schema: rig.schema, table: 'events', staging }),
      read: () => stored(query),
      readWithin: (transaction) => stored(async (sql) => (await (transaction as typeof rig.pool).query(sql)).rows),
    })
    for (const { name, run } of sinkCasesFor({ delivery: 'transactional', replaces: true, database: {} })) test(name, () => run(make))
  })

  test('no session, table or lock is left in the pool', async () => {
    await rig.load([{ a: 1 }])
    await rig.load([{ a: 2 }], { key: 'b', fence: 2 })
    const writer = await rig.open(sinkFile({ key: 'c', fence: 3 }), { table: 'events' })
    await writer.write(mappedBatch([{ a: 3 }]), options)
    await writer.abort('stopped', options)
    expect(rig.pool.idleCount).toBe(rig.pool.totalCount)
    expect(
      await query("SELECT relname FROM pg_class WHERE relname LIKE 'stage\\_%' AND relpersistence = 't' AND pg_table_is_visible(oid)"),
    ).toEqual([])
    expect(await query(`SELECT a FROM ${rig.schema}.events ORDER BY 1`)).toEqual([{ a: 1 }, { a: 2 }])
  })

  describe('where records go', () => {
    test('model records: prediction, or outcome without a prediction side; groups are objects', async () => {
      const record = { model: 'm', space: null, prediction_id: 'p1', timestamp: new Date('2026-01-02T03:04:05Z') }
      const tags = { 'zone "a"': 'nör\\th', gone: null }
      await rig.load([{ ...record, prediction_score: 0.5, features: { age: 3, big: 2n ** 60n }, tags, shap_values: { age: 0.25 } }])
      await rig.load([{ ...record, actual_score: 1, features: {}, tags }], { key: 'b', fence: 2 })
      expect(await query(`SELECT *, features->>'big' AS big FROM ${rig.schema}.prediction`)).toEqual([
        {
          ...{ ...record, environment: null, model_version: null, batch_id: null, prediction_score: 0.5 },
          ...{ features: { age: 3, big: 2 ** 60 }, tags: { 'zone "a"': 'nör\\th' }, shap_values: { age: 0.25 } },
          ...{ file_no: '1', row_no: 1, big: String(2n ** 60n) },
        },
      ])
      expect(await query(`SELECT prediction_id, actual_score, tags, file_no FROM ${rig.schema}.outcome`)).toEqual([
        { prediction_id: 'p1', actual_score: 1, tags: { 'zone "a"': 'nör\\th' }, file_no: '2' },
      ])
      expect(await query(`SELECT file_no, facts, rows FROM ${rig.schema}.import_file ORDER BY 1`)).toEqual([
        { file_no: '1', facts: 'prediction', rows: '1' },
        { file_no: '2', facts: 'outcome', rows: '1' },
      ])
    })

    test('other records need a table', async () => {
      const writer = await rig.open()
      await expect(writer.write(mappedBatch([{ a: 1 }]), options)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        remedy: expect.stringContaining('table') as string,
      })
      await writer.abort('', options)
      for (const table of ['', 'prediction', 'file', 'x'.repeat(64)]) expect(() => postgresSink(rig.pool, { table })).toThrow(/table/)
      expect(() => postgresSink({} as typeof rig.pool)).toThrow(/connect/)
      expect(() => postgresSink({ connect: rig.pool.connect, options: { max: 2 } })).toThrow(/at most 2/)
    })

    test('a later file brings more columns; names that are too long or the sink’s own get a suffix and stay the same', async () => {
      const long = 'x'.repeat(70)
      const odd = { a: 1, A: 2, row_no: 3, '': 4, 'nul\0': 5, [long]: 6, [`${long}y`]: 7 }
      await rig.load([odd])
      await rig.load([{ ...odd, b: 'x' }], { key: 'b', fence: 2 })
      const cut = 'x'.repeat(63)
      const row = { a: '1', A: '2', 'row_no~2': '3', _: '4', 'nul\uFFFD': '5', [cut]: '6', [`${'x'.repeat(61)}~2`]: '7' }
      // Numbers are double precision when JavaScript made them.
      const numbers = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]))
      expect(await query(`SELECT * FROM ${rig.schema}.events ORDER BY file_no`)).toEqual([
        { ...numbers, b: null, file_no: '1', row_no: 1 },
        { ...numbers, b: 'x', file_no: '2', row_no: 1 },
      ])
    })

    test('a table that the host made is used as it is', async () => {
      await rig.load([], { key: 'none' })
      await query(`CREATE TABLE ${rig.schema}.events (id varchar(20), amount numeric(10, 2), note text)`)
      await query(`INSERT INTO ${rig.schema}.events VALUES ('mine', 1, 'kept')`)
      await rig.load([{ id: 7, amount: 3n, extra: true }], { fence: 2 })
      await rig.load([{ id: 8, amount: 4n }], { fence: 3, version: 'e:two:1', replacesKey: true })
      expect(await query(`SELECT id, amount, note, extra, row_no FROM ${rig.schema}.events ORDER BY 1`)).toEqual([
        { id: '8', amount: '4.00', note: null, extra: null, row_no: '1' },
        { id: 'mine', amount: '1.00', note: 'kept', extra: null, row_no: null },
      ])
      await expect(rig.load([{ id: 'longer than twenty characters' }], { key: 'b', fence: 4 })).rejects.toMatchObject({
        code: 'SINK_FAILED',
        retryable: false,
      })
    })
  })

  describe('types', () => {
    test('whole numbers and floats of different files meet where every value stays exact', async () => {
      await rig.load([{ n: 1, d: 5n }], {}, { types: { n: { kind: 'int64' }, d: { kind: 'decimal', precision: 10, scale: 2 } } })
      await rig.load([{ n: 0.5, d: 2n ** 60n }], { key: 'b', fence: 2 }, { types: { d: { kind: 'int64' } } })
      expect(await query(`SELECT n, d FROM ${rig.schema}.events ORDER BY file_no`)).toEqual([
        { n: 1, d: '0.05' },
        { n: 0.5, d: String(2n ** 60n) },
      ])
    })

    test.each([
      ['the table', [2n ** 53n + 1n, { kind: 'int64' }], [0.5, { kind: 'float64' }]],
      ['the file', [0.5, { kind: 'float64' }], [2n ** 53n + 1n, { kind: 'int64' }]],
      ['text and numbers', [1, { kind: 'int64' }], ['a cell 4711', { kind: 'utf8' }]],
    ] as const)('a type that cannot hold both exactly fails the file, with the remedy: %s', async (_name, [before, was], [after, is]) => {
      await rig.load([{ n: before }], {}, { types: { n: was } })
      const failed = await rig.load([{ n: after }], { key: 'b', fence: 2 }, { types: { n: is } }).catch((error: unknown) => error)
      expect(failed).toMatchObject({ code: 'SINK_FAILED', scope: 'file', retryable: false, location: { key: 'b', column: 'n' } })
      expect(JSON.stringify(failed)).not.toContain('4711')
      const remedy = /ALTER TABLE .* TYPE text/.exec(String((failed as { remedy: string }).remedy))?.[0] ?? ''
      await query(remedy)
      await rig.load([{ n: after }], { key: 'b', fence: 3 }, { types: { n: is } })
      expect(await query(`SELECT n FROM ${rig.schema}.events ORDER BY file_no`)).toEqual([{ n: String(before) }, { n: String(after) }])
    })

    test('JavaScript values may change their type from batch to batch', async () => {
      const writer = await rig.open(sinkFile(), { table: 'events' })
      for (const [i, values] of [[1, 2.5], [null, undefined], [7n, 8], [{ a: 1 }]].entries()) {
        const list: readonly unknown[] = values
        const batch = mappedBatch(
          list.map((v) => ({ v })),
          { firstRow: 10 * i + 1 },
        )
        await writer.write({ ...batch, columns: { v: { kind: 'values', length: list.length, validity: null, values: list } } }, options)
      }
      await expect(writer.commit({ rows: 7, rejected: 0 }, options)).rejects.toMatchObject({
        code: 'SINK_FAILED',
        location: { column: 'v' },
      })
      await writer.abort('', options)
      expect(await query(`SELECT to_regclass('${rig.schema}.events') AS made`)).toEqual([{ made: null }])
    })

    test('a text with U+0000 fails the file, with its row', async () => {
      const nul = rig.load([{ t: 'fine' }, { t: 'a\0b' }], { key: 'k' })
      await expect(nul).rejects.toMatchObject({ code: 'SINK_FAILED', retryable: false, location: { key: 'k', row: 2, column: 't' } })
      const inside = rig.load([{ tags: { t: 'a\0b' } }], { key: 'k', fence: 2 })
      await expect(inside).rejects.toMatchObject({ code: 'SINK_FAILED', location: { row: 1, column: 'tags' } })
    })
  })

  describe('two workers', () => {
    test('who asks while a commit is open waits, and finds the receipt', async () => {
      const first = await rig.open(sinkFile({ fence: 1 }), { table: 'events' })
      await first.write(mappedBatch([{ a: 1 }]), options)
      let asked: Promise<unknown> | undefined
      installProbe(async (point, { fence }) => {
        if (point !== 'P20' || fence !== 1) return
        asked = postgresSink(rig.otherPool, { schema: rig.schema }).begin(sinkFile({ fence: 2 }), options)
        await new Promise((resolve) => setTimeout(resolve, 60))
      })
      const receipt = await first.commit({ rows: 1, rejected: 0 }, options)
      installProbe(undefined)
      expect(await asked).toEqual(receipt)
      expect(await query(`SELECT a FROM ${rig.schema}.events`)).toEqual([{ a: 1 }])
    })

    test.each(['P15', 'P19', 'P20', 'P24'] satisfies ProbePoint[])(
      'an error at %s leaves no row, and the file can be taken again',
      async (at) => {
        const writer = await rig.open(sinkFile({ fence: 1 }), { table: 'events' })
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
        expect(rig.pool.idleCount).toBe(rig.pool.totalCount)
        await rig.load([{ a: 1 }], { fence: 2 })
        expect(await query(`SELECT a FROM ${rig.schema}.events`)).toEqual([{ a: 1 }])
      },
    )

    test('an abort during a commit gives the connection up, and nothing is left of it', async () => {
      const writer = await rig.open(sinkFile({ fence: 1 }), { table: 'events' })
      await writer.write(mappedBatch([{ a: 1 }]), options)
      let abort: Promise<void> | undefined
      installProbe((point) => {
        if (point === 'P20') abort = writer.abort('deadline', options)
      })
      await expect(writer.commit({ rows: 1, rejected: 0 }, options)).rejects.toMatchObject({ code: 'COMMIT_IN_DOUBT' })
      await abort
      installProbe(undefined)
      await rig.load([{ a: 2 }], { fence: 2 })
      expect(await query(`SELECT a FROM ${rig.schema}.events`)).toEqual([{ a: 2 }])
    })

    test('an error after the commit changes nothing: the next claim finds the receipt', async () => {
      const writer = await rig.open(sinkFile({ fence: 1 }), { table: 'events' })
      await writer.write(mappedBatch([{ a: 1 }]), options)
      installProbe((point) => {
        if (point === 'P21') throw new SinkError('SINK_FAILED', 'reply lost')
      })
      await expect(writer.commit({ rows: 1, rejected: 0 }, options)).rejects.toThrow('reply lost')
      installProbe(undefined)
      await writer.abort('in doubt', options)
      const answer = await postgresSink(rig.pool, { schema: rig.schema }).begin(sinkFile({ fence: 2 }), options)
      expect(answer).toMatchObject({ rows: 1, fence: 1 })
    })

    test('a deadlock is tried again, with the rows that are staged', async () => {
      await rig.load([{ a: 0 }], { key: 'c' })
      const writer = await rig.open(sinkFile({ fence: 2 }), { table: 'events' })
      await writer.write(mappedBatch([{ a: 1 }]), options)
      let hits = 0
      installProbe((point) => {
        if (point === 'P20' && hits++ === 0) throw Object.assign(new Error('deadlock detected'), { code: '40P01' })
      })
      expect(await writer.commit({ rows: 1, rejected: 0 }, options)).toMatchObject({ rows: 1, fence: 2 })
      installProbe(undefined)
      expect(await query(`SELECT a FROM ${rig.schema}.events ORDER BY 1`)).toEqual([{ a: 0 }, { a: 1 }])
    })

    test('a worker that is killed inside its commit leaves nothing that waits', { timeout: 60_000 }, async () => {
      await rig.load([{ a: 0 }], { key: 'c' })
      const at = (path: string): string => JSON.stringify(new URL(`../../../src/${path}`, import.meta.url).href)
      const file = `{ ...${JSON.stringify(sinkFile({ fence: 2 }))}, sourceTime: new Date(0), asOf: new Date(0) }`
      const program = `
        const { Pool } = (await import(${JSON.stringify(import.meta.resolve('pg'))})).default
        const { postgresSink } = await import(${at('sinks/postgres/postgres-sink.ts')})
        const { mappedBatch } = await import(${at('testing/mapped-batch.ts')})
        const { installProbe } = await import(${at('util/probe.ts')})
        const options = { signal: new AbortController().signal }
        const pool = new Pool({ connectionString: ${JSON.stringify(rig.url)}, max: 4 })
        const writer = await postgresSink(pool, { schema: ${JSON.stringify(rig.schema)}, table: 'events' }).begin(${file}, options)
        await writer.write(mappedBatch([{ a: 1 }]), options)
        installProbe((point) => { if (point === 'P20') { console.log('held'); return new Promise(() => {}) } })
        await writer.commit({ rows: 1, rejected: 0 }, options)`
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      child.kill('SIGKILL')
      await once(child, 'exit')
      const answer = await postgresSink(rig.pool, { schema: rig.schema, table: 'events' }).begin(sinkFile({ fence: 3 }), options)
      if (!('write' in answer)) throw new Error('nothing was committed')
      await answer.write(mappedBatch([{ a: 1 }]), options)
      await answer.commit({ rows: 1, rejected: 0 }, options)
      expect(await query(`SELECT a FROM ${rig.schema}.events ORDER BY 1`)).toEqual([{ a: 0 }, { a: 1 }])
    })
  })

  test('no server is an outage that takes no attempt', async () => {
    const { poolAt } = await import('../../servers/postgres-server.js')
    const pool = poolAt('postgres://postgres@127.0.0.1:1/none')
    await expect(postgresSink(pool).begin(sinkFile(), options)).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
      scope: 'job',
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED') as string,
    })
    await pool.end()
  })
})
