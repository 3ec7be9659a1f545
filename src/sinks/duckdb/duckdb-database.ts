import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { backoffMs } from '../../util/backoff.js'
import { systemClock } from '../../util/clock.js'
import { CommitTurns } from './commit-turns.js'
import { type DuckDBApi, loadDuckDB } from './duckdb-api.js'
import { busyError, isConflict, openError, statementError } from './duckdb-error.js'
import { configureInference, type InferenceOptions } from './inference-rows.js'
import { sinkTables } from './sink-tables.js'

const tries = 9
const pathTurns = new Map<string, CommitTurns>()
const instanceTurns = new WeakMap<DuckDBInstance, CommitTurns>()

/** An open database with the sink's own tables in it. */
export class DuckDBDatabase {
  readonly api: DuckDBApi
  readonly turns: CommitTurns
  readonly #instance: DuckDBInstance
  readonly #own: boolean

  private constructor(api: DuckDBApi, instance: DuckDBInstance, turns: CommitTurns, own: boolean) {
    this.api = api
    this.#instance = instance
    this.turns = turns
    this.#own = own
  }

  /**
   * A path is opened through the client's cache and by its real name: a second instance of one file in a process would
   * see only its own rows, and the last to close would win.
   */
  static async open(database: string | DuckDBInstance, inference: InferenceOptions = {}): Promise<DuckDBDatabase> {
    const api = await loadDuckDB()
    if (typeof database !== 'string') {
      const opened = new DuckDBDatabase(api, database, turnsOf(instanceTurns, database), false)
      return opened.#prepared('the given instance', inference)
    }
    try {
      const path = await realName(database)
      const opened = new DuckDBDatabase(api, await api.DuckDBInstance.fromCache(path), turnsOf(pathTurns, path), true)
      return await opened.#prepared(database, inference)
    } catch (error) {
      throw openError(error, database)
    }
  }

  connect(): Promise<DuckDBConnection> {
    return this.#instance.connect()
  }

  /**
   * Runs one transaction or autocommit statement again while others are in its way.
   *
   * @throws SinkError `SINK_UNAVAILABLE` when they stay there
   */
  async retried<T>(doing: string, key: string | undefined, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (signal.aborted && error === signal.reason) throw error
        if (!isConflict(error)) throw statementError(error, doing, key)
        if (attempt === tries) throw busyError(error, doing, key)
      }
      await systemClock.sleep(backoffMs(attempt, { baseMs: 10, maxMs: 500 }), signal)
    }
  }

  /** The host's own instance stays open. */
  close(): void {
    if (this.#own) this.#instance.closeSync()
  }

  /** One transaction on a connection. */
  async transaction<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
    await connection.run('BEGIN TRANSACTION')
    try {
      const result = await work()
      await connection.run('COMMIT')
      return result
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => {
        // No transaction is open any more: a failed COMMIT and some errors end it by themselves. The first error tells.
      })
      throw error
    }
  }

  async #prepared(name: string, inference: InferenceOptions): Promise<this> {
    const connection = await this.connect()
    try {
      await this.retried(`making the tables of the sink in ${name}`, undefined, new AbortController().signal, async () => {
        await connection.run(sinkTables)
        await this.transaction(connection, () => configureInference(connection, inference))
      })
    } finally {
      connection.closeSync()
    }
    return this
  }
}

function turnsOf<K>(known: { get(key: K): CommitTurns | undefined; set(key: K, turns: CommitTurns): unknown }, key: K): CommitTurns {
  const turns = known.get(key) ?? new CommitTurns()
  known.set(key, turns)
  return turns
}

/** The file need not be there yet; its folder must be. */
async function realName(path: string): Promise<string> {
  if (path === ':memory:') return path
  const whole = resolve(path)
  try {
    return await realpath(whole)
  } catch {
    // Not there yet, or its folder is not: the second look tells.
    return join(await realpath(dirname(whole)), basename(whole))
  }
}
