import type { Column, ColumnGroup } from '../model/column.js'
import type { ColumnBatch } from '../model/column-batch.js'
import type { FileSchema } from '../model/data-type.js'
import type { FileContext } from '../model/file.js'
import type { Issue, IssueLog } from '../model/issue.js'
import type { Portable } from './call-options.js'
import type { ColumnRead } from './file-decoder.js'

/** Columns to records, and what is wrong with them. Stateless; `R` is the record type. */
export interface SchemaMapper<out R> {
  /** Content hash of the meaning; the engine numbers schema versions by it. */
  readonly signature: string
  /** Absent: maps on the host, after a decoder that may still be far. */
  readonly portable?: Portable
  /**
   * Compiles the mapping for one file's columns. Pure; once per attempt (and once on each side of an isolation).
   * `schema` has the pinned types. Throws `MappingError` (`SCHEMA_MISMATCH`) with every issue the columns reveal.
   */
  compile(schema: FileSchema, file: FileContext): Mapping<R>
}

/** One attempt's mapping: called in row order, so it may keep bounded state. */
export interface Mapping<out R> {
  /** The columns to read; `ColumnBatch.columns` come in this order. */
  readonly reads: readonly ColumnRead[]
  /** Problems of the columns that reject nothing. */
  readonly warnings?: readonly Issue[]
  /** Maps one batch. Owns it, and may compact it in place. Returns plain data: it may run on the far side. */
  apply(batch: ColumnBatch): MappedRows
  /** Records of accepted rows `from` (inclusive) to `to` (exclusive). Always on the host, lazily. Does not count, does not reject. */
  build(rows: AcceptedRows, from: number, to: number): R[]
}

/** One batch, mapped. `rowsRead` = accepted + rejected; the engine checks it for every batch. */
export interface MappedRows {
  readonly rowsRead: number
  /** Row (1-based) of the batch's rowIndex 0. */
  readonly firstRow: number
  readonly accepted: AcceptedRows
  readonly rejected: RejectedRows
}

export interface AcceptedRows {
  readonly rowCount: number
  /** By the record's keys. */
  readonly columns: Readonly<Record<string, Column | ColumnGroup>>
  /** Row (1-based) of each accepted row; `null` when none was rejected: then it is `firstRow + i`. */
  readonly sourceRows: Int32Array | null
}

export interface RejectedRows {
  readonly rowCount: number
  /** Issues of rejected rows and warnings of accepted ones; `rowIndexes` are those of the batch before compaction. */
  readonly issues?: IssueLog
  /**
   * The rejected rows themselves, in the file's own columns; only where `rejects` wants cells. The engine reads and cuts
   * them around `apply`, by `sourceRows`: a mapper leaves this out.
   */
  readonly cells?: ColumnBatch
}

/** A column or a group under each of the record's keys; `kind` tells. */
// A conditional type here would make every sink invariant in R.
export type MappedColumns<R> = { readonly [K in keyof R]: Column | ColumnGroup }

/** The record type of a mapper: `memorySink<RecordOf<typeof mapper>>()`. */
export type RecordOf<M> = M extends SchemaMapper<infer R> ? R : never

/** A **batch**: accepted rows as a sink gets them. Made by the engine; columns are the truth, records are built when read. */
export interface MappedBatch<out R> {
  /** Of (file, plan, firstRow, rowsRead): equal token, equal content. */
  readonly token: string
  /** Accepted rows, at least 1. */
  readonly rowCount: number
  /** Row (1-based) of the first row read for this batch, accepted or not. */
  readonly firstRow: number
  /** Rows read for this batch, before rejection. */
  readonly rowsRead: number
  readonly columns: MappedColumns<R>
  /** Row (1-based) in the file of an accepted row. */
  sourceRow(rowIndex: number): number
  /** Lazy, in slices of 1,024; calling again builds again. */
  records(): Iterable<R>
  /** @param size records per slice. @defaultValue 1024 */
  recordSlices(size?: number): Iterable<R[]>
}
