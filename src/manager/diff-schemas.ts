import type { JobRow, JobStore } from '../contracts/job-store.js'
import type { LedgerEntry } from '../contracts/ledger-entry.js'
import type { BuiltJob } from './built-job.js'
import { findLastImport } from './job-details.js'
import { type DiffOptions, type FileDiff, fileDiff, type SchemaDiff } from './schema-diff.js'

const FILES = 10
const ROWS = 10_000
const DEADLINE_MS = 10 * 60_000

/** Compares recorded files under two schemas of a job. */
export async function diffSchemas(
  store: JobStore,
  { id }: JobRow,
  lastKey: string | undefined,
  before: BuiltJob,
  after: BuiltJob,
  options: DiffOptions,
): Promise<SchemaDiff> {
  const late = AbortSignal.timeout(DEADLINE_MS)
  const signal = options.signal === undefined ? late : AbortSignal.any([options.signal, late])
  const entries = await chooseFiles(store, id, lastKey, Math.max(1, options.files ?? FILES), signal)
  const files: FileDiff[] = []
  for (const entry of entries) {
    files.push(await fileDiff(before.seam.context, after.seam.context, entry, Math.max(1, options.rows ?? ROWS), signal))
  }
  const sum = (name: 'rows' | 'gained' | 'lost' | 'changed'): number => files.reduce((total, file) => total + file[name], 0)
  return { files, rows: sum('rows'), gained: sum('gained'), lost: sum('lost'), changed: sum('changed') }
}

/** Failed files are what an edit is mostly about, and imported ones what it must not spoil: each has half of the places. */
async function chooseFiles(
  store: JobStore,
  id: string,
  lastKey: string | undefined,
  most: number,
  signal: AbortSignal,
): Promise<readonly LedgerEntry[]> {
  const of = (state: 'failed' | 'imported'): Promise<readonly LedgerEntry[]> => store.ledger.files(id, { state, limit: most, signal })
  const [failed, imported, { lastImportedAt }] = await Promise.all([of('failed'), of('imported'), store.ledger.tally(id, { signal })])
  const last = await findLastImport(store, id, lastKey, lastImportedAt, signal)
  const others = last === null ? imported : [last, ...imported.filter(({ key }) => key !== last.key)]
  const fromFailed = failed.slice(0, Math.max(Math.ceil(most / 2), most - others.length))
  return [...fromFailed, ...others.slice(0, most - fromFailed.length)]
}
