import { ConfigError } from '../../errors.js'

/** What a sink hands to `seal`, and what a statement needs: a connection of `pg`, or anything with this one method. */
export interface PostgresConnection {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** A connection that was taken out of the pool. `release(true)` closes it. */
export interface PostgresClient extends PostgresConnection {
  release(destroy?: boolean): void
  on?(event: 'error', listener: (error: Error) => void): unknown
  off?(event: 'error', listener: (error: Error) => void): unknown
}

/** What the store needs of `pg.Pool`. Two calls of `connect` give two connections. */
export interface PostgresPool extends PostgresConnection {
  connect(): Promise<PostgresClient>
  on?(event: 'error', listener: (error: Error) => void): unknown
}

/** @throws ConfigError `CONFIG_INVALID` */
export function poolOf(pool: unknown): PostgresPool {
  const { connect, query } = Object(pool) as Partial<Record<keyof PostgresPool, unknown>>
  if (typeof connect === 'function' && typeof query === 'function') return pool as PostgresPool
  throw noPool('has no connect() and query()')
}

/** @throws ConfigError `CONFIG_INVALID`: a single client has a `connect` too, but it gives nothing */
export function clientOf(client: unknown): PostgresClient {
  const { query, release } = Object(client) as Partial<Record<keyof PostgresClient, unknown>>
  if (typeof query === 'function' && typeof release === 'function') return client as PostgresClient
  throw noPool('gives no client by connect()')
}

function noPool(what: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', `The pool given to postgresStore ${what}.`, { remedy: 'Give a Pool of the package pg.' })
}
