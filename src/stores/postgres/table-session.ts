import type { SqlRow } from '../stored-values.js'
import { PendingWrites } from './pending-writes.js'
import type { Query } from './postgres-session.js'

export interface TableSessionOptions {
  /** The schema's name, quoted. */
  readonly schema: string
  /** Reads hold what they read to the end of the transaction. */
  readonly holds: boolean
  /** What others are busy with is passed over at last, instead of trying again. */
  readonly lastTry: boolean
}

/** One transaction, as its tables see it. */
export class TableSession {
  readonly pending = new PendingWrites()
  readonly schema: string
  readonly holds: boolean
  readonly lastTry: boolean
  readonly #query: Query

  constructor(query: Query, { schema, holds, lastTry }: TableSessionOptions) {
    this.#query = query
    this.schema = schema
    this.holds = holds
    this.lastTry = lastTry
  }

  /** Asks, after all that was written so far. */
  async ask(sql: string, ...values: readonly unknown[]): Promise<readonly SqlRow[]> {
    await this.pending.flush(this.#query, this.schema)
    return this.#query(sql, values)
  }

  /** Before COMMIT. */
  finish(): Promise<void> {
    return this.pending.finish(this.#query, this.schema)
  }
}
