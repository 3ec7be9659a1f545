import type { SinkFile } from '../model/file.js'
import type { CommitSummary, Receipt } from '../model/receipt.js'
import type { CallOptions } from './call-options.js'
import type { MappedBatch } from './schema-mapper.js'

/**
 * How a repeat is made harmless.
 *
 * - `transactional`: rows and receipt in one commit, whole file or nothing. With the store's own `database` the ledger
 *   row is the receipt.
 * - `idempotent`: ignores a batch whose token it holds.
 * - `plain`: neither; one file in flight, and that file may repeat after a crash or a lost lease.
 */
export type Delivery = 'transactional' | 'idempotent' | 'plain'

/**
 * The host's storage. `begin` may be called for several files at once, up to `maxConcurrentFiles`.
 *
 * Throws `SinkError`s: `FENCED` when a newer claim has the key (with `cause: { fence }`, the number it holds, where it
 * knows it: a store restored from a backup then goes above it), scope `job` (`SINK_UNAVAILABLE`) for an outage, scope
 * `file` for rows it cannot take. Any other exception is wrapped as `SINK_FAILED`, retryable, scope `file`.
 */
export interface Sink<in R> {
  readonly delivery: Delivery
  /** The handle of its database; the same object as the store's means one transaction. Needs 'transactional'. */
  readonly database?: object
  /** Can put a file in the place of its key's older files, in one commit. Needs 'transactional'. */
  readonly replaces?: boolean
  /** @defaultValue 2; 'plain' always 1 */
  readonly maxConcurrentFiles?: number
  /**
   * Once per attempt, and to settle a commit in doubt. In this order: raise the key's fence to `file.fence` (a higher
   * one there: throw `FENCED`), then look for the receipt of (jobId, key, version, generation), then return it or a
   * writer. Removes staging of lower fences, never committed rows.
   */
  begin(file: SinkFile, options: CallOptions): Promise<FileWriter<R> | Receipt>
  /** Called once, by `job.close()`. */
  close?(): Promise<void>
}

/** Takes one file. Its methods are called one at a time. */
export interface FileWriter<in R> {
  /** In row order, never two at a time. Resolving means taken; the batch is then the sink's. Not called for an empty batch. */
  write(batch: MappedBatch<R>, options: CallOptions): Promise<void>
  /**
   * Resolves when the rows are durable. Checks the fence again in the same transaction. A rejection proves nothing:
   * the engine settles before it says anything else.
   */
  commit(summary: CommitSummary, options: CommitOptions): Promise<Receipt>
  /**
   * Once, unless `commit` resolved; with a fresh deadline, not the signal that stopped the file. Drops its own staging;
   * the fence stays. Never touches committed rows or another fence's staging.
   */
  abort(reason: unknown, options: CallOptions): Promise<void>
}

export interface CommitOptions extends CallOptions {
  /** Present when the sink's database is the store's: call it as the last statement before COMMIT. Throws `FENCED`: roll back. */
  readonly seal?: (transaction: unknown) => Promise<void>
}

/**
 * The short form of a sink: called once per batch, in row order; `token` names the batch: equal token, equal records.
 * 'plain' unless wrapped in `functionSink`.
 */
export type WriteRecords<in R> = (
  records: readonly R[],
  context: { readonly file: SinkFile; readonly token: string; readonly signal: AbortSignal },
) => Promise<void> | void
