import { Client, Pool } from 'pg'
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Claim, JobStore } from '../../src/contracts/job-store.js'
import { fileLedger } from '../../src/stores/file-ledger.js'
import { jobRows } from '../../src/stores/job-rows.js'
import { postgresStore } from '../../src/stores/postgres/postgres-store.js'
import { PostgresTransactions } from '../../src/stores/postgres/postgres-transactions.js'
import { dropSchema, freshSchema, poolAt, startPostgres } from '../servers/postgres-server.js'
import { startTcpProxy } from '../servers/tcp-proxy.js'
import { claimOptions, completion, discover, objectAt, saveJob, signal } from './job-in-store.js'

const server = await startPostgres()
const missing = 'missing' in server ? server.missing : undefined
const url = 'url' in server ? server.url : ''
const ends: (() => Promise<void>)[] = []

afterAll(async () => {
  for (const end of ends.reverse()) await end()
  if ('stop' in server) await server.stop()
})

/** A pool that ends with the file. */
function pool(max = 4, at = url): Pool {
  const made = poolAt(at, { max, options: '-c synchronous_commit=off' })
  ends.push(() => made.end())
  return made
}

/** The name of a schema that is dropped at the end. */
function schemaName(): string {
  const schema = freshSchema()
  ends.push(() => dropSchema(url, schema))
  return schema
}

async function claimOne(store: JobStore): Promise<Claim> {
  const [claim] = (await store.ledger.claim('job', claimOptions())).claims
  if (claim === undefined) throw new Error('no claim')
  return claim
}

const states = async (store: JobStore) => (await store.ledger.files('job', { signal, limit: 9 })).map(({ state }) => state)

