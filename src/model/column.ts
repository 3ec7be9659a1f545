import type { TimestampUnit } from './data-type.js'

/** `validity`: bit i, least significant first, is 1 where rowIndex i has a value; `null` when every row has one. */
interface Stored<K extends string> {
  readonly kind: K
  readonly length: number
  readonly validity: Uint8Array | null
}
interface Flat<K extends string, D> extends Stored<K> {
  readonly data: D
}

/**
 * Values shared, read-only, by the batches of a file. Append-only: a dictionary that grew keeps its `id`, and old
 * indices stay valid. No nulls inside.
 */
export interface Dictionary {
  readonly id: number
  readonly values: Column
}

/**
 * One column of one batch: plain data in Arrow's memory layout, told apart by `kind`, without methods, so that it can
 * leave a process and be written as a literal. Read one cell with {@link cell}; hot loops switch over `kind` once and
 * walk the typed array.
 *
 * - `bool`: `data` is a bitmap, least significant bit first.
 * - `utf8`, `binary`: `offsets` has `length + 1` entries and need not start at 0; a null row has an empty range.
 * - `dictionary`: a null row has index 0 and no validity bit. A text column may be `utf8` in one batch and
 *   `dictionary` in the next; nothing else changes its kind within a file.
 * - `timestamp`: in `unit` since 1970-01-01T00:00:00Z. `date`: days since 1970-01-01. `time`: since midnight.
 * - `decimal`: two words per value, low then high, of a 128-bit two's complement integer, times 10^-scale.
 * - `values`: JavaScript values, for plug-ins and tests.
 *
 * The slot under a null holds 0; validity bits past `length` are 0.
 */
export type Column =
  | Flat<'int8', Int8Array>
  | Flat<'int16', Int16Array>
  | Flat<'int32', Int32Array>
  | Flat<'int64', BigInt64Array>
  | Flat<'uint8', Uint8Array>
  | Flat<'uint16', Uint16Array>
  | Flat<'uint32', Uint32Array>
  | Flat<'uint64', BigUint64Array>
  | Flat<'float32', Float32Array>
  | Flat<'float64', Float64Array>
  | Flat<'bool', Uint8Array>
  | (Flat<'utf8' | 'binary', Uint8Array> & { readonly offsets: Int32Array })
  | (Stored<'dictionary'> & { readonly indices: Int32Array; readonly dictionary: Dictionary })
  | (Flat<'timestamp', BigInt64Array> & { readonly unit: TimestampUnit; readonly timezone: string | null })
  | Flat<'date', Int32Array>
  | (Flat<'time', BigInt64Array> & { readonly unit: 'us' | 'ns' })
  | (Flat<'decimal', BigInt64Array> & { readonly precision: number; readonly scale: number })
  | (Stored<'list'> & { readonly offsets: Int32Array; readonly child: Column })
  | (Stored<'fixedList'> & { readonly size: number; readonly child: Column })
  | (Stored<'struct'> & { readonly names: readonly string[]; readonly children: readonly Column[] })
  | { readonly kind: 'null'; readonly length: number; readonly validity: null }
  | { readonly kind: 'values'; readonly length: number; readonly validity: null; readonly values: ArrayLike<unknown> }

/** The member of {@link Column} of one kind. */
export type ColumnOf<K extends Column['kind']> = Extract<Column, { readonly kind: K }>

/** Columns whose names are the file's: features, tags, SHAP values, embeddings. */
export interface ColumnGroup {
  readonly kind: 'group'
  readonly names: readonly string[]
  readonly columns: readonly Column[]
}
