import type { NameRules } from './column-names.js'

/** A table of facts. */
export type Facts = 'prediction' | 'outcome'

/** A column of a fact table. */
export interface TableColumn {
  /** The name by which records know it; the column's own when no record brought it. */
  readonly name: string
  readonly column: string
  /** In SQL. */
  readonly type: string
}

/** The columns of both tables; none when a table is not there yet. */
export type FactTables = Readonly<Record<Facts, readonly TableColumn[]>>

/** A delayed field on its way from outcomes to a prediction, in SQL: `o` is an outcome, `c` a prediction that it joins. */
export interface DelayedField {
  readonly name: string
  /** `null` when predictions have no such column. */
  readonly own: string | null
  /** Of the same type as `own`. */
  readonly outcome: string
}

/** What is aggregated over the outcomes of a prediction, and what becomes of it. */
export interface Overlay {
  /** In order; each gets a name. */
  readonly aggregates: readonly string[]
  /** @param names of the aggregates, qualified */
  result(names: readonly string[]): string
}

/**
 * Where the databases differ in how they join facts. Names that begin with `~` are the join's own; columns of facts keep
 * theirs. `~time` is the source time of a fact's file.
 */
export interface InferenceDialect {
  /** Members of WITH that come before all others. */
  prelude(windowMs: number): readonly string[]
  /** A SELECT of all columns of a fact table under the alias `f`, with `~time` and what `order` and `within` need. */
  placed(facts: Facts): string
  /** A SELECT over `p`, the placed predictions: of those with equal `identity` columns the last one. */
  current(identity: readonly string[]): string
  /** Columns that tell the predictions of `cur` apart. */
  readonly rowKey: readonly string[]
  /** What orders facts: (source time, key, job, version, generation, row), as columns of an alias. */
  order(alias: string): readonly string[]
  /** The condition that outcome `o` came within the window around prediction `c`. */
  within(windowMs: number): string
  /** An aggregate: the value with the greatest order among the outcomes that meet a condition. */
  last(value: string, condition: string): string
  /** How a field that is no plain value is laid over another; `undefined` for a plain value: the last one wins whole. */
  merge(field: DelayedField): Overlay | undefined
  /** A type that holds both exactly, or text. */
  commonType(name: string, left: string, right: string): string
  cast(value: string, from: string, to: string): string
  /** A value made fit for `min`, `max` and `<>`. */
  comparable(value: string, type: string): string
  /** A time as milliseconds since 1970. */
  millis(time: string): string
  readonly names: NameRules
}