describe.skipIf(missing !== undefined)(`postgresStore${missing === undefined ? '' : ` (${missing})`}`, () => {
  const shared = missing === undefined ? schemaName() : ''
  const common = missing === undefined ? pool() : (undefined as never)
  const store = missing === undefined ? postgresStore(common, { schema: shared }) : (undefined as never)

  beforeEach(async () => {
    await store.jobs.list({ signal, limit: 1 })
    const tables = ['attempt', 'file', 'job_tally', 'job_poll', 'job_pin', 'job_schema', 'job']
    await common.query(tables.map((table) => `DELETE FROM ${shared}.${table}`).join('; '))
  })

  describe('what is given to it', () => {
    test('no pool, a client in its place, and names that are none', async () => {
      expect(() => postgresStore({} as never)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
      for (const schema of ['', 'pg_x', 'x'.repeat(64), 'a\0b']) {
        expect(() => postgresStore(common, { schema })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
      }
      const client = new Client({ connectionString: url })
      onTestFinished(() => client.end())
      const wrong = postgresStore(client as never, { schema: shared })
      await expect(wrong.jobs.load('job', { signal })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        remedy: expect.stringContaining('Pool'),
      })
    })

    test('a schema by any name, without rights beyond its own', async () => {
      const schema = `O'Brien "${freshSchema()}" é`
      const role = `role_${freshSchema()}`
      const quoted = `"${schema.replaceAll('"', '""')}"`
      await common.query(`CREATE ROLE ${role} LOGIN; CREATE SCHEMA ${quoted} AUTHORIZATION ${role}`)
      ends.push(async () => void (await common.query(`DROP SCHEMA ${quoted} CASCADE; DROP OWNED BY ${role}; DROP ROLE ${role}`)))
      const pool = poolAt(url, { max: 2, options: `-c role=${role}` })
      ends.push(() => pool.end())
      const narrow = postgresStore(pool, { schema })
      await saveJob(narrow)
      await discover(narrow, 0, 1)
      expect((await claimOne(narrow)).first).toBe(true)
      const denied = postgresStore(pool, { schema: shared })
      await expect(denied.jobs.load('job', { signal })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true })
    })

    test('keys and columns that are no text of Postgres', async () => {
      await saveJob(store)
      for (const key of ['a\0b', 'a\ud800']) {
        const object = { ...objectAt(0), key }
        expect(await store.ledger.discover('job', [{ object }], { signal })).toEqual([])
        expect(await store.ledger.unknown('job', [object, objectAt(1)], { signal })).toEqual([object, objectAt(1)])
      }
      const pins = ['a\0b', 'a\\u0000b', 'a\ud800', '"', '__proto__'].map((column, i) => ({
        column,
        type: { kind: i % 2 === 0 ? ('utf8' as const) : ('int64' as const) },
      }))
      expect(await store.jobs.pin('job', 1, pins, { signal })).toEqual(pins)
      const others = pins.map(({ column }) => ({ column, type: { kind: 'bool' as const } }))
      expect(await store.jobs.pin('job', 1, others, { signal })).toEqual(pins)
    })

    test('issues and errors come back as they were, whatever text is in them', async () => {
      await saveJob(store)
      await discover(store, 0, 1)
      const claim = await claimOne(store)
      const message = 'a\0b "quoted" \\u0000 \ud800 é \u{10ffff}'
      const issue = { code: 'cell-type', severity: 'error', message, row: 2, value: message } as const
      const error = { name: 'SinkError', code: 'SINK_FAILED', message } as const
      await store.ledger.finish(claim, { as: 'fail', error, issues: [issue], partialRows: 0 }, { signal })
      const [file] = await store.ledger.files('job', { signal, limit: 1 })
      expect([file?.error, file?.issues]).toEqual([error, [issue]])
    })

    test('times before the first one of Postgres are taken as that', async () => {
      await saveJob(store)
      const object = { ...objectAt(0), lastModified: new Date(-8.64e15) }
      await store.ledger.discover('job', [{ object }, { object: { ...objectAt(1), lastModified: new Date(8.64e15) } }], { signal })
      const files = await store.ledger.files('job', { signal, limit: 2 })
      expect(files.map(({ sourceTime }) => sourceTime.getTime())).toEqual([-210_866_803_200_000, 8.64e15])
    })
  })

  describe('time', () => {
    test("is the server's, however wrong this machine's is", async () => {
      await saveJob(store)
      await discover(store, 0, 1)
      vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2001-01-01T00:00:00Z') })
      onTestFinished(() => void vi.useRealTimers())
      const claim = await claimOne(store)
      expect(new Date().getUTCFullYear()).toBe(2001)
      const [{ at }] = (await common.query('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS at')).rows as [{ at: number }]
      expect(Math.abs(claim.leaseUntil.getTime() - 60_000 - at)).toBeLessThan(20_000)
      expect(Math.abs(claim.asOf.getTime() - at)).toBeLessThan(20_000)
    })
  })

  describe('locks', () => {
    test('a claim waits for nobody: it passes over what another is about to take, and whose sibling is', async () => {
      await saveJob(store)
      await discover(store, 0, 3)
      for (const claim of (await store.ledger.claim('job', claimOptions({ limit: 3 }))).claims) {
        await store.ledger.finish(claim, { as: 'release', notBeforeMs: 0 }, { signal })
      }
      const v2 = { ...objectAt(1), version: 'e:new:1' }
      await store.ledger.discover('job', [{ object: v2 }], { signal })
      const other = await common.connect()
      onTestFinished(() => other.release())
      await other.query('BEGIN')
      // Another is at the file 0, and at the first version of the file 1.
      await other.query(`SELECT 1 FROM ${shared}.file WHERE key = ANY($1) AND version <> $2 FOR UPDATE`, [
        [objectAt(0).key, v2.key],
        v2.version,
      ])
      const { claims } = await store.ledger.claim('job', claimOptions({ limit: 9 }))
      expect(claims.map(({ entry }) => entry.key)).toEqual([objectAt(2).key])
      const waiting = store.ledger.claim('job', claimOptions({ limit: 9 }))
      await new Promise((resolve) => setTimeout(resolve, 100))
      await other.query('ROLLBACK')
      // Nothing else was left: the keys were looked at again when they were free. One that was not yet is for the next claim.
      const again = (await waiting).claims
      expect(again.length).toBeGreaterThan(0)
      const rest = (await store.ledger.claim('job', claimOptions({ limit: 9 }))).claims
      expect([...again, ...rest].map(({ entry }) => entry.key).toSorted()).toEqual([objectAt(0).key, v2.key])
    })

    test('a key that stays busy is left alone after a while', async () => {
      const transactions = new PostgresTransactions(common, { schema: shared, patienceMs: 50 })
      const hasty: JobStore = { jobs: jobRows(transactions), ledger: fileLedger(transactions) }
      await saveJob(hasty)
      await discover(hasty, 0, 1)
      await store.ledger.finish(await claimOne(hasty), { as: 'release', notBeforeMs: 0 }, { signal })
      await hasty.ledger.discover('job', [{ object: { ...objectAt(0), version: 'e:new:1' } }], { signal })
      const other = await common.connect()
      onTestFinished(() => other.release())
      await other.query('BEGIN')
      await other.query(`SELECT 1 FROM ${shared}.file WHERE version = 'e:new:1' FOR UPDATE`)
      expect((await hasty.ledger.claim('job', claimOptions())).claims).toEqual([])
      await other.query('ROLLBACK')
    })

    test('a file that is being sealed is not claimed, though its lease is over', async () => {
      await saveJob(store)
      await discover(store, 0, 1)
      const [claim] = (await store.ledger.claim('job', claimOptions({ leaseMs: 1 }))).claims
      if (claim === undefined) throw new Error('no claim')
      const sink = await common.connect()
      onTestFinished(() => sink.release())
      await sink.query('BEGIN')
      await new Promise((resolve) => setTimeout(resolve, 10))
      expect(await store.ledger.finish(claim, completion(claim), { signal, transaction: sink })).toBe(true)
      expect((await store.ledger.claim('job', claimOptions({ worker: 'two/x' }))).claims).toEqual([])
      await sink.query('COMMIT')
      expect(await states(store)).toEqual(['imported'])
    })

    test('a deadlock is tried again', async () => {
      await saveJob(store)
      await discover(store, 0, 1)
      const claim = await claimOne(store)
      const other = await common.connect()
      onTestFinished(() => other.release())
      await other.query(`BEGIN; SET LOCAL deadlock_timeout = '10s'; SELECT 1 FROM ${shared}.job_tally FOR UPDATE`)
      // Holds the file, waits for the tally; the other holds the tally, waits for the file: the server ends one of the two.
      const finishing = store.ledger.finish(claim, completion(claim), { signal })
      await expect
        .poll(
          async () =>
            (await common.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%job_tally%'")).rowCount,
        )
        .toBeGreaterThan(0)
      await other.query(`SELECT 1 FROM ${shared}.file FOR UPDATE`)
      await other.query('ROLLBACK')
      expect(await finishing).toBe(true)
      expect((await store.ledger.tally('job', { signal })).files.imported).toBe(1)
    })
  })

  describe('seal', () => {
    test('rows and seal are one transaction, and roll back together', async () => {
      expect(store.database).toBe(common)
      await saveJob(store)
      await discover(store, 0, 1)
      await common.query(`CREATE TABLE IF NOT EXISTS ${shared}.rows (n int)`)
      const claim = await claimOne(store)
      const sink = await common.connect()
      onTestFinished(() => sink.release())
      for (const [end, rows, imported] of [
        ['ROLLBACK', '0', 0],
        ['COMMIT', '1', 1],
      ] as const) {
        await sink.query('BEGIN')
        await sink.query(`INSERT INTO ${shared}.rows VALUES (1)`)
        expect(await store.ledger.finish(claim, completion(claim), { signal, transaction: sink })).toBe(true)
        await sink.query(end)
        const [counted] = (await common.query(`SELECT count(*) AS n FROM ${shared}.rows`)).rows as [{ n: string }]
        expect([counted.n, (await store.ledger.tally('job', { signal })).files.imported]).toEqual([rows, imported])
      }
    })

    test('outside a transaction, or on no client, it is refused', async () => {
      await saveJob(store)
      await discover(store, 0, 1)
      const claim = await claimOne(store)
      const sink = await common.connect()
      onTestFinished(() => sink.release())
      for (const transaction of [sink, common, {}, null]) {
        const sealed = store.ledger.finish(claim, completion(claim), { signal, transaction })
        await expect(sealed).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
      }
      expect(await states(store)).toEqual(['claimed'])
    })
  })

  describe('an idle poll', () => {
    test('writes the row of its poll and takes a fence, nothing else', async () => {
      await saveJob(store)
      await discover(store, 0, 100)
      const said: string[] = []
      const watched = {
        query: (text: string, values?: unknown[]) => common.query(text, values as unknown[]),
        async connect() {
          const client = await common.connect()
          return {
            query(text: string, values?: unknown[]) {
              said.push(text)
              return values === undefined ? client.query(text) : client.query(text, values)
            },
            release: (destroy?: boolean) => client.release(destroy),
          }
        },
      }
      const idle = postgresStore(watched, { schema: shared })
      const page = Array.from({ length: 100 }, (_, i) => objectAt(i))
      expect(await idle.ledger.unknown('job', page, { signal })).toEqual([])
      await idle.ledger.due('job', { signal })
      await idle.ledger.pollState('job', { signal })
      await idle.ledger.tally('job', { signal })
      const began = said.filter((text) => text.startsWith('BEGIN'))
      // The first looks whether the tables are there.
      expect(began.map((text) => text.includes('READ ONLY'))).toEqual([false, true, true, true, true])
      const before = said.length
      const lease = await idle.ledger.takePoll('job', { signal, worker: 'one/x', leaseMs: 1_000 })
      expect(lease && (await idle.ledger.keepPoll(lease, { cursor: {}, nextPollMs: 10 }, { signal, leaseMs: 1_000 }))).toBe(true)
      const written = said.slice(before).filter((text) => /^\s*(INSERT|UPDATE|DELETE)/.test(text))
      expect(written.length).toBe(2)
      expect(written.every((text) => text.includes('job_poll'))).toBe(true)
    })
  })

  describe('a connection that is lost', () => {
    async function proxied() {
      const { hostname, port, username, password, pathname } = new URL(url)
      const proxy = await startTcpProxy(hostname, Number(port || 5432))
      ends.push(() => proxy.close())
      const through = pool(2, `postgres://${username}:${password}@127.0.0.1:${proxy.port}${pathname}`)
      return { proxy, store: postgresStore(through, { schema: shared }), through }
    }

    test('before COMMIT: the transaction runs again on another', async () => {
      const { proxy, store: cut } = await proxied()
      await saveJob(cut)
      await discover(cut, 0, 1)
      proxy.cut({ text: 'SKIP LOCKED', when: 'unsent' })
      const claim = await claimOne(cut)
      expect(claim.entry.attempts).toBe(1)
      proxy.cut({ text: 'UPDATE', when: 'unanswered' })
      expect(await cut.ledger.finish(claim, completion(claim), { signal })).toBe(true)
      expect(proxy.cuts).toBe(2)
      expect((await store.ledger.tally('job', { signal })).files.imported).toBe(1)
      expect((await store.ledger.attempts('job', claim.entry.key, { signal })).map(({ outcome }) => outcome)).toEqual(['complete'])
    })

    test('the reply of COMMIT: an outage, and what was written is found by asking again', async () => {
      const { proxy, store: cut } = await proxied()
      await saveJob(cut)
      await discover(cut, 0, 1)
      proxy.cut({ text: 'COMMIT\0', when: 'unanswered' })
      const lost = {
        code: 'STORE_UNAVAILABLE',
        retryable: true,
        scope: 'job',
        message: expect.stringContaining('before a commit was answered'),
      }
      await expect(cut.ledger.claim('job', claimOptions({ leaseMs: 1 }))).rejects.toMatchObject(lost)
      // The server may be at it yet.
      await expect.poll(() => states(store)).toEqual(['claimed'])
      const claim = await claimOne(cut)
      expect([claim.entry.crashes, claim.first]).toEqual([1, false])
      proxy.cut({ text: 'COMMIT\0', when: 'unanswered' })
      await expect(cut.ledger.finish(claim, completion(claim), { signal })).rejects.toMatchObject(lost)
      await expect.poll(() => states(store)).toEqual(['imported'])
      expect(await cut.ledger.finish(claim, completion(claim), { signal })).toBe(true)
      expect((await store.ledger.tally('job', { signal })).files.imported).toBe(1)
    })

    test('COMMIT itself unsent: nothing was written, and asking again writes it', async () => {
      const { proxy, store: cut } = await proxied()
      await saveJob(cut)
      await discover(cut, 0, 1)
      const claim = await claimOne(cut)
      proxy.cut({ text: 'COMMIT\0', when: 'unsent' })
      await expect(cut.ledger.finish(claim, completion(claim), { signal })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      expect(await states(store)).toEqual(['claimed'])
      expect(await cut.ledger.finish(claim, completion(claim), { signal })).toBe(true)
    })

    test('while idle, or by the server: nobody notices, not even a host who does not listen', async () => {
      const own = new Pool({ connectionString: url, max: 2 })
      ends.push(() => own.end())
      const ended = postgresStore(own, { schema: shared })
      await saveJob(ended)
      await discover(ended, 0, 1)
      const [{ pid }] = (await own.query('SELECT pg_backend_pid() AS pid')).rows as [{ pid: number }]
      await common.query('SELECT pg_terminate_backend($1)', [pid])
      expect(await states(ended)).toEqual(['pending'])
    })

    test('an abort is heard while a statement waits, and the connection is not used again', async () => {
      await saveJob(store)
      await discover(store, 0, 1)
      const claim = await claimOne(store)
      const own = pool(1)
      const waiting = postgresStore(own, { schema: shared })
      await waiting.jobs.load('job', { signal })
      const other = await common.connect()
      onTestFinished(() => other.release())
      await other.query(`BEGIN; SELECT 1 FROM ${shared}.file FOR UPDATE`)
      const aborting = new AbortController()
      const renewed = waiting.ledger.renew(claim, { signal: aborting.signal, leaseMs: 60_000 })
      setTimeout(() => aborting.abort(new Error('stop')), 50)
      await expect(renewed).rejects.toThrow('stop')
      await other.query('ROLLBACK')
      expect(await waiting.ledger.renew(claim, { signal, leaseMs: 60_000 })).toBeDefined()
      expect(own.totalCount).toBe(1)
    })

    test('a server that is not there is an outage, told at once', async () => {
      const gone = postgresStore(pool(1, 'postgres://127.0.0.1:1/test'), { schema: shared })
      await expect(gone.jobs.load('job', { signal })).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        retryable: true,
        message: expect.stringContaining('ECONNREFUSED'),
      })
      const ended = poolAt(url)
      await ended.end()
      await expect(postgresStore(ended, { schema: shared }).jobs.load('job', { signal })).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        remedy: 'Close the jobs before the pool.',
      })
    })
  })

  test('the database itself refuses rows that do not add up, and two claims of one key', async () => {
    await saveJob(store)
    await discover(store, 0, 2)
    const set = (sets: string) => common.query(`UPDATE ${shared}.file SET ${sets}`)
    const imported = "state = 'imported', receipt = '{}', rows_written = 1, rows_rejected = 1"
    for (const sets of [
      `${imported}, rows_read = 3`,
      `${imported}, rows_read = NULL`,
      "state = 'skipped'",
      "state = 'failed'",
      "state = 'claimed'",
    ]) {
      await expect(set(sets)).rejects.toMatchObject({ code: '23514' })
    }
    await set("key = 'same', version = file_no")
    await expect(set("state = 'claimed', owner = 'x', lease_until = now()")).rejects.toMatchObject({ code: '23505' })
  })

  test('tables that were changed by hand are told, never taken for empty', async () => {
    await saveJob(store)
    await common.query(`ALTER TABLE ${shared}.job_poll RENAME TO job_poll_gone`)
    try {
      await expect(store.ledger.pollState('job', { signal })).rejects.toMatchObject({ code: 'LEDGER_UNREADABLE' })
    } finally {
      await common.query(`ALTER TABLE ${shared}.job_poll_gone RENAME TO job_poll`)
    }
    await common.query(`DELETE FROM ${shared}.job_tally`)
    await expect(store.ledger.tally('job', { signal })).rejects.toMatchObject({ code: 'LEDGER_UNREADABLE' })
  })

  test('a claim among 100,000 pending files, and a page looked up among them', { timeout: 60_000 }, async () => {
    await saveJob(store)
    await discover(store, 0, 1)
    const names = (
      await common.query('SELECT column_name AS name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2', [
        shared,
        'file',
      ])
    ).rows as { name: string }[]
    const copied = names.map(({ name }) => name).filter((name) => name !== 'file_no' && name !== 'key')
    await common.query(`INSERT INTO ${shared}.file (file_no, key, ${copied.join(', ')})
      SELECT nextval('${shared}.file_seq'), 'k/' || lpad(i::text, 8, '0'), ${copied.map((name) => `f.${name}`).join(', ')}
      FROM generate_series(1, 99999) AS i, ${shared}.file AS f; ANALYZE ${shared}.file`)
    expect((await store.ledger.tally('job', { signal })).files.pending).toBe(100_000)
    const timed = async (times: number, work: (i: number) => Promise<unknown>): Promise<number> => {
      const started = performance.now()
      for (let i = 0; i < times; i++) await work(i)
      return (performance.now() - started) / times
    }
    const claim = await timed(20, () => store.ledger.claim('job', claimOptions()))
    const page = await timed(10, (i) =>
      store.ledger.unknown(
        'job',
        Array.from({ length: 1_000 }, (_, n) => objectAt(i * 1_000 + n)),
        { signal },
      ),
    )
    const due = await timed(10, () => store.ledger.due('job', { signal }))
    const status = await timed(5, () => store.ledger.tally('job', { signal }))
    const ms = (value: number): string => `${value.toFixed(2)} ms`
    console.info(`100,000 pending: claim ${ms(claim)}, page of 1,000 ${ms(page)}, due ${ms(due)}, tally ${ms(status)}`)
    // Loose: a scan of the table takes longer than any of these.
    expect(claim).toBeLessThan(200)
    expect(page).toBeLessThan(500)
  })
})
