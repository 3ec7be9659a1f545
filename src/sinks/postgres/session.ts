import type { PostgresSinkClient, PostgresSinkPool } from './client.js'

/** Someone who holds what a statement needs is waited for this long. */
const lockTimeout = '30s'
/** A transaction of a process that stands still is ended by the server after this long, so that it holds up nobody for good. */
const idleTimeout = '60s'

const ignore = (): void => {
  // A connection that is lost between two statements: the next one tells.
}

/** One connection out of the pool. */
export class Session {
  readonly client: PostgresSinkClient
  #released = false

  private constructor(client: PostgresSinkClient) {
    this.client = client
  }

  static async open(pool: PostgresSinkPool): Promise<Session> {
    const client = await pool.connect()
    client.on?.('error', ignore)
    return new Session(client)
  }

  /** Rows as lists of values, in the order of the columns named. */
  async rows(sql: string, values: unknown[] = []): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return (await this.client.query(sql, values)).rows as readonly Record<string, unknown>[]
  }

  async run(sql: string, values: unknown[] = []): Promise<void> {
    await this.client.query(sql, values)
  }

  /** Begins a transaction that waits for no lock, and stands still, no longer than it may. */
  async begin(): Promise<void> {
    await this.run('BEGIN')
    await this.run(
      `SELECT set_config('lock_timeout', '${lockTimeout}', true), set_config('idle_in_transaction_session_timeout', '${idleTimeout}', true)`,
    )
  }

  /** One transaction; rolled back when `work` throws. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.begin()
    try {
      const result = await work()
      await this.run('COMMIT')
      return result
    } catch (error) {
      await this.rollback()
      throw error
    }
  }

  async rollback(): Promise<void> {
    await this.run('ROLLBACK').catch(() => {
      // The connection is lost, and its transaction with it. The first error tells.
    })
  }

  /** Back to the pool, or closed. */
  release(destroy = false): void {
    if (this.#released) return
    this.#released = true
    this.client.off?.('error', ignore)
    this.client.release(destroy)
  }
}
