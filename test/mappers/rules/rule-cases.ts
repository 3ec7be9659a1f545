import type { DataType } from '../../../src/model/data-type.js'
import type { Format } from '../formats/file-table.js'
import type { BaseName, Row } from './bases.js'
import type { OwnRule, RuleId } from './rule-ids.js'

interface Rule {
  readonly rule: RuleId | OwnRule
  readonly says: string
}

/** A rule of the options: these make a mapper, those are refused with this code for this field. */
export interface OptionCase extends Rule {
  readonly keeps: object
  readonly breaks: object
  readonly code: string
  readonly field: string | undefined
}

/** One code, or one for text files and one for the others, where CSV says it otherwise. */
type CodeByFormat = string | { readonly csv: string; readonly typed: string }

/**
 * A rule of rows. Each of `keeps` and `breaks` is a change to a row of the base, and the rows that break it are told one
 * by one.
 */
export interface RowCase extends Rule {
  readonly base: BaseName
  readonly keeps: readonly Row[]
  readonly breaks: readonly Row[]
  readonly code: CodeByFormat
  /** Column of the issue; `null` for the row as a whole. @defaultValue the only column that is changed */
  readonly column?: string | null
  /** The rows of `breaks` that are told, by index. @defaultValue all */
  readonly told?: readonly number[]
  /** @defaultValue error: the row is rejected */
  readonly severity?: 'warning'
  /** Types of columns other than the base's. */
  readonly types?: Readonly<Record<string, DataType>>
  /** Other options beside the schema. */
  readonly options?: Readonly<Record<string, unknown>>
  /** @defaultValue all */
  readonly formats?: readonly Format[]
}

/** A rule of a file's columns: names and types. */
export interface ColumnCase extends Rule {
  readonly base: BaseName
  /** Columns beside the base's, with a value for every row; `null` takes a column away. */
  readonly keeps: Columns
  readonly breaks: Columns
  readonly code: string
  readonly column: string | undefined
  readonly severity?: 'warning'
  /** In place of keys of the base's schema; `undefined` takes one away. */
  readonly schema?: Readonly<Record<string, unknown>>
  /** The same, for the file that breaks it alone. */
  readonly breaksSchema?: Readonly<Record<string, unknown>>
  /** Names that stand twice in the file that breaks it. */
  readonly twice?: readonly string[]
  readonly formats?: readonly Format[]
}
export type Columns = Readonly<Record<string, { readonly type: DataType; readonly value: unknown } | null>>

/** Which types a field takes, in files that have types. */
export interface TypeCase extends Rule {
  readonly base: BaseName
  readonly column: string
  readonly takes: readonly DataType[]
  readonly refuses: readonly DataType[]
}

/** What becomes of a file that is right. */
export interface RecordCase extends Rule {
  readonly base: BaseName
  readonly changes?: readonly Row[]
  readonly columns?: Columns
  readonly schema?: Readonly<Record<string, unknown>>
  readonly types?: Readonly<Record<string, DataType>>
  readonly options?: Readonly<Record<string, unknown>>
  /** Of the second record, or of all. */
  readonly shows: (record: Readonly<Record<string, unknown>>, format: Format) => unknown
  readonly equals: unknown
  /** Codes of the columns' warnings. */
  readonly warnings?: readonly string[]
  readonly formats?: readonly Format[]
}

export const typedFormats = ['parquet', 'avro', 'arrow'] as const satisfies readonly Format[]
