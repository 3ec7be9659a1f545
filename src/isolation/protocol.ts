import type { Portable } from '../contracts/call-options.js'
import type { ColumnRead } from '../contracts/file-decoder.js'
import type { Budgets } from '../model/budgets.js'
import type { Column } from '../model/column.js'
import type { FileSchema } from '../model/data-type.js'
import type { ErrorCode } from '../model/error-code.js'
import type { FileContext } from '../model/file.js'
import type { IssueLog } from '../model/issue.js'
import type { ErrorLocation } from '../model/serialized-error.js'

/**
 * The words of one exchange with a far side: one exchange per file, every message a flat object told apart by `t`.
 * Only bytes go in; credentials, URLs and the network stay with the host.
 */
export type ToFarSide =
  /** Starts the exchange: nothing of store, URL or key beyond the base name. */
  | {
      readonly t: 'open'
      readonly name: string
      readonly size: number | null
      readonly decoder: Portable
      readonly mapper: Portable | null
      readonly budgets: Budgets
    }
  /** The answer to `schema`: what holds for this attempt. `columns` when the mapping stays on the host. */
  | {
      readonly t: 'start'
      readonly schema: FileSchema
      readonly file: FileContext
      readonly batchRows: number
      readonly batchBytes: number
      readonly columns: readonly ColumnRead[] | null
    }
  /** Streamed input, or, with `need`, the answer to it. */
  | { readonly t: 'bytes'; readonly need: number | null; readonly start: number; readonly body: Uint8Array; readonly last: boolean }
  /** A read failed; the exchange ends with that error. */
  | { readonly t: 'refused'; readonly need: number | null; readonly code: ErrorCode; readonly retryable: boolean }
  /** The host has taken batches; 2 at the start. */
  | { readonly t: 'credit'; readonly batches: number }
  /** No more is wanted. */
  | { readonly t: 'close' }

export type ToHost =
  /** Once, before the first batch; the host may answer `close`. */
  | { readonly t: 'schema'; readonly schema: FileSchema; readonly rowCount: number | null }
  /** A byte range, exact; at most 4 open. */
  | { readonly t: 'need'; readonly id: number; readonly start: number; readonly end: number }
  /** Stream credit: how many bytes may come. */
  | { readonly t: 'more'; readonly bytes: number }
  | {
      readonly t: 'batch'
      readonly index: number
      readonly firstRow: number
      readonly rowsRead: number
      readonly rowCount: number
      readonly columns: readonly Column[]
      readonly sourceRows: Int32Array | null
      readonly issues: IssueLog | null
    }
  /** Each second while working. */
  | { readonly t: 'pulse'; readonly rows: number; readonly bytes: number; readonly rss: number }
  /** Exactly one of these two, last. No cell values in text. */
  | { readonly t: 'done'; readonly rowsRead: number; readonly rowsKept: number; readonly rejected: number; readonly bytesRead: number }
  | {
      readonly t: 'failed'
      readonly code: ErrorCode
      readonly message: string
      readonly location: ErrorLocation
      readonly remedy: string | null
      readonly retryable: boolean
    }
