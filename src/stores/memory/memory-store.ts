import type { JobStore } from '../../contracts/job-store.js'
import { fileLedger } from '../file-ledger.js'
import { jobRows } from '../job-rows.js'
import type { StoreTransactions, TableWork } from '../store-tables.js'
import { runNow } from '../work.js'
import { MemoryTables } from './memory-tables.js'

/**
 * A job store that lives as long as this object: for tests, and for hosts to whom importing everything again after a
 * restart is right. Behaves like the durable stores in everything else.
 *
 * @param options.now the store's clock @defaultValue the system's
 */
export function memoryStore({ now = () => new Date() }: { readonly now?: (() => Date) | undefined } = {}): JobStore {
  const tables = new MemoryTables()
  const worked = <T>(work: TableWork<T>): T => tables.run(() => runNow(work(tables, now().getTime())))
  const run = async <T>(signal: AbortSignal, work: TableWork<T>): Promise<T> => {
    signal.throwIfAborted()
    return worked(work)
  }
  const transactions: StoreTransactions = { read: run, write: run, within: async (_, work) => worked(work) }
  return { jobs: jobRows(transactions), ledger: fileLedger(transactions) }
}
