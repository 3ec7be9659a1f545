import { ConfigError } from '../../errors.js'

/** A connection that was taken out of a pool. `release(true)` closes it. */
export interface PostgresSinkClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
  release(destroy?: boolean): void
  on?(event: 'error', listener: (error: Error) => void): unknown
  off?(event: 'error', listener: (error: Error) => void): unknown
}

/** What the sink needs of a `pg.Pool`. Two calls of `connect` give two connections. */
export interface PostgresSinkPool {
  connect(): Promise<PostgresSinkClient>
  /** Most connections at a time, where it says so. */
  readonly options?: { readonly max?: number | undefined }
}

/** Each file in flight holds a connection, and the engine's own questions need one beside. */
const fewestConnections = 3

/** @throws ConfigError `CONFIG_INVALID` */
export function checkPool(pool: unknown): PostgresSinkPool {
  const { connect, options } = Object(pool) as Partial<PostgresSinkPool>
  if (typeof connect !== 'function') {
    throw new ConfigError('CONFIG_INVALID', 'postgresSink needs a pool with connect()', { remedy: 'Give it a Pool of the package pg.' })
  }
  if (typeof options?.max === 'number' && options.max < fewestConnections) {
    throw new ConfigError('CONFIG_INVALID', `the pool given to postgresSink has at most ${options.max} connections`, {
      remedy: `Give it ${fewestConnections} or more: each file in flight holds one from its first row to its commit.`,
    })
  }
  return pool as PostgresSinkPool
}
