import type { Json } from './json.js'

/** Totals of one file, as the engine hands them to `commit`. */
export interface CommitSummary {
  /** Rows given to the sink. */
  readonly rows: number
  readonly rejected: number
}

/**
 * The sink's durable answer for one file. The engine demands rows read = `rows` + `rejected`. When `begin` answers with
 * a receipt, it is all the ledger learns about the file, hence `rejected`.
 */
export interface Receipt extends CommitSummary {
  readonly schemaVersion: number
  readonly fence: number
  /** RFC 3339. */
  readonly committedAt: string
  readonly detail?: Json
}

/** Rows of one file, or summed over a job: `rowsRead` = `rowsWritten` + `rowsRejected`. */
export interface FileCounts {
  readonly rowsRead: number
  readonly rowsWritten: number
  readonly rowsRejected: number
}
