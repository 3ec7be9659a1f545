import type { Budgets } from '../model/budgets.js'
import type { ColumnBatch } from '../model/column-batch.js'
import type { DataType, FileSchema } from '../model/data-type.js'
import type { CallOptions, Portable } from './call-options.js'

/** What a decoder sees of an object: bytes, after gunzip, within budgets and deadlines; nothing of the store. */
export interface FileBytes {
  /** Base name of the key, without a compression suffix. */
  readonly name: string
  /** Bytes; unknown (`null`) for a compressed object. */
  readonly size: number | null
  /** All bytes in order. May be called more than once; each call starts at byte 0. Pieces belong to the caller. */
  stream(options: CallOptions): AsyncIterable<Uint8Array>
  /** Exactly the bytes `start` (inclusive) to `end` (exclusive), or a thrown error. Absent for a compressed object. */
  read?(start: number, end: number, options: CallOptions): Promise<Uint8Array>
}

/**
 * Bytes to column batches. Stateless: `open` may be called for many files at once.
 *
 * Throws `DecodeError`s: `FILE_CORRUPT` for bytes that break the format's rules, `FORMAT_UNSUPPORTED` for lawful files
 * outside what is built, `BUDGET_EXCEEDED` before allocating over a budget. Errors thrown by `bytes` pass through.
 */
export interface FileDecoder {
  /** For example `csv`; stored with each file. */
  readonly format: string
  /** Changes when equal bytes may give other batches; part of the plan. */
  readonly revision: string
  /** Needs `read`: a compressed object is refused before `open`. */
  readonly seeks?: boolean
  /** Absent: decodes on the host's loop, and only under `isolation: 'inline'`. */
  readonly portable?: Portable
  /** Lower case, with the dot; a key with an extension of no decoder is skipped at listing. */
  readonly extensions: readonly string[]
  /** Do these bytes look like the format? `head` holds the first bytes of the file (at most 64 KiB, after gunzip). */
  matches(name: string, head: Uint8Array): boolean
  /** Once per attempt; reads the footer or the header once, and no more of the data than the schema needs. */
  open(bytes: FileBytes, options: CallOptions & { readonly budgets: Budgets }): Promise<OpenFile>
}

/** One opened file. */
export interface OpenFile {
  readonly schema: FileSchema
  /** Where the format knows it beforehand. */
  readonly rowCount?: number
  /**
   * Every row once, in order, or a located error; cut by rows and bytes alone, never by time or by how bytes arrive.
   * Called once. Returning early releases everything.
   */
  batches(request: ReadRequest, options: CallOptions): AsyncIterable<ColumnBatch>
  /** Called once, also after a failure. */
  close?(): Promise<void>
}

/** Which columns, as what, cut how: fixed by the plan, so that a retry cuts alike. */
export interface ReadRequest {
  readonly columns: readonly ColumnRead[]
  /** Most rows of a batch. */
  readonly batchRows: number
  /** Most decoded bytes of a batch; a single row over it is a batch of its own. */
  readonly batchBytes: number
}

/**
 * One column to read. `as` equals the file's type for typed formats; for text formats it is the type to parse to, and a
 * cell that does not fit is an issue.
 */
export interface ColumnRead {
  /** Index into `FileSchema.columns`. */
  readonly index: number
  readonly as: DataType
}
