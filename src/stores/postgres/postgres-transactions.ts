import { ConfigError, StoreError } from '../../errors.js'
import { backoffMs } from '../../util/backoff.js'
import { systemClock } from '../../util/clock.js'
import type { StoreTransactions, TableWork } from '../store-tables.js'
import { integer } from '../stored-values.js'
import { runLater } from '../work.js'
import { type PostgresConnection, type PostgresPool, poolOf } from './client.js'
import { isMigrated, migrate, type SchemaName } from './migrate.js'
import { StatementFailed, storeErrorFrom, TryAgain } from './postgres-errors.js'
import { PostgresSession, type Query, queryOn } from './postgres-session.js'
import { postgresTables } from './postgres-tables.js'
import { TableSession } from './table-session.js'

const READ = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'
/** What a work reads it holds by locks; a snapshot for all of it would only fail more often. */
const WRITE = 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE'
/** Then the outage is told. */
const PATIENCE_MS = 5_000
/** A connection that was lost, a fresh one that was lost too: then it is no accident. */
const MOST_LOST = 3

/**
 * To the end of the transaction: a worker that stands still inside it must not keep others from its rows for long, and
 * nobody waits for ever. Then the time, and a mark that only a transaction keeps.
 */
const SETTINGS = `SELECT set_config('idle_in_transaction_session_timeout', '15s', true), set_config('lock_timeout', '10s', true),
  set_config('lading.transaction', 'open', true), floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now`

/** Pools that have a listener of ours: without one a connection that is lost while idle ends the process. */
const listened = new WeakSet<PostgresPool>()

/** Transactions on connections of a pool; each takes one for its own time. */
export class PostgresTransactions implements StoreTransactions {
  readonly database: PostgresPool
  readonly #schema: SchemaName
  readonly #now: (() => Date) | undefined
  readonly #patienceMs: number
  #migrated: Promise<void> | undefined

  constructor(
    pool: unknown,
    {
      schema = 'lading',
      now,
      patienceMs = PATIENCE_MS,
    }: { readonly schema?: string | undefined; readonly now?: (() => Date) | undefined; readonly patienceMs?: number } = {},
  ) {
    this.database = poolOf(pool)
    this.#schema = schemaName(schema)
    this.#now = now
    this.#patienceMs = patienceMs
    if (!listened.has(this.database)) this.database.on?.('error', () => {})
    listened.add(this.database)
  }

  async read<T>(signal: AbortSignal, work: TableWork<T>): Promise<T> {
    return this.#patiently(READ, signal, work)
  }

  async write<T>(signal: AbortSignal, work: TableWork<T>): Promise<T> {
    return this.#patiently(WRITE, signal, work)
  }

  async within<T>(transaction: unknown, work: TableWork<T>): Promise<T> {
    try {
      const query = queryOn(connectionOf(transaction))
      const now = await this.#settings(query)
      const [mark] = await query("SELECT current_setting('lading.transaction', true) AS mark")
      if (mark?.mark !== 'open') {
        throw new ConfigError('CONFIG_INVALID', 'A sink sealed a file outside its transaction.', {
          remedy: 'Call seal() as the last statement before COMMIT, with the client on which BEGIN was said.',
        })
      }
      return await this.#worked(query, { holds: true, lastTry: true }, work, now)
    } catch (error) {
      throw error instanceof TryAgain ? contended() : storeErrorFrom(error)
    }
  }

  async #patiently<T>(begin: string, signal: AbortSignal, work: TableWork<T>): Promise<T> {
    const started = systemClock.monotonicMs()
    let lost = 0
    for (let tries = 1; ; tries++) {
      signal.throwIfAborted()
      const lastTry = systemClock.monotonicMs() - started > this.#patienceMs
      try {
        await this.#migrate()
        return await this.#transaction(begin, signal, lastTry, work)
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof StatementFailed && error.lost) lost++
        const again = error instanceof TryAgain || (error instanceof StatementFailed && error.again && lost < MOST_LOST)
        if (!again || lastTry) throw error instanceof TryAgain ? contended(error) : storeErrorFrom(error)
      }
      await systemClock.sleep(backoffMs(tries, { baseMs: 4, maxMs: 200 }), signal)
    }
  }

  async #transaction<T>(begin: string, signal: AbortSignal, lastTry: boolean, work: TableWork<T>): Promise<T> {
    const session = await PostgresSession.open(this.database, signal)
    try {
      const now = await this.#settings(session.query, `${begin}; `)
      const result = await this.#worked(session.query, { holds: begin === WRITE, lastTry }, work, now)
      await session.commit()
      return result
    } catch (error) {
      await session.rollBack(error)
      throw error
    }
  }

  async #worked<T>(query: Query, how: { readonly holds: boolean; readonly lastTry: boolean }, work: TableWork<T>, now: number): Promise<T> {
    const session = new TableSession(query, { schema: this.#schema.identifier, ...how })
    const result = await runLater(work(postgresTables(session), now))
    await session.finish()
    return result
  }

  /** The time by the server's clock. */
  async #settings(query: Query, begin = ''): Promise<number> {
    const [row] = await query(`${begin}${SETTINGS}`)
    return this.#now?.().getTime() ?? integer(row ?? {}, 'now')
  }

  #migrate(): Promise<void> {
    // Asked for by all, waited for by each; whoever gives up does not give up for the others.
    this.#migrated ??= this.#migrateOnce().catch((error: unknown) => {
      this.#migrated = undefined
      throw error
    })
    return this.#migrated
  }

  async #migrateOnce(): Promise<void> {
    const session = await PostgresSession.open(this.database, new AbortController().signal)
    try {
      await session.query(WRITE)
      if (!(await isMigrated(session.query, this.#schema))) await migrate(session.query, this.#schema)
      await session.commit()
    } catch (error) {
      await session.rollBack(error)
      throw error
    }
  }
}

function contended(cause?: unknown): StoreError {
  return new StoreError('STORE_UNAVAILABLE', 'The job store in Postgres cannot be used: other workers hold the same rows.', {
    retryable: true,
    remedy: 'It is tried again. If it stays, look in pg_stat_activity for a session that keeps a transaction open.',
    cause,
  })
}

function connectionOf(transaction: unknown): PostgresConnection {
  if (typeof (Object(transaction) as { readonly query?: unknown }).query === 'function') return transaction as PostgresConnection
  throw new ConfigError('CONFIG_INVALID', 'A sink sealed a file with what is no client of Postgres.', {
    remedy: 'Call seal(client) with the client on which BEGIN was said.',
  })
}

function schemaName(name: string): SchemaName {
  // Postgres cuts longer names off, in silence.
  if (name !== '' && !name.includes('\0') && Buffer.byteLength(name) <= 63 && !name.startsWith('pg_')) {
    return { name, identifier: `"${name.replaceAll('"', '""')}"` }
  }
  throw new ConfigError('CONFIG_INVALID', 'The schema given to postgresStore is no name of a schema.', {
    remedy: 'Give a name of 1 to 63 bytes that does not begin with "pg_", such as "lading".',
  })
}
