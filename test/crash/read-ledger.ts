import type { JobStore } from '../../src/contracts/job-store.js'
import type { AttemptEntry, LedgerEntry, Tally } from '../../src/contracts/ledger-entry.js'
import { postgresStore } from '../../src/stores/postgres/postgres-store.js'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.js'
import type { StorePlace } from './importer-plan.js'
import { withPool } from './postgres-place.js'

/** What the ledger says when nobody is at work. */
export interface LedgerState {
  readonly entries: readonly LedgerEntry[]
  readonly attempts: ReadonlyMap<string, readonly AttemptEntry[]>
  readonly tally: Tally
}

const signal = new AbortController().signal

export async function readLedger(place: StorePlace): Promise<LedgerState> {
  if (place.kind === 'sqlite') return await readStore(sqliteStore(place.path))
  return await withPool(place.url, (pool) => readStore(postgresStore(pool, { schema: place.schema })))
}

async function readStore(store: JobStore): Promise<LedgerState> {
  try {
    const entries = await store.ledger.files('crash', { limit: 1_000, signal })
    const attempts = new Map<string, readonly AttemptEntry[]>()
    for (const { key } of entries) attempts.set(key, await store.ledger.attempts('crash', key, { signal }))
    return { entries, attempts, tally: await store.ledger.tally('crash', { signal }) }
  } finally {
    await store.close?.()
  }
}
