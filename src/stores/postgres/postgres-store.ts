import type { JobStore } from '../../contracts/job-store.js'
import { fileLedger } from '../file-ledger.js'
import { jobRows } from '../job-rows.js'
import type { PostgresPool } from './client.js'
import { PostgresTransactions } from './postgres-transactions.js'

export interface PostgresStoreOptions {
  /** Where its tables are; made at the first use when it is not there. @defaultValue 'lading' */
  readonly schema?: string | undefined
  /** The store's clock, for tests. @defaultValue the server's */
  readonly now?: (() => Date) | undefined
}

/**
 * A job store in Postgres 12 or newer: durable, for any number of jobs, workers, processes and machines. Its tables lie
 * in a schema of their own. Workers pass over rows that others are claiming (`SKIP LOCKED`) and go by the server's clock.
 *
 * The pool stays the host's, who ends it after the jobs. It needs, in each process, a connection for each file in flight
 * whose sink uses the same pool, and two for the store. `store.database` is the pool, so that a sink on the same one
 * shares a transaction: it calls `seal(client)` with the client on which it said BEGIN.
 *
 * Throws `CONFIG_INVALID` (no pool, no name of a schema), `STORE_UNAVAILABLE` (no connection, no permission, a lock that
 * stays; retryable), `LEDGER_UNREADABLE` (tables of a newer version of the package, or changed by hand).
 *
 * @param pool a `Pool` of the package `pg`, or anything with its `connect()` and `query()`
 */
export function postgresStore(pool: PostgresPool, { schema, now }: PostgresStoreOptions = {}): JobStore {
  const transactions = new PostgresTransactions(pool, { schema, now })
  return { jobs: jobRows(transactions), ledger: fileLedger(transactions), database: transactions.database }
}
