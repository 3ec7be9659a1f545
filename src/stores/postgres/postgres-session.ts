import { abortable } from '../../util/abort.js'
import type { SqlRow } from '../stored-values.js'
import { clientOf, type PostgresClient, type PostgresConnection, type PostgresPool } from './client.js'
import { StatementFailed } from './postgres-errors.js'

/** One statement, values bound by position. */
export type Query = (sql: string, values?: readonly unknown[]) => Promise<readonly SqlRow[]>

/** So long may one statement take, and one connection to be had; then it is an outage. */
const PATIENCE_MS = 60_000

/** Statements on a connection that belongs to somebody else. */
export function queryOn(connection: PostgresConnection): Query {
  return (sql, values) => answered(connection, 'statement', sql, values)
}

/** A connection of the pool, for one transaction. */
export class PostgresSession {
  readonly #client: PostgresClient
  readonly #signal: AbortSignal
  /** Without a listener a lost connection ends the process; whoever waits for a statement hears of it anyway. */
  readonly #onError = (): void => {}

  private constructor(client: PostgresClient, signal: AbortSignal) {
    this.#client = client
    this.#signal = signal
    client.on?.('error', this.#onError)
  }

  static async open(pool: PostgresPool, signal: AbortSignal): Promise<PostgresSession> {
    const connecting = pool.connect()
    let client: PostgresClient
    try {
      client = await abortable(inTime(connecting, 'No connection of the pool was free'), signal)
    } catch (error) {
      // Comes back to the pool when it comes at all.
      connecting.then(
        (late) => late?.release(),
        () => {},
      )
      throw signal.aborted ? signal.reason : new StatementFailed(error, 'connect')
    }
    return new PostgresSession(clientOf(client), signal)
  }

  readonly query: Query = async (sql, values) => {
    this.#signal.throwIfAborted()
    return abortable(answered(this.#client, 'statement', sql, values), this.#signal)
  }

  async commit(): Promise<void> {
    this.#signal.throwIfAborted()
    await abortable(answered(this.#client, 'commit', 'COMMIT'), this.#signal)
    this.#release(false)
  }

  /** Ends the transaction without a trace: by words when the connection still answers, else by closing it. */
  async rollBack(reason: unknown): Promise<void> {
    const lost = reason instanceof StatementFailed ? reason.lost || reason.during === 'commit' : this.#signal.aborted
    if (lost) return this.#release(true)
    await answered(this.#client, 'statement', 'ROLLBACK').then(
      () => this.#release(false),
      () => this.#release(true),
    )
  }

  #release(destroy: boolean): void {
    this.#client.off?.('error', this.#onError)
    // A connection that is being closed may still fail.
    if (destroy) this.#client.on?.('error', this.#onError)
    this.#client.release(destroy)
  }
}

interface Answer {
  readonly rows: readonly unknown[]
}

/** Of several statements in one text, what the last answered. */
async function answered(
  connection: PostgresConnection,
  during: 'statement' | 'commit',
  sql: string,
  values?: readonly unknown[],
): Promise<readonly SqlRow[]> {
  try {
    const query = values === undefined ? connection.query(sql) : connection.query(sql, [...values])
    const answer = await inTime<Answer | readonly Answer[]>(query, 'The server did not answer')
    const { rows } = 'rows' in answer ? answer : (answer.at(-1) as Answer)
    return rows as readonly SqlRow[]
  } catch (error) {
    throw new StatementFailed(error, during)
  }
}

async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} for ${PATIENCE_MS / 1_000} s.`)), PATIENCE_MS)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
