/** Scalar kinds without parameters. `unknown`: a type this package has no word for; such a column can be listed but not read. */
export type PlainKind =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'bool'
  | 'utf8'
  | 'binary'
  | 'date'
  | 'null'
  | 'unknown'

export type TimestampUnit = 's' | 'ms' | 'us' | 'ns'

/**
 * What a column of a file holds. A `Column` says how one batch stores it: the same words, and `dictionary` and
 * `values` beside them.
 */
export type DataType =
  | { readonly kind: PlainKind }
  | { readonly kind: 'timestamp'; readonly unit: TimestampUnit; readonly timezone: string | null }
  | { readonly kind: 'time'; readonly unit: 'us' | 'ns' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'list'; readonly item: DataType }
  | { readonly kind: 'fixedList'; readonly size: number; readonly item: DataType }
  | { readonly kind: 'struct'; readonly fields: readonly ColumnInfo[] }

/** The words by which a host declares the type of a text column. */
export type DeclaredType = 'string' | 'float64' | 'int64' | 'bool' | 'timestamp' | 'date'

/** One column of a file. */
export interface ColumnInfo {
  readonly name: string
  readonly type: DataType
  readonly nullable: boolean
  /** The type was taken from a sample (CSV); the engine pins it to the schema version before the first write. */
  readonly guessed?: boolean
}

/** All columns of a file, in file order; names may repeat, so columns are addressed by index. */
export interface FileSchema {
  readonly columns: readonly ColumnInfo[]
}
