import type { Discovery } from '../contracts/job-store.js'
import type { LedgerEntry } from '../contracts/ledger-entry.js'
import { probe } from '../util/probe.js'
import { entryOf, type FileRow } from './file-row.js'
import { newRow, seenAgain, skippedRow } from './file-transitions.js'
import { addToTally } from './job-tally.js'
import type { JobRecord, StoreTables } from './store-tables.js'
import { ask, type Work } from './work.js'

export interface Discovered {
  readonly entry: LedgerEntry
  readonly previous: string | null
}

/** Keys and versions that not every database can hold as text: U+0000 and lone surrogates. */
const unstorable = /[\0\p{Cs}]/u

/** T1, T2, T12, T13, T16 for one page. */
export function* discoverPage(tables: StoreTables, job: JobRecord, found: readonly Discovery[], now: number): Work<readonly Discovered[]> {
  const changed: Discovered[] = []
  if (job.status !== 'active') return changed
  const keys = found.map(({ object }) => object.key).filter((key) => !unstorable.test(key))
  yield* ask(tables.expect?.(job.jobNo, keys, keys.length))
  for (const [i, discovery] of found.entries()) {
    const { key, version } = discovery.object
    if (!unstorable.test(key) && !unstorable.test(version)) changed.push(...(yield* discoverOne(tables, job, discovery, now)))
    if (i + 1 === Math.ceil(found.length / 2)) void probe('P03', { jobId: job.id, key })
  }
  return changed
}

function* discoverOne(
  tables: StoreTables,
  { jobNo, id, rulesVersion }: JobRecord,
  discovery: Discovery,
  now: number,
): Work<readonly Discovered[]> {
  const { object, rule } = discovery
  const versions = yield* ask(tables.versions(jobNo, object.key))
  const known = versions.find(({ version }) => version === object.version)
  const told = (row: FileRow): Discovered => ({ entry: entryOf(id, row), previous: previousOf(versions, row) })
  if (known === undefined) {
    // Never claimed, so no worker can hold them: the listing says that they are gone. A sibling that was claimed once goes by T3 and T10.
    const gone = rule === undefined ? versions.filter((row) => row.state === 'pending' && row.fence === 0) : []
    const superseded = gone.map((row) => skippedRow(row, 'superseded', now))
    for (const row of superseded) tables.saveFile(jobNo, row)
    return [yield* ask(tables.insertFile(jobNo, newRow(discovery, rulesVersion, now))), ...superseded].map(told)
  }
  const seen = seenAgain(known, rule, rulesVersion, now)
  if (seen === undefined) return []
  if (known.state === 'imported') addToTally(tables, jobNo, known, -1)
  tables.saveFile(jobNo, seen.row)
  return seen.quiet ? [] : [told(seen.row)]
}

/** The imported version that was claimed last. */
function previousOf(versions: readonly FileRow[], row: FileRow): string | null {
  let previous: FileRow | undefined
  for (const other of versions) {
    if (other.version === row.version || other.state !== 'imported') continue
    if (previous === undefined || other.fence > previous.fence) previous = other
  }
  return previous?.version ?? null
}
