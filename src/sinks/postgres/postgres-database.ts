import { quoteName } from '../quote-name.js'
import type { PostgresSinkPool } from './client.js'
import { configureInference, type InferenceOptions } from './inference-rows.js'
import { isConflict, sqlState, statementError } from './postgres-error.js'
import { Receipts } from './receipts.js'
import { Session } from './session.js'
import { makeSinkTables } from './sink-tables.js'

const tries = 5
/** `IF NOT EXISTS` looks into a cache that need not know yet what another session has just made. */
const madeByAnother: ReadonlySet<string> = new Set(['23505', '42P06', '42P07', '42710'])

/** The schema of a sink, with the sink's own tables in it. */
export class PostgresDatabase {
  readonly #pool: PostgresSinkPool
  readonly #name: string
  readonly #inference: InferenceOptions
  /** Quoted. */
  readonly schema: string
  readonly receipts: Receipts
  #prepared: Promise<void> | undefined

  constructor(pool: PostgresSinkPool, schema: string, inference: InferenceOptions) {
    this.#pool = pool
    this.#name = schema
    this.#inference = inference
    this.schema = quoteName(schema)
    this.receipts = new Receipts(this.schema)
  }

  /** A session of the pool; the tables are there. */
  async open(): Promise<Session> {
    const session = await this.#open()
    try {
      // A refusal is not kept: the next file tries again.
      this.#prepared ??= this.#prepare(session).catch((error: unknown) => {
        this.#prepared = undefined
        throw error
      })
      await this.#prepared
      return session
    } catch (error) {
      session.release(true)
      throw error
    }
  }

  async #open(): Promise<Session> {
    try {
      return await Session.open(this.#pool)
    } catch (error) {
      throw statementError(error, 'taking a connection out of the pool')
    }
  }

  async #prepare(session: Session): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await session.transaction(async () => {
          await makeSinkTables(session, this.#name)
          await configureInference(session, this.schema, this.#inference)
        })
      } catch (error) {
        if (attempt < tries && (isConflict(error) || madeByAnother.has(sqlState(error) ?? ''))) continue
        throw statementError(error, `making the tables of the sink in the schema ${this.schema}`)
      }
    }
  }
}
