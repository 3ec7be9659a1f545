import { ColumnNames } from './column-names.js'
import { isDelayed, originNames } from './fact-columns.js'
import type { DelayedField, FactTables, InferenceDialect, Overlay, TableColumn } from './inference-dialect.js'
import { quoteName } from './quote-name.js'

/** Outcomes join predictions whose files came at most this long before or after. */
export const defaultJoinWindowMs = 14 * 24 * 3_600_000

/** Longer than any bucket is old: more would leave the range of times in SQL. */
export const isEndless = (windowMs: number): boolean => windowMs > 1000 * 366 * 24 * 3_600_000

/** Predictions that agree in all of these are one prediction. Two validation sets may have the same id. */
export const identityColumns = ['prediction_id', 'model', 'space', 'environment', 'model_version', 'batch_id'] as const
/** What outcomes have in common with their predictions. */
export const scopeColumns = ['prediction_id', 'model', 'space'] as const

export const sameScope = (left: string, right: string): string =>
  `${left}.prediction_id = ${right}.prediction_id AND ${left}.model = ${right}.model AND ${left}.space IS NOT DISTINCT FROM ${right}.space`

/** Joined predictions, in SQL. */
export interface InferenceQuery {
  readonly sql: string
  readonly columns: readonly { readonly column: string; readonly type: string }[]
}

export interface InferenceQueryOptions {
  readonly tables: FactTables
  readonly windowMs: number
  readonly dialect: InferenceDialect
  /** A table of (space, model, prediction_id) to which the query is restricted. */
  readonly touched?: string
}

/**
 * Every current prediction, with what its outcomes say: field by field the non-null value that stands last in the bucket,
 * among the prediction's own and those of all outcomes of its id within the window. A function of the facts alone: the
 * order of their import does not matter.
 *
 * @returns `undefined` while there are no predictions, or when a table of the host lacks what the join needs
 */
export function inferenceQuery({ tables, windowMs, dialect, touched }: InferenceQueryOptions): InferenceQuery | undefined {
  const { prediction, outcome } = tables
  if (!hasAll(prediction, [...identityColumns, ...originNames])) return undefined
  const fields = hasAll(outcome, [...scopeColumns, ...originNames]) ? delayedFields(tables, dialect) : []
  const overlays = fields.map((field) => ({ field, overlay: overlayOf(field, dialect) }))

  const only = touched === undefined ? '' : ` WHERE EXISTS (SELECT 1 FROM ${touched} t WHERE ${sameScope('t', 'f')})`
  const members = [
    ...dialect.prelude(windowMs),
    `p AS (${dialect.placed('prediction')}${only})`,
    `cur AS (${dialect.current(identityColumns)})`,
  ]
  const results = new Map<string, string>()
  if (fields.length > 0) {
    const aggregates: string[] = []
    for (const { field, overlay } of overlays) {
      const names = overlay.aggregates.map((_, i) => `j."~${aggregates.length + i}"`)
      aggregates.push(...overlay.aggregates)
      results.set(field.column, overlay.result(names))
    }
    members.push(
      `o AS (${dialect.placed('outcome')}${only})`,
      `j AS (SELECT ${[...dialect.rowKey.map((key) => `c.${key}`), ...aggregates.map((sql, i) => `${sql} AS "~${i}"`)].join(', ')}
  FROM cur c JOIN o ON ${sameScope('o', 'c')} AND c.environment = 'production' AND ${dialect.within(windowMs)}
  GROUP BY ${dialect.rowKey.map((key) => `c.${key}`).join(', ')})`,
    )
  }
  const columns = [
    ...prediction
      .filter(({ column }) => !originNames.includes(column))
      .map(({ column, type }) => fields.find((field) => field.column === column) ?? { column, type }),
    ...fields.filter(({ own }) => own === null),
    ...prediction.filter(({ column }) => originNames.includes(column)),
  ]
  const selected = columns.map(({ column }) => `${results.get(column) ?? `c.${quoteName(column)}`} AS ${quoteName(column)}`)
  const joined = fields.length === 0 ? '' : ` LEFT JOIN j ON ${dialect.rowKey.map((key) => `j.${key} = c.${key}`).join(' AND ')}`
  return {
    sql: `WITH ${members.join(',\n')}\nSELECT ${selected.join(', ')}\nFROM cur c${joined}`,
    columns: columns.map(({ column, type }) => ({ column, type })),
  }
}

export function hasAll(columns: readonly TableColumn[], names: readonly string[]): boolean {
  return names.every((name) => columns.some(({ column }) => column === name))
}

interface ViewField extends DelayedField {
  /** In the view. */
  readonly column: string
  readonly type: string
}

/** The delayed fields that outcomes have, with the types of both sides made one. */
export function delayedFields({ prediction, outcome }: FactTables, dialect: InferenceDialect): ViewField[] {
  const names = new ColumnNames(
    dialect.names,
    [],
    prediction.map(({ column }) => column),
  )
  return outcome
    .filter(({ name }) => isDelayed(name))
    .map(({ name, column, type: outcomeType }) => {
      const own = prediction.find((candidate) => candidate.name === name)
      const type = own === undefined ? outcomeType : dialect.commonType(name, own.type, outcomeType)
      return {
        name,
        column: own?.column ?? names.columnName(name),
        type,
        own: own === undefined ? null : dialect.cast(`c.${quoteName(own.column)}`, own.type, type),
        outcome: dialect.cast(`o.${quoteName(column)}`, outcomeType, type),
      }
    })
}

function overlayOf(field: DelayedField, dialect: InferenceDialect): Overlay {
  const { own, outcome } = field
  const merged = dialect.merge(field)
  if (merged !== undefined) return merged
  const later = own === null ? '' : ` AND (${own} IS NULL OR ${isLater(dialect)})`
  return {
    aggregates: [dialect.last(outcome, `${outcome} IS NOT NULL${later}`)],
    result: ([last = 'NULL']) => (own === null ? last : `coalesce(${last}, ${own})`),
  }
}

/** The condition that outcome `o` stands after prediction `c`. */
export function isLater(dialect: InferenceDialect): string {
  return `(${dialect.order('o').join(', ')}) > (${dialect.order('c').join(', ')})`
}
