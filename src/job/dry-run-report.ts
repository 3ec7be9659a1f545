import type { AccessFinding, RequestCounts } from '../contracts/object-source.js'
import type { ImportError } from '../errors.js'
import type { ColumnInfo } from '../model/data-type.js'
import type { Fix, Issue } from '../model/issue.js'

export interface DryRunOptions {
  /** Look into this file alone. @defaultValue the first, the last and one more of what is listed */
  readonly key?: string | undefined
  /** Rows that are mapped of each file, 1 to 100,000. @defaultValue 1_000 */
  readonly rows?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** What a dry run found. Names no key and no column unless the place is proven to be theirs, and holds no cell but those of `sample`. */
export interface DryRunReport<out R> {
  readonly jobId: string
  readonly place: string
  /** No error, and access is granted: the job can be created. */
  readonly ok: boolean
  readonly validationStatus: 'success' | 'failed'
  /** Key of the file that `error` is about, or else of the first that was looked into. */
  readonly filePath: string | null
  /** The first thing that is wrong: with access, with the listing, with a file. */
  readonly error: { readonly code: string; readonly message: string; readonly row: number | null } | null
  readonly access: readonly AccessFinding[]
  /** Objects that would be imported, as far as was listed. */
  readonly filesMatched: number
  /** False: the listing was left after so many pages that `filesMatched` means "at least". */
  readonly listedAll: boolean
  /** Bytes of the matched files. */
  readonly bytesMatched: number
  /** The first 10 of the matched. */
  readonly firstKeys: readonly string[]
  /** Objects that would be skipped, by rule. */
  readonly filesSkipped: Readonly<Record<string, number>>
  /** Objects that the job does not select, by option, or `unstorable_key`. */
  readonly filesNotEligible: Readonly<Record<string, number>>
  /** Names that would not be imported although they may be meant. */
  readonly nearMisses: readonly NearMiss[]
  /** The files that were looked into: the named one; or the first, one more and the last. */
  readonly files: readonly DryRunFile[]
  /** The first of them that could be read. */
  readonly sample: DryRunSample<R> | null
  /** Of all these files; of rows one issue per check and column, at the first row that has it. */
  readonly issues: readonly DryRunIssue[]
  /** Changes of the schema that issues propose, each once. */
  readonly fixes: readonly Fix[]
  /** What works, and yet may not be meant. */
  readonly hints: readonly DryRunHint[]
  readonly errors: readonly ImportError[]
  /** Made by this dry run, those of the access checks apart; `null` where the source does not count them. */
  readonly requests: RequestCounts | null
}

export interface NearMiss {
  readonly key: string
  readonly why: string
}

/** One file that was looked into. */
export interface DryRunFile {
  readonly key: string
  /** Bytes as stored. */
  readonly size: number
  /** `null` when it could not be told. */
  readonly format: string | null
  readonly columns: readonly ColumnInfo[]
  /** Names of the columns that are mapped. */
  readonly reads: readonly string[]
  /** Rows of the file, where that is known. */
  readonly rowCount: number | null
  readonly rowsRead: number
  readonly rowsAccepted: number
  readonly rowsRejected: number
  readonly issues: readonly DryRunIssue[]
  readonly error: ImportError | null
}

export interface DryRunIssue extends Issue {
  readonly key: string
  /** Rows that have it, of those that were read; absent for an issue of a whole column or file. */
  readonly rows?: number
}

export interface DryRunSample<out R> {
  readonly key: string
  readonly format: string
  readonly columns: readonly ColumnInfo[]
  /** The first 100 of the accepted. */
  readonly records: readonly R[]
}

export interface DryRunHint {
  /** `columns-differ`, `types-differ`, `files-small`, `files-large`, `files-too-large`, `no-rows`, `not-all-readable`. */
  readonly code: string
  readonly message: string
  readonly remedy: string
}
