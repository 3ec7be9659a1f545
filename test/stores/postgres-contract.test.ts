import type { Pool } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import type { JobStore } from '../../src/contracts/job-store.js'
import { postgresStore } from '../../src/stores/postgres/postgres-store.js'
import { type MakeStore, storeContract } from '../../src/testing/store-contract.js'
import { dropSchema, freshSchema, poolAt, startPostgres } from '../servers/postgres-server.js'
import { agree } from './store-agreement.js'

const server = await startPostgres()
const missing = 'missing' in server ? server.missing : undefined
const url = 'url' in server ? server.url : ''
const pools: Pool[] = []
const schemas: string[] = []

afterAll(async () => {
  for (const pool of pools) await pool.end()
  for (const schema of schemas) await dropSchema(url, schema)
  if ('stop' in server) await server.stop()
})

// What a crash of the server would lose is not what the cases are about.
const fast = { max: 4, options: '-c synchronous_commit=off' }

describe.skipIf(missing !== undefined)(`postgresStore${missing === undefined ? '' : ` (${missing})`}`, () => {
  // One schema for all cases: each empties it, which is faster than to make it anew.
  const schema = freshSchema()
  schemas.push(schema)
  const [one, two] = [poolAt(url, fast), poolAt(url, fast)]
  pools.push(one, two)

  const emptyStore = async (now: () => Date): Promise<JobStore> => {
    const store = postgresStore(one, { schema, now })
    await store.jobs.list({ signal: new AbortController().signal, limit: 1 })
    const tables = ['attempt', 'file', 'job_tally', 'job_poll', 'job_pin', 'job_schema', 'job']
    await one.query(tables.map((table) => `DELETE FROM ${schema}.${table}`).join('; '))
    await one.query(`ALTER SEQUENCE ${schema}.fence_seq RESTART; UPDATE ${schema}.meta SET fence_base = 0`)
    return store
  }
  const make: MakeStore = async (now) => ({
    store: await emptyStore(now),
    another: async () => postgresStore(two, { schema, now }),
    async connect() {
      const client = await two.connect()
      const begin = async () => {
        await client.query('BEGIN')
        return client
      }
      return { begin, end: (how) => client.query(how).then(() => client.release()) }
    },
  })
  for (const { name, run } of storeContract) test(name, () => run(make))

  test('memory and Postgres answer every sequence of commands alike', async () => {
    const reached = await agree(Number(process.env.LADING_AGREEMENT_RUNS ?? 8), emptyStore)
    expect(reached.length).toBeGreaterThan(7)
  })
})
