import type { DuckDBConnection } from '@duckdb/node-api'
import type { CallOptions } from '../../contracts/call-options.js'
import type { MappedBatch } from '../../contracts/schema-mapper.js'
import type { FileWriter } from '../../contracts/sink.js'
import { ConfigError, SinkError } from '../../errors.js'
import type { SinkFile } from '../../model/file.js'
import type { CommitSummary, Receipt } from '../../model/receipt.js'
import { probe } from '../../util/probe.js'
import { isModelTable, modelTableOf } from '../fact-columns.js'
import { placeOf } from '../names.js'
import { quoteName } from '../quote-name.js'
import type { DuckDBDatabase } from './duckdb-database.js'
import { statementError } from './duckdb-error.js'
import { fitFacts } from './facts-table.js'
import { InferenceRows } from './inference-rows.js'
import { findReceipt, insertReceipt, raiseFence, rowsOf } from './receipts.js'
import { Stage } from './stage.js'

/** Stages one file on a connection of its own, then moves it into the fact table in one transaction with its receipt. */
export class DuckDBWriter implements FileWriter<object> {
  readonly #database: DuckDBDatabase
  readonly #connection: DuckDBConnection
  readonly #file: SinkFile
  readonly #table: string | undefined
  readonly #stage: Stage
  #facts: string | undefined
  /** A call is under way: the connection is closed when it ends. */
  #busy = false
  #ended = false

  /** @param connection is the writer's from now on */
  constructor(database: DuckDBDatabase, connection: DuckDBConnection, file: SinkFile, table: string | undefined) {
    this.#database = database
    this.#connection = connection
    this.#file = file
    this.#table = table
    this.#stage = new Stage(database.api, connection, file.fence)
  }

  async write(batch: MappedBatch<object>, { signal }: CallOptions): Promise<void> {
    signal.throwIfAborted()
    const { key } = this.#file
    this.#facts ??= modelTableOf({ ...batch.columns }) ?? this.#table
    if (this.#facts === undefined) {
      throw new ConfigError('CONFIG_INVALID', 'duckdbSink does not know into which table to write records that are not about a model', {
        location: { key },
        remedy: "Name it: duckdbSink({ database, table: 'events' }).",
      })
    }
    await this.#whileBusy(async () => {
      try {
        await this.#stage.append(batch, key)
      } catch (error) {
        throw statementError(error, `staging rows of ${JSON.stringify(key)}`, key)
      }
      await probe('P15', placeOf(this.#file))
    })
  }

  async commit({ rejected }: CommitSummary, { signal }: CallOptions): Promise<Receipt> {
    signal.throwIfAborted()
    return this.#whileBusy(async () => {
      const { key } = this.#file
      const doing = `committing ${JSON.stringify(key)}`
      const summary = { rows: this.#stage.rows, rejected }
      const receipt = await this.#database.turns.inTurn(signal, () =>
        this.#database.retried(doing, key, signal, async () => {
          this.#stage.finish()
          return this.#transaction(summary, signal)
        }),
      )
      this.#ended = true
      await probe('P21', placeOf(this.#file))
      return receipt
    })
  }

  async abort(_reason: unknown, _options: CallOptions): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    if (this.#busy) {
      // The engine gave up waiting for a call. Its transaction rolls back, and its temporary tables end with the connection.
      this.#connection.interrupt()
      return
    }
    await this.#whileBusy(() => this.#stage.drop(() => probe('P24', placeOf(this.#file))))
  }

  async #transaction(summary: CommitSummary, signal: AbortSignal): Promise<Receipt> {
    const [connection, file] = [this.#connection, this.#file]
    const place = placeOf(file)
    await connection.run('BEGIN TRANSACTION')
    try {
      await raiseFence(connection, file)
      await probe('P19', place)
      const receipt = await insertReceipt(
        connection,
        this.#database.api,
        file,
        summary,
        this.#stage.rows === 0 ? null : (this.#facts ?? null),
      )
      if (receipt === undefined) {
        const stored = await findReceipt(connection, file)
        await connection.run('ROLLBACK')
        if (stored === undefined) throw new Error('TransactionContext Error: the receipt in the way has gone')
        return stored
      }
      await this.#moveRows(receipt.detail.fileNo)
      await probe('P20', place)
      signal.throwIfAborted()
      if (this.#ended)
        throw new SinkError('COMMIT_IN_DOUBT', `the commit of ${JSON.stringify(file.key)} was given up; it was rolled back`, {
          retryable: true,
        })
      await connection.run('COMMIT')
      return receipt
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => {
        // No transaction is open any more: a failed COMMIT and some errors end it by themselves. The first error tells.
      })
      throw error
    }
  }

  /** Columns first, deletions second, rows last: DuckDB does not alter a table that the transaction has changed. */
  async #moveRows(fileNo: number): Promise<void> {
    const [connection, { jobId, key, replacesKey }] = [this.#connection, this.#file]
    const mine = [jobId, key, BigInt(fileNo)]
    const older = 'FROM import_file WHERE job = $1 AND key = $2 AND file_no <> $3::BIGINT'
    const inserts = this.#facts === undefined ? [] : await fitFacts(connection, this.#facts, this.#stage.parts, key)
    const replaced = replacesKey ? await rowsOf(connection, `SELECT DISTINCT facts ${older} AND facts IS NOT NULL`, mine) : []
    const leaving = replaced.map(([facts]) => String(facts))
    const joined = [...leaving, this.#facts].some(isModelTable) ? await InferenceRows.prepare(connection) : undefined
    for (const facts of leaving) {
      if (isModelTable(facts)) await joined?.touch(facts, `SELECT file_no ${older}`, mine)
      await connection.run(`DELETE FROM ${quoteName(facts)} WHERE file_no IN (SELECT file_no ${older})`, mine)
    }
    for (const insert of inserts) await connection.run(insert, [BigInt(fileNo)])
    if (isModelTable(this.#facts)) await joined?.touch(this.#facts, '$1::BIGINT', [BigInt(fileNo)])
    await joined?.refresh()
  }

  async #whileBusy<T>(work: () => Promise<T>): Promise<T> {
    this.#busy = true
    try {
      return await work()
    } finally {
      this.#busy = false
      if (this.#ended) this.#connection.closeSync()
    }
  }
}
