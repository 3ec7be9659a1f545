import type { JobStore } from '../contracts/job-store.js'
import type { AttemptEntry, LedgerEntry } from '../contracts/ledger-entry.js'
import type { FileCounts } from '../model/receipt.js'
import { canonicalJson, sha256 } from '../util/canonical-json.js'
import type { FilesOptions } from './job-report.js'
import { ledgerFiles } from './ledger-files.js'

const STORE_DEADLINE_MS = 30_000

/** What is testified about one imported file. Its members never change again: a repeat of the file is another generation. */
export interface ImportReceiptBody {
  readonly receipt: 'lading/1'
  readonly job: string
  /** URL of the place, without secrets. */
  readonly place: string
  readonly key: string
  readonly version: string
  readonly generation: number
  /** Bytes as stored. */
  readonly size: number
  /** First-seen lastModified. RFC 3339, as all times here. */
  readonly sourceTime: string
  /** First claim: the "now" of its mapping. */
  readonly asOf: string | null
  readonly schemaVersion: number
  readonly format: string | null
  readonly counts: FileCounts
  /**
   * Of this plan and these rows are the tokens of the file's batches; with them and the identity each token can be
   * computed again. `null` when the sink was asked by a later attempt and the plan of the one that wrote is not known.
   */
  readonly tokens: { readonly plan: string; readonly firstRow: number; readonly lastRow: number } | null
  /** Of the claim that committed. */
  readonly fence: number
  /** The sink's word. */
  readonly committedAt: string
}

/** Evidence of one import: text that is the same wherever it is made from this ledger, and its hash. */
export interface ImportReceipt {
  readonly body: ImportReceiptBody
  /** The body as canonical JSON: sorted keys, no white space. */
  readonly json: string
  /** Hex SHA-256 of `json` in UTF-8. */
  readonly sha256: string
}

/** The receipt of an imported file; `undefined` for any other. */
export async function importReceipt(
  { ledger }: JobStore,
  place: string,
  entry: LedgerEntry,
  signal: AbortSignal,
): Promise<ImportReceipt | undefined> {
  const { jobId, key, version, generation, size, sourceTime, asOf, format, counts, receipt } = entry
  if (entry.state !== 'imported' || receipt === null || counts === null) return undefined
  const attempts = await ledger.attempts(jobId, key, { signal })
  const body: ImportReceiptBody = {
    receipt: 'lading/1',
    job: jobId,
    place,
    key,
    version,
    generation,
    size,
    sourceTime: sourceTime.toISOString(),
    asOf: asOf?.toISOString() ?? null,
    schemaVersion: receipt.schemaVersion,
    format,
    counts: { rowsRead: counts.rowsRead, rowsWritten: counts.rowsWritten, rowsRejected: counts.rowsRejected },
    tokens: tokensOf(entry, receipt.fence, attempts),
    fence: receipt.fence,
    committedAt: receipt.committedAt,
  }
  const json = canonicalJson(body)
  return { body, json, sha256: sha256(json) }
}

/** The ledger keeps the plan of the last attempt: it is the one that wrote only if that attempt committed. */
function tokensOf({ version, plan, counts }: LedgerEntry, fence: number, attempts: readonly AttemptEntry[]): ImportReceiptBody['tokens'] {
  const last = attempts.filter((attempt) => attempt.version === version).at(-1)
  if (plan === null || last?.fence !== fence) return null
  return { plan, firstRow: 1, lastRow: counts?.rowsRead ?? 0 }
}

/** Receipts of a job's imported files, in key order. */
export async function* importReceipts(store: JobStore, id: string, options: Omit<FilesOptions, 'state'>): AsyncGenerator<ImportReceipt> {
  const place = (await store.jobs.load(id, { signal: AbortSignal.timeout(STORE_DEADLINE_MS) }))?.place ?? ''
  for await (const entry of ledgerFiles(store, id, { ...options, state: 'imported' })) {
    const receipt = await importReceipt(store, place, entry, AbortSignal.timeout(STORE_DEADLINE_MS))
    if (receipt !== undefined) yield receipt
  }
}
