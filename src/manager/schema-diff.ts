import type { LedgerEntry } from '../contracts/ledger-entry.js'
import { ImportError } from '../errors.js'
import { sourceErrorFrom } from '../job/guarded-reader.js'
import type { JobContext } from '../job/job-context.js'
import { type RowOutcome, recordedRows } from '../job/recorded-rows.js'
import type { ErrorCode } from '../model/error-code.js'
import type { FileState } from '../model/job-status.js'

/** What an edit of the schema changes, found on recorded files; nothing is written. Holds no cell values. */
export interface SchemaDiff {
  /** Files that were compared, failed ones first. */
  readonly files: readonly FileDiff[]
  /** Rows compared, and how many of them have another outcome. */
  readonly rows: number
  /** Rejected, or in a file that fails, before; accepted after. */
  readonly gained: number
  /** Accepted before; rejected, or in a file that fails, after. */
  readonly lost: number
  /** Accepted before and after, as another record. */
  readonly changed: number
}

export interface FileDiff {
  readonly key: string
  readonly version: string
  /** In the ledger. */
  readonly state: FileState
  readonly rows: number
  readonly gained: number
  readonly lost: number
  readonly changed: number
  /** Why the file, or the rest of it, could not be mapped under the schema that holds, and under the edited one. */
  readonly before: ErrorCode | null
  readonly after: ErrorCode | null
  /** The first rows whose outcome changes. */
  readonly examples: readonly RowDiff[]
}

export interface RowDiff {
  /** 1-based data row. */
  readonly row: number
  readonly outcome: 'gained' | 'lost' | 'changed'
  /** Codes of the row's issues. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Fields of the record that differ. */
  readonly fields: readonly string[]
}

export interface DiffOptions {
  /** Recorded files to compare: failed ones first, then the last imported one and others. @defaultValue 10 */
  readonly files?: number | undefined
  /** Rows of each file. @defaultValue 10_000 */
  readonly rows?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const MOST_EXAMPLES = 10

/** Maps one recorded file by both jobs, side by side. */
export async function fileDiff(
  before: JobContext,
  after: JobContext,
  entry: LedgerEntry,
  rows: number,
  signal: AbortSignal,
): Promise<FileDiff> {
  const sides = [new Side(before, entry, signal), new Side(after, entry, signal)] as const
  const examples: RowDiff[] = []
  const counts = { gained: 0, lost: 0, changed: 0 }
  let compared = 0
  try {
    for (let row = 1; row <= rows; row++) {
      const [old, edited] = [await sides[0].next(), await sides[1].next()]
      if (old === undefined && edited === undefined) break
      compared++
      const diff = rowDiff(row, old, edited)
      if (diff === undefined) continue
      counts[diff.outcome]++
      if (examples.length < MOST_EXAMPLES) examples.push(diff)
    }
  } finally {
    await Promise.all(sides.map((side) => side.end()))
  }
  signal.throwIfAborted()
  const { key, version, state } = entry
  return { key, version, state, rows: compared, ...counts, before: sides[0].failed, after: sides[1].failed, examples }
}

/** One job's rows of the file; a failure is an end with a reason. */
class Side {
  readonly #rows: AsyncGenerator<RowOutcome>
  failed: ErrorCode | null = null

  constructor(context: JobContext, entry: LedgerEntry, signal: AbortSignal) {
    this.#rows = recordedRows(context, entry, signal)
  }

  async next(): Promise<RowOutcome | undefined> {
    if (this.failed !== null) return undefined
    try {
      const { done, value } = await this.#rows.next()
      return done === true ? undefined : value
    } catch (error) {
      this.failed = (error instanceof ImportError ? error : sourceErrorFrom(error)).code
      return undefined
    }
  }

  async end(): Promise<void> {
    await this.#rows.return(undefined).catch(() => undefined)
  }
}

function rowDiff(row: number, old: RowOutcome | undefined, edited: RowOutcome | undefined): RowDiff | undefined {
  const [before, after] = [old?.record ?? null, edited?.record ?? null]
  const codes = { before: old?.codes ?? [], after: edited?.codes ?? [] }
  if (before === null && after === null) return undefined
  if (before === null) return { row, outcome: 'gained', ...codes, fields: [] }
  if (after === null) return { row, outcome: 'lost', ...codes, fields: [] }
  const fields = differing(before, after)
  return fields.length === 0 ? undefined : { row, outcome: 'changed', ...codes, fields }
}

function differing(before: object, after: object): string[] {
  const [old, edited] = [before, after] as [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]
  const names = new Set([...Object.keys(old), ...Object.keys(edited)])
  return [...names].filter((name) => text(old[name]) !== text(edited[name]))
}

/** Equal text, equal value: also for what JSON does not know. */
function text(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return { bigint: String(inner) }
    if (typeof inner === 'number' && !Number.isFinite(inner)) return { number: String(inner) }
    if (ArrayBuffer.isView(inner)) return Array.from(inner as unknown as ArrayLike<unknown>)
    return inner
  })
}
