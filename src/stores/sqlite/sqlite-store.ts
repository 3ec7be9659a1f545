import type { JobStore } from '../../contracts/job-store.js'
import { fileLedger } from '../file-ledger.js'
import { jobRows } from '../job-rows.js'
import { SqliteTransactions } from './sqlite-transactions.js'

/**
 * A job store in an SQLite file: durable, for any number of jobs, workers and processes of one machine. Its tables are
 * named `lading_…`; WAL, synchronous FULL. The file is made at the first use and closed by `close()`.
 *
 * A path is opened by `node:sqlite` (Node 24 and newer, or when nothing else is installed), else by libsql, else by
 * better-sqlite3; none: `PEER_MISSING`. Two different libraries must not have one file open in one process (SQLite's
 * locks then do not hold): a host that opens the file itself gives its handle. A given handle stays the host's, who
 * closes it; `store.database` is that handle, so that a sink on the same one can share a transaction.
 *
 * Throws `CONFIG_INVALID` (a path that cannot be), `PEER_MISSING`, `STORE_UNAVAILABLE` (locked, full, no permission;
 * retryable), `LEDGER_UNREADABLE` (not a database, damaged, or made by a newer version of the package).
 *
 * @param database path of the file, `:memory:`, or an open database of one of the three
 * @param options.now the store's clock @defaultValue the system's
 */
export function sqliteStore(
  database: string | { prepare(sql: string): unknown },
  { now = () => new Date() }: { readonly now?: (() => Date) | undefined } = {},
): JobStore {
  const transactions = new SqliteTransactions(database, { now })
  return {
    jobs: jobRows(transactions),
    ledger: fileLedger(transactions),
    ...(transactions.database === undefined ? {} : { database: transactions.database }),
    close: () => transactions.close(),
  }
}
