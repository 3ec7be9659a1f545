import type { Column } from './column.js'
import type { FileSchema } from './data-type.js'
import type { IssueLog } from './issue.js'

/**
 * Decoded rows. Whoever yields a batch never reads or writes its buffers again; the receiver may keep, change or
 * transfer them. Dictionaries are shared by the batches of a file and read-only.
 */
export interface ColumnBatch {
  readonly rowCount: number
  /** Row (1-based, header excluded) of rowIndex 0. */
  readonly firstRow: number
  /** The whole file's columns, not only those read. */
  readonly schema: FileSchema
  /** In the order of `ReadRequest.columns`; all of length `rowCount`. */
  readonly columns: readonly Column[]
  /**
   * Cells that could not be read as asked, rows that could not be split. Such a row still counts in `rowCount`, with
   * nulls in its cells; `IssueLog.columns` here are indexes into `schema.columns`.
   */
  readonly issues?: IssueLog
}
