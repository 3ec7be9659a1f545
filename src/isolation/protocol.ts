import type { Portable } from '../contracts/call-options.js'
import type { ColumnRead } from '../contracts/file-decoder.js'
import type { Budgets } from '../model/budgets.js'
import type { FileSchema } from '../model/data-type.js'
import type { ErrorCode } from '../model/error-code.js'
import type { FileContext } from '../model/file.js'
import type { Compression } from './exchange.js'
import type { WireBatch } from './wire/batch-writer.js'
import type { WireError } from './wire/wire-error.js'

/** Changes with the messages: host and far side must come from the same build. */
export const PROTOCOL = 'lading/2'

/**
 * The words of one exchange with a far side: one exchange per file, every message a flat JSON object told apart by `t`,
 * some with a body of bytes. Only bytes go in; credentials, URLs and the network stay with the host.
 */
export type ToFarSide =
  /** Starts the exchange: nothing of the store, and the base name alone. `size` is that of the stored bytes. */
  | {
      readonly t: 'open'
      readonly name: string
      readonly size: number
      readonly compression: Compression | null
      readonly decoder: Portable
      /** `null`: mapping stays with the host. */
      readonly mapper: Portable | null
      readonly budgets: Budgets
    }
  /** The answer to `schema`: what holds for this attempt. `columns` when the mapping stays with the host. */
  | {
      readonly t: 'start'
      readonly schema: FileSchema
      readonly file: WireFileContext
      readonly batchRows: number
      readonly batchBytes: number
      readonly columns: readonly ColumnRead[] | null
      /** Rejected rows are wanted themselves. */
      readonly cells: boolean
    }
  /** With a body: the answer to a `need`, or the next bytes of a stream, or (`last`, without a body) its end. */
  | { readonly t: 'bytes'; readonly need?: number; readonly stream?: number; readonly last?: boolean }
  /** A read failed; the host ends the exchange with its own error, whatever the decoder makes of this. */
  | { readonly t: 'refused'; readonly need?: number; readonly stream?: number; readonly code: ErrorCode; readonly retryable: boolean }
  /** Batches that may be sent. */
  | { readonly t: 'credit'; readonly batches: number }
  /** No more is wanted. */
  | { readonly t: 'close' }

export type ToHost =
  /** Once, when the far side has started. */
  | { readonly t: 'ready'; readonly protocol: string }
  /** Once, before the first batch. */
  | { readonly t: 'schema'; readonly schema: FileSchema; readonly rowCount: number | null }
  /** Once, after `start`, where the far side maps. */
  | { readonly t: 'compiled'; readonly digest: string }
  /** A byte range, exact; at most 4 open. */
  | { readonly t: 'need'; readonly id: number; readonly start: number; readonly end: number }
  /** Bytes that may come on a stream; the first begins it at byte 0. */
  | { readonly t: 'more'; readonly stream: number; readonly bytes: number }
  /** The decoder has left a stream before its end. */
  | { readonly t: 'stop'; readonly stream: number }
  /** With a body. */
  | WireBatch
  /** Each second while a file is open. `memory`: of the thread, bytes; 0 from a process, whose memory the system tells. */
  | { readonly t: 'pulse'; readonly rss: number; readonly memory: number }
  /** Exactly one of these two, last. No cell values in text. */
  | { readonly t: 'done' }
  | { readonly t: 'failed'; readonly error: WireError }

/** Most byte ranges open at once. */
export const MOST_NEEDS = 4

/** Most bytes of all ranges that are open at once. */
export function mostNeedBytes({ groupBytes, schemaBytes, inputBytes }: Budgets): number {
  return Math.max(groupBytes, schemaBytes, inputBytes)
}

/** A file context whose times are milliseconds. */
export interface WireFileContext extends Omit<FileContext, 'sourceTime' | 'asOf'> {
  readonly sourceTime: number
  readonly asOf: number
}

export function wireFile({ sourceTime, asOf, ...file }: FileContext): WireFileContext {
  return { ...file, sourceTime: sourceTime.getTime(), asOf: asOf.getTime() }
}

export function fileFromWire({ sourceTime, asOf, ...file }: WireFileContext): FileContext {
  return { ...file, sourceTime: new Date(sourceTime), asOf: new Date(asOf) }
}

/** JSON has no word for infinity. */
export function wireBudgets(budgets: Budgets): Budgets {
  return Object.fromEntries(
    Object.entries(budgets).map(([name, limit]: [string, number]) => [name, Math.min(limit, Number.MAX_VALUE)]),
  ) as unknown as Budgets
}
