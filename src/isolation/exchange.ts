import type { FileBytes, FileDecoder } from '../contracts/file-decoder.js'
import type { MappedRows, Mapping, SchemaMapper } from '../contracts/schema-mapper.js'
import type { Budgets } from '../model/budgets.js'
import type { FileSchema } from '../model/data-type.js'
import type { FileContext } from '../model/file.js'

/** What is decoded and mapped, wherever that happens. */
export interface ExchangeInput<R> {
  readonly decoder: FileDecoder
  readonly mapper: SchemaMapper<R>
  readonly bytes: FileBytes
  readonly budgets: Budgets
  readonly signal: AbortSignal
}

/** How one attempt reads: fixed by the plan. */
export interface ExchangeStart {
  /** The file's columns with the types that are pinned. */
  readonly schema: FileSchema
  readonly file: FileContext
  readonly batchRows: number
  readonly batchBytes: number
}

/**
 * One file, opened by the side that decodes. First the schema, then `start` once, then `close` always.
 * Throws `DecodeError`, `MappingError`, and whatever the bytes' reads throw.
 */
export interface Exchange<R> {
  readonly schema: FileSchema
  readonly rowCount?: number
  start(options: ExchangeStart): { readonly mapping: Mapping<R>; readonly rows: AsyncIterable<MappedRows> }
  close(): Promise<void>
}

/** Opens files on some side: in this process, in a thread, in a process of their own. */
export interface IsolationEngine {
  open<R>(input: ExchangeInput<R>): Promise<Exchange<R>>
}
