import type { JobStore } from '../contracts/job-store.js'
import type { LedgerEntry } from '../contracts/ledger-entry.js'
import type { FilesOptions } from './job-report.js'

const STORE_DEADLINE_MS = 30_000

/** What the ledger knows about a job's files, in key order. */
export async function* ledgerFiles(
  { ledger }: JobStore,
  id: string,
  { after, under, state, pageSize = 500 }: FilesOptions,
): AsyncGenerator<LedgerEntry> {
  let from = after
  for (;;) {
    const page = await ledger.files(id, {
      limit: pageSize,
      signal: AbortSignal.timeout(STORE_DEADLINE_MS),
      ...(from === undefined ? {} : { after: from }),
      ...(under === undefined ? {} : { under }),
      ...(state === undefined ? {} : { state }),
    })
    yield* page
    const last = page.at(-1)
    if (last === undefined) return
    from = last.key
  }
}
