import { afterAll, describe, expect, test } from 'vitest'
import { isMigrated, migrate, type SchemaName } from '../../src/stores/postgres/migrate.js'
import { META, MIGRATIONS, type Migration } from '../../src/stores/postgres/migrations.js'
import { type Query, queryOn } from '../../src/stores/postgres/postgres-session.js'
import { postgresStore } from '../../src/stores/postgres/postgres-store.js'
import { dropSchema, freshSchema, poolAt, startPostgres } from '../servers/postgres-server.js'
import { claimOptions, completion, discover, saveJob, signal } from './job-in-store.js'

const server = await startPostgres()
const missing = 'missing' in server ? server.missing : undefined
const url = 'url' in server ? server.url : ''
const pool = poolAt(url, { max: 10, options: '-c synchronous_commit=off' })
const schemas: string[] = []

afterAll(async () => {
  await pool.end()
  for (const schema of schemas) await dropSchema(url, schema)
  if ('stop' in server) await server.stop()
})

function named(): SchemaName {
  const name = freshSchema()
  schemas.push(name)
  return { name, identifier: `"${name}"` }
}

/** Work in a transaction, as the store has it. */
async function transacted<T>(work: (query: Query) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const result = await work(queryOn(client))
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

/** A schema as an older version of the package left it. */
async function at(version: number): Promise<SchemaName> {
  const schema = named()
  await transacted(async (query) => {
    await query(`CREATE SCHEMA ${schema.identifier}`)
    for (const step of [META, ...MIGRATIONS.slice(0, version)]) for (const statement of step(schema.identifier)) await query(statement)
    await query(`UPDATE ${schema.identifier}.meta SET schema = $1, fence_base = 41`, [version])
  })
  return schema
}

/** Columns, indexes and constraints as the catalogue says them, without the schema's name. */
async function shapeOf({ name }: SchemaName): Promise<unknown> {
  const lists = await Promise.all(
    [
      'SELECT table_name, ordinal_position, column_name, data_type, collation_name, is_nullable, column_default FROM information_schema.columns WHERE table_schema = $1 ORDER BY 1, 2',
      'SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = $1 ORDER BY 1, 2',
      'SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = to_regnamespace($1) ORDER BY 1, 2',
    ].map(async (sql) => (await pool.query(sql, [name])).rows),
  )
  return JSON.parse(JSON.stringify(lists).replaceAll(name, 'S'))
}

const broken: readonly Migration[] = [...MIGRATIONS, (s) => [`CREATE TABLE ${s}.extra (n int)`], (s) => [`CREATE TABLE ${s}.job (n int)`]]
const longer: readonly Migration[] = [...MIGRATIONS, (s) => [`ALTER TABLE ${s}.job ADD COLUMN note text NOT NULL DEFAULT 'none'`]]

describe.skipIf(missing !== undefined)(`tables of a Postgres store${missing === undefined ? '' : ` (${missing})`}`, () => {
  test.each(MIGRATIONS.map((_, version) => version).concat(MIGRATIONS.length))(
    'come from version %i to those of a new schema',
    async (version) => {
      const fresh = named()
      await transacted((query) => migrate(query, fresh))
      const old = await at(version)
      const store = postgresStore(pool, { schema: old.name })
      await saveJob(store)
      expect(await shapeOf(old)).toEqual(await shapeOf(fresh))
      await discover(store, 0, 1)
      const [claim] = (await store.ledger.claim('job', claimOptions())).claims
      expect(claim?.fence).toBe(42)
      expect(claim && (await store.ledger.finish(claim, completion(claim), { signal }))).toBe(true)
    },
  )

  test('eight stores at once make one', async () => {
    const { name } = named()
    const stores = Array.from({ length: 8 }, () => postgresStore(pool, { schema: name }))
    await Promise.all(stores.map((store) => store.jobs.list({ signal, limit: 1 })))
    const { rows } = await pool.query(`SELECT schema FROM "${name}".meta`)
    expect(rows).toEqual([{ schema: MIGRATIONS.length }])
  })

  test('a step is made once, and rows outlive it', async () => {
    const schema = await at(MIGRATIONS.length)
    await saveJob(postgresStore(pool, { schema: schema.name }))
    for (let i = 0; i < 2; i++) await transacted((query) => migrate(query, schema, longer))
    expect((await pool.query(`SELECT id, note FROM ${schema.identifier}.job`)).rows).toEqual([{ id: 'job', note: 'none' }])
    expect(await isMigrated(queryOn(pool), schema, longer)).toBe(true)
    // An older version of the package does not touch them.
    await expect(postgresStore(pool, { schema: schema.name }).jobs.load('job', { signal })).rejects.toMatchObject({
      code: 'LEDGER_UNREADABLE',
      remedy: expect.stringContaining('Update'),
    })
  })

  test('a step that fails leaves all as it was', async () => {
    const schema = await at(MIGRATIONS.length)
    const before = await shapeOf(schema)
    await expect(transacted((query) => migrate(query, schema, broken))).rejects.toThrow()
    expect(await shapeOf(schema)).toEqual(before)
    await saveJob(postgresStore(pool, { schema: schema.name }))
  })
})
