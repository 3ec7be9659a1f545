import type { Pool } from 'pg'
import { afterAll, afterEach, beforeEach } from 'vitest'
import type { FileWriter } from '../../../src/contracts/sink.js'
import type { SinkFile } from '../../../src/model/file.js'
import type { Receipt } from '../../../src/model/receipt.js'
import { type PostgresSinkOptions, postgresSink } from '../../../src/sinks/postgres/postgres-sink.js'
import { type MappedBatchOptions, mappedBatch } from '../../../src/testing/mapped-batch.js'
import { dropSchema, freshSchema, poolAt, startPostgres } from '../../servers/postgres-server.js'
import { sinkFile } from '../sink-file.js'

export const options = { signal: new AbortController().signal }

const server = await startPostgres()
/** Why there is no server, where there is none. */
export const missing = 'missing' in server ? server.missing : undefined
const url = 'url' in server ? server.url : ''

/** A schema for each test, and two pools as two processes would have them. */
export interface PostgresRig {
  readonly url: string
  readonly pool: Pool
  readonly otherPool: Pool
  schema: string
  query(sql: string): Promise<Record<string, unknown>[]>
  open(file?: SinkFile, more?: PostgresSinkOptions): Promise<FileWriter<object>>
  load(records: readonly object[], file?: Partial<SinkFile>, batch?: MappedBatchOptions): Promise<Receipt>
}

/** To be called once, at the top of a test file. */
export function postgresRig(): PostgresRig {
  // What a crash of the server would lose is not what the tests are about.
  const fast = { max: 8, options: '-c synchronous_commit=off -c client_min_messages=warning' }
  const [pool, otherPool] = [poolAt(url, fast), poolAt(url, fast)]
  const rig: PostgresRig = {
    url,
    pool,
    otherPool,
    schema: '',
    query: async (sql) => (await pool.query(sql)).rows as Record<string, unknown>[],
    async open(file = sinkFile(), more = {}) {
      const answer = await postgresSink(pool, { schema: rig.schema, ...more }).begin(file, options)
      if (!('write' in answer)) throw new Error('a receipt where a writer was expected')
      return answer
    },
    async load(records, file = {}, batch = {}) {
      const writer = await rig.open(sinkFile(file), { table: 'events' })
      try {
        await writer.write(mappedBatch(records, batch), options)
        return await writer.commit({ rows: records.length, rejected: 0 }, options)
      } catch (error) {
        await writer.abort(error, options)
        throw error
      }
    },
  }
  beforeEach(() => {
    rig.schema = freshSchema()
  })
  afterEach(async () => {
    if (missing === undefined) await dropSchema(url, rig.schema)
  })
  afterAll(async () => {
    await pool.end()
    await otherPool.end()
    if ('stop' in server) await server.stop()
  })
  return rig
}
