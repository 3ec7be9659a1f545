import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { JobStore } from '../../src/contracts/job-store.js'
import { fileLedger } from '../../src/stores/file-ledger.js'
import { jobRows } from '../../src/stores/job-rows.js'
import { openDatabase } from '../../src/stores/sqlite/open-database.js'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.js'
import { SqliteTransactions } from '../../src/stores/sqlite/sqlite-transactions.js'
import { claimOptions, completion, discover, objectAt, saveJob, signal } from './job-in-store.js'
import { temporaryFile } from './temporary-folder.js'

/** The tests look into the file with libsql, so the store under test opens it with libsql too: two libraries must not meet on one file. */
function storeAt(path: string, patienceMs = 5_000): JobStore {
  const transactions = new SqliteTransactions(path, { driver: 'libsql', patienceMs })
  onTestFinished(() => transactions.close())
  return { jobs: jobRows(transactions), ledger: fileLedger(transactions), close: () => transactions.close() }
}

function databaseAt(path: string): Database.Database {
  const database = new Database(path)
  onTestFinished(() => void database.close())
  return database
}

const tally = (store: JobStore) => store.ledger.tally('job', { signal })

describe('opening', () => {
  test('a missing folder, a folder, a URL and an empty path are settings to correct', async () => {
    const file = await temporaryFile('jobs.db')
    const missing = sqliteStore(join(file, '..', 'none', 'jobs.db'))
    await expect(missing.jobs.load('job', { signal })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      remedy: expect.stringContaining('Create the folder'),
    })
    await mkdir(file)
    await expect(sqliteStore(file).jobs.load('job', { signal })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    for (const path of ['', 'libsql://host/db', 'http://host/', 'file:///x.db', 'a\0b']) {
      expect(() => sqliteStore(path), path).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    }
    expect(() => sqliteStore({ prepare: () => undefined })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  test('a folder that appears later is no lasting failure', async () => {
    const file = await temporaryFile('later/jobs.db')
    const store = storeAt(file)
    await expect(store.jobs.load('job', { signal })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await mkdir(join(file, '..'))
    expect(await store.jobs.load('job', { signal })).toBeUndefined()
  })

  test('a file that is no database is unreadable, and stays as it is', async () => {
    const file = await temporaryFile('jobs.db')
    const text = 'timestamp,score\n'.repeat(500)
    await writeFile(file, text)
    await expect(storeAt(file).jobs.load('job', { signal })).rejects.toMatchObject({
      code: 'LEDGER_UNREADABLE',
      scope: 'job',
      retryable: false,
    })
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  test('tables of a newer version are unreadable, never empty', async () => {
    const file = await temporaryFile('jobs.db')
    const store = storeAt(file)
    await saveJob(store)
    await store.close?.()
    databaseAt(file).exec('UPDATE lading_meta SET schema = 99')
    await expect(store.jobs.load('job', { signal })).rejects.toMatchObject({
      code: 'LEDGER_UNREADABLE',
      remedy: expect.stringContaining('Update'),
    })
  })

  test('a driver that is not there is named, with the command', async () => {
    await expect(openDatabase(':memory:', 'better-sqlite3')).rejects.toMatchObject({
      code: 'PEER_MISSING',
      remedy: 'Run: npm install libsql',
    })
  })

  test('WAL, synchronous FULL, and the tables stand', async () => {
    const file = await temporaryFile('jobs.db')
    const database = databaseAt(file)
    const store = sqliteStore(database)
    await saveJob(store)
    expect(database.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
    expect(database.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 })
  })
})

describe('closing', () => {
  test('a file is opened again by the next use', async () => {
    const store = storeAt(await temporaryFile('jobs.db'))
    await saveJob(store)
    await store.close?.()
    await store.close?.()
    expect((await store.jobs.load('job', { signal }))?.id).toBe('job')
  })

  test('a store in memory is not empty after its end: it is gone', async () => {
    const store = sqliteStore(':memory:')
    await saveJob(store)
    await store.close?.()
    await expect(store.jobs.load('job', { signal })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  test('the host closes its own handle', async () => {
    const database = new Database(':memory:')
    const store = sqliteStore(database)
    await saveJob(store)
    await store.close?.()
    expect((await store.jobs.load('job', { signal }))?.id).toBe('job')
    database.close()
    await expect(store.jobs.load('job', { signal })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: false })
  })
})

describe('damage and outage', () => {
  test('text that is no JSON and numbers beyond 2^53 are unreadable, never wrong', async () => {
    const file = await temporaryFile('jobs.db')
    const store = storeAt(file)
    await saveJob(store)
    await discover(store, 0, 2)
    const database = databaseAt(file)
    database.exec("UPDATE lading_file SET error = '{' WHERE file_no = 1")
    await expect(store.ledger.files('job', { signal, limit: 9 })).rejects.toMatchObject({ code: 'LEDGER_UNREADABLE' })
    database.exec('UPDATE lading_file SET error = NULL, size = 9007199254740993')
    await expect(store.ledger.files('job', { signal, limit: 9 })).rejects.toMatchObject({ code: 'LEDGER_UNREADABLE' })
    database.exec('DELETE FROM lading_job_tally')
    await expect(tally(store)).rejects.toMatchObject({ code: 'LEDGER_UNREADABLE' })
    database.exec('DROP TABLE lading_job_poll')
    await expect(store.ledger.pollState('job', { signal })).rejects.toMatchObject({ code: 'LEDGER_UNREADABLE' })
  })

  test('a lock that lasts is an outage, to be tried again; the host goes on meanwhile', async () => {
    const file = await temporaryFile('jobs.db')
    const store = storeAt(file, 200)
    await saveJob(store)
    const database = databaseAt(file)
    database.exec('BEGIN IMMEDIATE')
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const failed = expect(discover(store, 0, 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true, scope: 'job' })
    expect(await store.jobs.load('job', { signal })).toMatchObject({ id: 'job' })
    await failed
    clearInterval(timer)
    expect(turns).toBeGreaterThan(2)
    database.exec('COMMIT')
    await discover(store, 0, 1)
    expect((await tally(store)).files.pending).toBe(1)
  })

  test('the database itself refuses rows that do not add up, and two claims of one key', async () => {
    const file = await temporaryFile('jobs.db')
    const store = storeAt(file)
    await saveJob(store)
    await discover(store, 0, 2)
    const database = databaseAt(file)
    const imported = "state = 'imported', receipt = '{}', rows_written = 1, rows_rejected = 1"
    expect(() => database.exec(`UPDATE lading_file SET ${imported}, rows_read = 3`)).toThrow(/CHECK/)
    expect(() => database.exec(`UPDATE lading_file SET ${imported}, rows_read = NULL`)).toThrow(/CHECK/)
    expect(() => database.exec("UPDATE lading_file SET state = 'skipped'")).toThrow(/CHECK/)
    expect(() => database.exec("UPDATE lading_file SET state = 'failed'")).toThrow(/CHECK/)
    expect(() => database.exec("UPDATE lading_file SET state = 'claimed'")).toThrow(/CHECK/)
    database.exec("UPDATE lading_file SET key = 'same', version = file_no")
    expect(() => database.exec("UPDATE lading_file SET state = 'claimed', owner = 'x', lease_until = 1")).toThrow(/UNIQUE/)
  })
})

test('keys that are no text change nothing', async () => {
  const store = sqliteStore(':memory:')
  await saveJob(store)
  for (const key of ['a\0b', 'a\ud800']) {
    const object = { ...objectAt(0), key }
    expect(await store.ledger.discover('job', [{ object }], { signal })).toEqual([])
    expect(await store.ledger.unknown('job', [object], { signal })).toEqual([object])
  }
})

test('an idle poll writes its own row and nothing else', async () => {
  const database = databaseAt(await temporaryFile('jobs.db'))
  const store = sqliteStore(database)
  await saveJob(store)
  await discover(store, 0, 2_000)
  const changes = (): number => (database.prepare('SELECT total_changes() AS n').get() as { n: number }).n
  const before = changes()
  const page = Array.from({ length: 1_000 }, (_, i) => objectAt(i))
  expect(await store.ledger.unknown('job', page, { signal })).toEqual([])
  await store.ledger.due('job', { signal })
  await store.ledger.pollState('job', { signal })
  await tally(store)
  expect(changes() - before).toBe(0)
  const lease = await store.ledger.takePoll('job', { signal, worker: 'one/x', leaseMs: 1_000 })
  expect(lease && (await store.ledger.keepPoll(lease, { cursor: {}, nextPollMs: 10 }, { signal, leaseMs: 1_000 }))).toBe(true)
  // The poll row twice, and the fence.
  expect(changes() - before).toBe(3)
})

describe('one database for rows and ledger', () => {
  async function claimed() {
    const database = databaseAt(await temporaryFile('jobs.db'))
    const store = sqliteStore(database)
    expect(store.database).toBe(database)
    await saveJob(store)
    await discover(store, 0, 1)
    database.exec('CREATE TABLE rows (n INTEGER)')
    const [claim] = (await store.ledger.claim('job', claimOptions())).claims
    if (claim === undefined) throw new Error('no claim')
    const rows = (): number => (database.prepare('SELECT count(*) AS n FROM rows').get() as { n: number }).n
    return { database, store, claim, rows }
  }

  test('rows and seal are one transaction, and roll back together', async () => {
    const { database, store, claim, rows } = await claimed()
    const commit = async (end: string): Promise<boolean> => {
      database.exec('BEGIN IMMEDIATE; INSERT INTO rows VALUES (1)')
      const sealed = await store.ledger.finish(claim, completion(claim), { signal, transaction: database })
      database.exec(end)
      return sealed
    }
    expect(await commit('ROLLBACK')).toBe(true)
    expect([rows(), (await tally(store)).files.imported]).toEqual([0, 0])
    expect(await commit('COMMIT')).toBe(true)
    expect([rows(), (await tally(store)).files.imported]).toEqual([1, 1])
  })

  test('a call of the store waits until the transaction of the sink has ended', async () => {
    const { database, store, claim } = await claimed()
    database.exec('BEGIN IMMEDIATE')
    const renewed = store.ledger.renew(claim, { signal, leaseMs: 60_000, inDoubt: true })
    await new Promise((resolve) => setTimeout(resolve, 20))
    database.exec('ROLLBACK')
    expect(await renewed).toBeDefined()
    expect((await store.ledger.files('job', { signal, limit: 1 }))[0]?.inDoubt).toBe(true)
  })

  test('a seal outside a transaction is refused', async () => {
    const { database, store, claim } = await claimed()
    const sealed = store.ledger.finish(claim, completion(claim), { signal, transaction: database })
    await expect(sealed).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

test('a claim among 100,000 pending files, and a page looked up among them', { timeout: 60_000 }, async () => {
  const file = await temporaryFile('jobs.db')
  const store = storeAt(file)
  await saveJob(store)
  await discover(store, 0, 1)
  const columns = (databaseAt(file).prepare('SELECT name FROM pragma_table_info(?)').all('lading_file') as { name: string }[]).map(
    ({ name }) => name,
  )
  const copied = columns.filter((name) => name !== 'file_no' && name !== 'key').join(', ')
  databaseAt(file).exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
    INSERT INTO lading_file (key, ${copied}) SELECT printf('k/%08d', i), ${copied} FROM n, lading_file`)
  expect((await tally(store)).files.pending).toBe(100_000)
  const timed = async (times: number, work: (i: number) => Promise<unknown>): Promise<number> => {
    const started = performance.now()
    for (let i = 0; i < times; i++) await work(i)
    return (performance.now() - started) / times
  }
  const claim = await timed(50, () => store.ledger.claim('job', claimOptions()))
  const page = await timed(20, (i) =>
    store.ledger.unknown(
      'job',
      Array.from({ length: 1_000 }, (_, n) => objectAt(i * 1_000 + n)),
      { signal },
    ),
  )
  const due = await timed(20, () => store.ledger.due('job', { signal }))
  const status = await timed(5, () => tally(store))
  const ms = (value: number): string => `${value.toFixed(2)} ms`
  console.info(`100,000 pending: claim ${ms(claim)}, page of 1,000 ${ms(page)}, due ${ms(due)}, tally ${ms(status)}`)
  // Loose: a scan of the table takes longer than any of these.
  expect(claim).toBeLessThan(50)
  expect(page).toBeLessThan(100)
})
