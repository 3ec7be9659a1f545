import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { fileLedger } from '../../src/stores/file-ledger.js'
import { jobRows } from '../../src/stores/job-rows.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import { openDatabase, type SqliteDriver } from '../../src/stores/sqlite/open-database.js'
import { SqliteTransactions } from '../../src/stores/sqlite/sqlite-transactions.js'
import { type MakeStore, storeContract } from '../../src/testing/store-contract.js'

describe('memoryStore', () => {
  for (const { name, run } of storeContract) test(name, () => run(async (now) => ({ store: memoryStore({ now }) })))
})

/** A file of its own for each case, and a second connection for the other worker. */
const makeWith =
  (driver: SqliteDriver): MakeStore =>
  async (now) => {
    const folder = await mkdtemp(join(tmpdir(), 'lading-store-'))
    const connections: SqliteTransactions[] = []
    const connect = () => {
      const transactions = new SqliteTransactions(join(folder, 'jobs.db'), { now, driver })
      connections.push(transactions)
      return { jobs: jobRows(transactions), ledger: fileLedger(transactions) }
    }
    return {
      store: connect(),
      another: async () => connect(),
      async connect() {
        const client = await openDatabase(join(folder, 'jobs.db'), driver)
        const begin = async () => {
          client.exec('BEGIN IMMEDIATE')
          return client
        }
        return {
          begin,
          async end(how) {
            client.exec(how)
            client.close?.()
          },
        }
      },
      close: async () => {
        for (const connection of connections) await connection.close()
        await rm(folder, { recursive: true })
      },
    }
  }

for (const driver of ['libsql', 'node:sqlite', 'better-sqlite3'] as const) {
  const missing = await openDatabase(':memory:', driver).then(
    (client) => void client.close?.(),
    (error: unknown) => String(error),
  )
  describe.skipIf(missing !== undefined)(`sqliteStore on ${driver}${missing === undefined ? '' : ` (${missing})`}`, () => {
    for (const { name, run } of storeContract) test(name, () => run(makeWith(driver)))
  })
}
