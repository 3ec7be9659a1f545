import type { CallOptions } from '../../contracts/call-options.js'
import type { MappedBatch } from '../../contracts/schema-mapper.js'
import type { CommitOptions, FileWriter } from '../../contracts/sink.js'
import { ConfigError, SinkError } from '../../errors.js'
import type { SinkFile } from '../../model/file.js'
import type { CommitSummary, Receipt } from '../../model/receipt.js'
import { backoffMs } from '../../util/backoff.js'
import { systemClock } from '../../util/clock.js'
import { probe } from '../../util/probe.js'
import { modelTableOf } from '../fact-columns.js'
import { placeOf } from '../names.js'
import { moveRows } from './move-rows.js'
import type { PostgresDatabase } from './postgres-database.js'
import { isConflict, statementError } from './postgres-error.js'
import type { Session } from './session.js'
import { Stage } from './stage.js'

const tries = 6

export interface PostgresWriterOptions {
  /** Where records go that are not about a model. */
  readonly table: string | undefined
  /** A transaction is open from the first row to the commit. */
  readonly inTransaction: boolean
}

/** Stages one file in a session of its own, then moves it into the fact table in one transaction with its receipt. */
export class PostgresWriter implements FileWriter<object> {
  readonly #database: PostgresDatabase
  readonly #session: Session
  readonly #file: SinkFile
  readonly #options: PostgresWriterOptions
  readonly #stage: Stage
  #facts: string | undefined
  #begun = false
  /** A call is under way: the session is given up when it ends. */
  #busy = false
  #ended = false
  #committed = false

  /** @param session is the writer's from now on */
  constructor(database: PostgresDatabase, session: Session, file: SinkFile, options: PostgresWriterOptions) {
    this.#database = database
    this.#session = session
    this.#file = file
    this.#options = options
    this.#stage = new Stage(session, file.fence, options.inTransaction)
  }

  async write(batch: MappedBatch<object>, { signal }: CallOptions): Promise<void> {
    signal.throwIfAborted()
    const { key } = this.#file
    this.#facts ??= modelTableOf({ ...batch.columns }) ?? this.#options.table
    if (this.#facts === undefined) {
      throw new ConfigError('CONFIG_INVALID', 'postgresSink does not know into which table to write records that are not about a model', {
        location: { key },
        remedy: "Name it: postgresSink(pool, { table: 'events' }).",
      })
    }
    await this.#whileBusy(`staging rows of ${JSON.stringify(key)}`, async () => {
      if (this.#options.inTransaction && !this.#begun) await this.#session.run('BEGIN')
      this.#begun = true
      await this.#stage.append(batch, key)
      await probe('P15', placeOf(this.#file))
    })
  }

  async commit(summary: CommitSummary, { seal, signal }: CommitOptions): Promise<Receipt> {
    signal.throwIfAborted()
    const { key } = this.#file
    return this.#whileBusy(`committing ${JSON.stringify(key)}`, async () => {
      const receipt = await this.#retried(signal, () => this.#transaction(summary.rejected, seal, signal))
      this.#committed = true
      this.#ended = true
      await probe('P21', placeOf(this.#file))
      return receipt
    })
  }

  async abort(_reason: unknown, _options: CallOptions): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    // The engine gave up waiting for a call: with the connection, its transaction and its staging end.
    if (this.#busy) return this.#session.release(true)
    const { key } = this.#file
    await this.#whileBusy(`dropping staged rows of ${JSON.stringify(key)}`, async () => {
      if (this.#options.inTransaction && this.#begun) await this.#session.rollback()
      else await this.#stage.drop(() => probe('P24', placeOf(this.#file)))
    })
  }

  async #transaction(rejected: number, seal: CommitOptions['seal'], signal: AbortSignal): Promise<Receipt> {
    const [session, file, database] = [this.#session, this.#file, this.#database]
    const place = placeOf(file)
    const { rows, parts } = this.#stage
    const facts = rows === 0 ? undefined : this.#facts
    if (!(this.#options.inTransaction && this.#begun)) await session.begin()
    try {
      if (!file.shared) await database.receipts.raiseFence(session, file)
      await probe('P19', place)
      const receipt = await database.receipts.insert(session, file, { rows, rejected }, facts ?? null)
      if (receipt === undefined) {
        const stored = await database.receipts.find(session, file)
        await session.rollback()
        if (stored === undefined) throw new Error('the receipt in the way has gone')
        return stored
      }
      await moveRows(session, { schema: database.schema, file, facts, parts, fileNo: receipt.detail.fileNo })
      await probe('P20', place)
      signal.throwIfAborted()
      if (this.#ended) {
        throw new SinkError('COMMIT_IN_DOUBT', `the commit of ${JSON.stringify(file.key)} was given up; it was rolled back`, {
          retryable: true,
        })
      }
      await seal?.(session.client)
      await session.run('COMMIT')
      return receipt
    } catch (error) {
      await session.rollback()
      throw error
    }
  }

  /** Staged rows outlive a roll-back, unless they were staged in the transaction itself. */
  async #retried<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (!isConflict(error) || this.#options.inTransaction || attempt === tries) throw error
      }
      await systemClock.sleep(backoffMs(attempt, { baseMs: 20, maxMs: 1000 }), signal)
    }
  }

  /** A session that failed in the end may hold anything: closed, it takes its staging with it. */
  async #giveBack(failed: boolean): Promise<void> {
    if (!this.#committed) return this.#session.release(failed)
    await this.#stage
      .drop(() => {})
      .then(
        () => this.#session.release(),
        () => this.#session.release(true),
      )
  }

  async #whileBusy<T>(doing: string, work: () => Promise<T>): Promise<T> {
    this.#busy = true
    let failed = true
    try {
      const result = await work()
      failed = false
      return result
    } catch (error) {
      throw statementError(error, doing, this.#file.key)
    } finally {
      this.#busy = false
      if (this.#ended) await this.#giveBack(failed)
    }
  }
}
