import { resolve } from 'node:path'
import { ConfigError, StoreError } from '../../errors.js'
import { backoffMs } from '../../util/backoff.js'
import { systemClock } from '../../util/clock.js'
import type { StoreTables, StoreTransactions, TableWork } from '../store-tables.js'
import { runNow } from '../work.js'
import { clientOf, inTransaction, type SqliteClient } from './client.js'
import { migrate } from './migrate.js'
import { openDatabase, type SqliteDriver } from './open-database.js'
import { isBusy, storeErrorFrom } from './sqlite-errors.js'
import { sqliteTables } from './sqlite-tables.js'
import { Statements } from './statements.js'

/** SQLite waits so long for a lock, and the host's loop with it; then we wait, and the host goes on. */
const BUSY_TIMEOUT_MS = 50
/** Then the outage is told. */
const PATIENCE_MS = 5_000

interface Opened {
  readonly client: SqliteClient
  readonly tables: StoreTables
}

/**
 * Transactions on one connection, which is opened at the first use. A piece of work is synchronous: no transaction is
 * ever open across an await, so that one connection serves all callers, and another process waits a moment at most.
 */
export class SqliteTransactions implements StoreTransactions {
  readonly database: object | undefined
  readonly #path: string
  readonly #driver: SqliteDriver | undefined
  readonly #now: () => Date
  readonly #patienceMs: number
  #opened: Promise<Opened> | undefined
  #closed = false

  constructor(
    database: string | object,
    {
      now = () => new Date(),
      driver,
      patienceMs = PATIENCE_MS,
    }: { readonly now?: (() => Date) | undefined; readonly driver?: SqliteDriver; readonly patienceMs?: number } = {},
  ) {
    this.database = typeof database === 'string' ? undefined : clientOf(database)
    this.#path = typeof database === 'string' ? pathOf(database) : 'handle'
    this.#driver = driver
    this.#now = now
    this.#patienceMs = patienceMs
  }

  read<T>(signal: AbortSignal, work: TableWork<T>): Promise<T> {
    return this.#patiently('BEGIN', signal, work)
  }

  write<T>(signal: AbortSignal, work: TableWork<T>): Promise<T> {
    return this.#patiently('BEGIN IMMEDIATE', signal, work)
  }

  async within<T>(transaction: unknown, work: TableWork<T>): Promise<T> {
    try {
      const { client, tables } = await this.#open()
      const sink = clientOf(transaction)
      if (inTransaction(sink) === false) {
        throw new ConfigError('CONFIG_INVALID', 'A sink sealed a file outside its transaction.', {
          remedy: 'Call seal() as the last statement before COMMIT, with the handle on which BEGIN was said.',
        })
      }
      return this.#worked(sink === client ? tables : sqliteTables(new Statements(sink)), work)
    } catch (error) {
      throw storeErrorFrom(error, this.#path)
    }
  }

  /** Closes what this store opened. A file is opened again by the next use: the store may be shared by jobs that end at different times. */
  async close(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    if (this.#path === ':memory:') this.#closed = true
    if (opened === undefined || this.database !== undefined) return
    // A failed opening has nothing to close and was told to whoever asked for it.
    const client = await opened.then(
      (open) => open.client,
      () => undefined,
    )
    client?.close?.()
  }

  async #patiently<T>(begin: string, signal: AbortSignal, work: TableWork<T>): Promise<T> {
    const started = systemClock.monotonicMs()
    for (let tries = 1; ; tries++) {
      signal.throwIfAborted()
      try {
        const opened = await this.#open()
        signal.throwIfAborted()
        return this.#run(opened, begin, work)
      } catch (error) {
        if (!isBusy(error) || systemClock.monotonicMs() - started > this.#patienceMs) throw storeErrorFrom(error, this.#path)
      }
      await systemClock.sleep(backoffMs(tries, { baseMs: 2, maxMs: 100 }), signal)
    }
  }

  #run<T>({ client, tables }: Opened, begin: string, work: TableWork<T>): T {
    // A sink has its transaction open on this handle: ours comes after it.
    if (inTransaction(client)) throw new HandleBusy()
    client.exec(begin)
    try {
      const result = this.#worked(tables, work)
      client.exec('COMMIT')
      return result
    } catch (error) {
      this.#rollBack(client)
      throw error
    }
  }

  #worked<T>(tables: StoreTables, work: TableWork<T>): T {
    return runNow(work(tables, this.#now().getTime()))
  }

  #rollBack(client: SqliteClient): void {
    try {
      client.exec('ROLLBACK')
    } catch (error) {
      // SQLite rolls back by itself when the disk is full or fails. Anything else leaves a connection that nobody knows: a new one then.
      if (inTransaction(client) !== true || this.database !== undefined) return
      this.#opened = undefined
      client.close?.()
      throw error
    }
  }

  #open(): Promise<Opened> {
    if (this.#closed) {
      throw new StoreError('STORE_UNAVAILABLE', 'The job store in memory was closed; its content is gone.', { remedy: 'Close it last.' })
    }
    this.#opened ??= this.#openOnce().catch((error: unknown) => {
      this.#opened = undefined
      throw error
    })
    return this.#opened
  }

  async #openOnce(): Promise<Opened> {
    const client = this.database === undefined ? await openDatabase(this.#path, this.#driver) : clientOf(this.database)
    try {
      if (inTransaction(client)) throw new HandleBusy()
      // The host's handle waits as the host set it.
      if (this.database === undefined) client.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
      client.exec('PRAGMA journal_mode = WAL')
      client.exec('PRAGMA synchronous = FULL')
      migrate(client, this.#path)
    } catch (error) {
      if (this.database === undefined) client.close?.()
      throw error
    }
    return { client, tables: sqliteTables(new Statements(client)) }
  }
}

/** Looks like SQLite's own: wait, then try again. */
class HandleBusy extends Error {
  readonly code = 'SQLITE_BUSY'

  constructor() {
    super('A transaction is open on the handle.')
  }
}

function pathOf(database: string): string {
  if (database === ':memory:') return database
  // A scheme of one letter is a drive.
  if (database !== '' && !/^[a-z][a-z0-9+.-]+:/i.test(database) && !database.includes('\0')) return resolve(database)
  throw new ConfigError('CONFIG_INVALID', 'sqliteStore needs the path of a file, not a URL or an empty text.', {
    remedy: "Give a path such as 'imports.db'; make one of a file URL with fileURLToPath.",
  })
}
