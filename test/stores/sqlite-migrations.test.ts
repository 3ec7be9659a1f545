import Database from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { clientOf, type SqliteClient } from '../../src/stores/sqlite/client.js'
import { migrate } from '../../src/stores/sqlite/migrate.js'
import { META, MIGRATIONS } from '../../src/stores/sqlite/migrations.js'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.js'
import { claimOptions, completion, discover, saveJob, signal } from './job-in-store.js'

function opened(): SqliteClient {
  const database = new Database(':memory:')
  onTestFinished(() => void database.close())
  return clientOf(database)
}

/** Tables and indexes as the database says them. */
const shapeOf = (database: SqliteClient) =>
  database.prepare('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name').all()

/** A file as an older version of the package left it. */
function at(version: number): SqliteClient {
  const database = opened()
  database.exec(META)
  for (const statements of MIGRATIONS.slice(0, version)) database.exec(statements)
  database.exec(`UPDATE lading_meta SET schema = ${version}, fence = 41`)
  return database
}

describe('tables of an SQLite store', () => {
  test.each(MIGRATIONS.map((_, version) => version).concat(MIGRATIONS.length))(
    'come from version %i to those of a new file',
    async (version) => {
      const fresh = opened()
      migrate(fresh, 'fresh')
      const old = at(version)
      migrate(old, 'old')
      expect(shapeOf(old)).toEqual(shapeOf(fresh))
      const store = sqliteStore(old)
      await saveJob(store)
      await discover(store, 0, 1)
      const [claim] = (await store.ledger.claim('job', claimOptions())).claims
      expect(claim?.fence).toBe(42)
      expect(claim && (await store.ledger.finish(claim, completion(claim), { signal }))).toBe(true)
    },
  )

  test('a step is made once, and rows outlive it', async () => {
    const old = at(MIGRATIONS.length)
    const store = sqliteStore(old)
    await saveJob(store)
    const next = [...MIGRATIONS, "ALTER TABLE lading_job ADD COLUMN note TEXT NOT NULL DEFAULT 'none'"]
    migrate(old, 'old', next)
    migrate(old, 'old', next)
    expect(old.prepare('SELECT id, note FROM lading_job').get()).toMatchObject({ id: 'job', note: 'none' })
    expect(() => migrate(old, 'old')).toThrow(expect.objectContaining({ code: 'LEDGER_UNREADABLE' }))
  })

  test('a step that fails leaves all as it was', () => {
    const old = at(MIGRATIONS.length)
    const before = shapeOf(old)
    expect(() => migrate(old, 'old', [...MIGRATIONS, 'CREATE TABLE extra (n INTEGER)', 'CREATE TABLE lading_job (n INTEGER)'])).toThrow()
    expect(shapeOf(old)).toEqual(before)
    migrate(old, 'old')
  })
})
