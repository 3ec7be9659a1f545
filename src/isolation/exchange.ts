import type { CallOptions } from '../contracts/call-options.js'
import type { FileDecoder } from '../contracts/file-decoder.js'
import type { MappedRows, Mapping, SchemaMapper } from '../contracts/schema-mapper.js'
import type { Budgets } from '../model/budgets.js'
import type { FileSchema } from '../model/data-type.js'
import type { FileContext } from '../model/file.js'

/** A compression around a whole file. */
export type Compression = 'gzip'

/** An object's bytes as they lie in the store, within deadlines. */
export interface StoredBytes {
  /** Base name of the key, without a compression suffix. */
  readonly name: string
  readonly size: number
  /** All bytes in order; each call starts at byte 0. Pieces belong to the caller. */
  stream(options: CallOptions): AsyncIterable<Uint8Array>
  /** Exactly the bytes `start` (inclusive) to `end` (exclusive), or a thrown error. */
  read(start: number, end: number, options: CallOptions): Promise<Uint8Array>
}

/** What is decoded and mapped, wherever that happens. */
export interface ExchangeInput<R> {
  readonly jobId: string
  readonly decoder: FileDecoder
  readonly mapper: SchemaMapper<R>
  readonly stored: StoredBytes
  readonly compression: Compression | null
  readonly budgets: Budgets
  /** The file has cost workers their lives: nothing else runs where it runs, before or after. */
  readonly alone: boolean
  /** Ends the exchange at once, with the signal's reason. */
  readonly signal: AbortSignal
}

/** How one attempt reads: fixed by the plan. */
export interface ExchangeStart {
  /** The file's columns with the types that are pinned. */
  readonly schema: FileSchema
  readonly file: FileContext
  readonly batchRows: number
  readonly batchBytes: number
  /** Rejected rows come with their cells: `RejectedRows.cells`. @defaultValue false */
  readonly cells?: boolean
}

/**
 * One file, opened by the side that decodes. First the schema, then `start` once, then `close` always.
 * Throws `DecodeError`, `MappingError`, and whatever the bytes' reads throw.
 */
export interface Exchange<R> {
  readonly schema: FileSchema
  readonly rowCount?: number
  /** Rows are read ahead by `budgets.aheadBatches`. */
  start(options: ExchangeStart): { readonly mapping: Mapping<R>; readonly rows: AsyncIterable<MappedRows> }
  close(): Promise<void>
}

/** Opens files on some side: in this process, in a thread, in a process of their own. */
export interface IsolationEngine {
  open<R>(input: ExchangeInput<R>): Promise<Exchange<R>>
}
