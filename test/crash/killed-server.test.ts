import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { ImportError } from '../../src/errors.js'
import { ImportJob } from '../../src/job/import-job.js'
import { rowMapper } from '../../src/mappers/row-mapper/row-mapper.js'
import { postgresSink } from '../../src/sinks/postgres/postgres-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { postgresStore } from '../../src/stores/postgres/postgres-store.js'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.js'
import { installProbe } from '../../src/util/probe.js'
import { startMortalPostgres } from '../servers/mortal-postgres.js'
import { freshSchema, poolAt } from '../servers/postgres-server.js'

const FILES = 5
const ROWS = 60
/** At whose commit the server dies. */
const NTH = 3

const { signal } = new AbortController()
const server = await startMortalPostgres()
const missing = 'missing' in server ? server.missing : undefined
const folder = await mkdtemp(join(tmpdir(), 'lading-killed-server-'))
afterEach(() => installProbe(undefined))
afterAll(async () => {
  await rm(folder, { recursive: true })
  if ('stop' in server) await server.stop()
})

const keyOf = (file: number): string => `part-${file}.csv`
const idsOf = (file: number): string[] => Array.from({ length: ROWS }, (_, row) => `${file}-${row + 1}`)
const files = Array.from({ length: FILES }, (_, file) => file)
const objects = Object.fromEntries(files.map((file) => [keyOf(file), `id\n${idsOf(file).join('\n')}\n`]))

/** From now on a commit lasts: it is on this server's disk, and waits for another server, which never answers. */
async function holdCommits(pool: Pool): Promise<void> {
  await pool.query("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
  await pool.query('SELECT pg_reload_conf()')
  for (let held = false; !held; ) {
    let ended = false
    // The last of these is held, and dies with the server.
    pool.query("SELECT pg_logical_emit_message(true, 'lading', 'is it held?')").then(
      () => (ended = true),
      () => (ended = true),
    )
    while (!held && !ended) {
      held = (await pool.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'")).rows.length > 0
      await delay(10)
    }
  }
}

/** Resolves once a transaction that wrote a receipt waits inside its COMMIT. */
async function commitIsHeld(pool: Pool, schema: string): Promise<void> {
  const held = `SELECT 1 FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE wait_event = 'SyncRep' AND relation = '${schema}.import_file'::regclass AND mode = 'RowExclusiveLock'`
  while ((await pool.query(held)).rows.length === 0) await delay(10)
}

describe.skipIf(missing !== undefined)(`a server that is killed${missing === undefined ? '' : ` (${missing})`}`, () => {
  const moments = process.env.LADING_CRASH === 'all' ? ['before COMMIT', 'inside COMMIT'] : ['inside COMMIT']
  const runs = ['shared', 'apart'].flatMap((delivery) => moments.map((moment) => ({ delivery, moment })))

  test.each(runs)('$moment, ledger $delivery: each row once', { timeout: 60_000 }, async ({ delivery, moment }) => {
    if (!('kill' in server)) throw new Error('there is a server')
    const schema = freshSchema()
    const [pool, observer] = [poolAt(server.url, { max: 6 }), poolAt(server.url, { max: 2 })]
    const store = delivery === 'shared' ? postgresStore(pool, { schema }) : sqliteStore(join(folder, `${schema}.db`))
    const mapper = rowMapper({ signature: 'killed-server/1', columns: { id: 'string' }, map: ({ id }) => ({ id }) })
    const sink = postgresSink(pool, { schema, table: 'rows' })
    const limits = { maxConcurrentFiles: 1, budgets: { batchRows: 16 }, leaseMs: 2_000 }
    const job = new ImportJob({ id: 'killed-server', source: memorySource(objects), mapper, sink, store, isolation: 'inline', ...limits })

    let commits = 0
    let struck: { readonly key: string | undefined; readonly fence: number | undefined } | undefined
    let again: Promise<void> | undefined
    const restarts = (killed: Promise<void>): Promise<void> => killed.then(() => delay(300)).then(() => server.start())
    installProbe(async (point, { key, fence }) => {
      if (point !== 'P20' || ++commits !== NTH) return
      struck = { key, fence }
      if (moment === 'inside COMMIT') await holdCommits(observer)
      const killed = moment === 'inside COMMIT' ? commitIsHeld(observer, schema).then(() => server.kill()) : server.kill()
      again = restarts(killed)
      // The commit that is to be struck has to go on.
      if (moment === 'before COMMIT') await killed
    })
    const failures = await importAll(job)
    await again

    expect(struck).toBeDefined()
    expect(failures).toBeGreaterThan(0)
    const { rows } = await pool.query<{ key: string; id: string }>(
      `SELECT key, id FROM ${schema}.rows JOIN ${schema}.import_file USING (file_no)`,
    )
    const expected = files.flatMap((file) => idsOf(file).map((id) => `${keyOf(file)} ${id}`))
    expect(rows.map(({ key, id }) => `${key} ${id}`).sort()).toEqual(expected.sort())
    const entries = await store.ledger.files('killed-server', { limit: 100, signal })
    expect(entries.map(({ key, state, attempts, crashes }) => [key, state, attempts, crashes])).toEqual(
      files.map((file) => [keyOf(file), 'imported', 0, 0]),
    )
    // A commit that was on the disk stood, though nobody heard of it; one that had not begun was taken back.
    const receipts = await pool.query<{ key: string; fence: string }>(`SELECT key, fence FROM ${schema}.import_file`)
    const fence = Number(receipts.rows.find(({ key }) => key === struck?.key)?.fence)
    expect(entries.find(({ key }) => key === struck?.key)?.receipt?.fence).toBe(fence)
    if (moment === 'inside COMMIT') expect(fence).toBe(struck?.fence)
    else expect(fence).toBeGreaterThan(struck?.fence ?? 0)
    await job.close()
    await Promise.all([pool.end(), observer.end()])
  })

  /** @returns how many errors stood in the way */
  async function importAll(job: ImportJob<object>): Promise<number> {
    const end = Date.now() + 40_000
    let failures = 0
    while (Date.now() < end) {
      try {
        const { outcome, remaining, imported, errors } = await job.runOnce()
        failures += errors.length
        if (outcome === 'completed' && remaining === 0 && imported === 0 && errors.length === 0) return failures
      } catch (error) {
        if (!(error instanceof ImportError && error.retryable)) throw error
        failures++
      }
      await delay(100)
    }
    throw new Error('the import does not end')
  }
})
