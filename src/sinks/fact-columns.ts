import type { Column, ColumnGroup } from '../model/column.js'
import type { Facts } from './inference-dialect.js'

/** A column of a fact table under the name that the record's keys give it. */
export interface FactColumn {
  readonly name: string
  readonly column: Column
}

/** Columns of every fact table that are not the record's: which file, and which of its rows (1-based). */
export const originNames: readonly string[] = ['file_no', 'row_no']

const prefixes: Readonly<Record<string, string>> = { features: 'feature/', tags: 'tag/', shap_values: 'shap/' }
const predictionSide = ['prediction_label', 'prediction_score', 'prediction_scores', 'rank', 'prediction_object_detection']

/** All columns of a batch, those of groups as `feature/…`, `tag/…`, `shap/…` (other groups: `<key>/…`). */
export function factColumns(columns: Readonly<Record<string, Column | ColumnGroup>>): FactColumn[] {
  return Object.entries(columns).flatMap(([key, column]) => {
    if (column.kind !== 'group') return [{ name: key, column }]
    const prefix = prefixes[key] ?? `${key}/`
    return column.names.map((name, i) => ({ name: prefix + name, column: column.columns[i] as Column }))
  })
}

/** Columns that a delayed row says about a prediction: its actual side, tags and SHAP values. */
export function isDelayed(name: string): boolean {
  return /^(actual_|relevance_|tag\/|shap\/|tags$|shap_values$)/.test(name)
}

/**
 * Where records with these keys go: those about models to `prediction`, or `outcome` when their schema has no prediction
 * side; `undefined` for any other.
 */
export function modelTableOf(columns: Readonly<Record<string, unknown>>): Facts | undefined {
  if (!('prediction_id' in columns && 'model' in columns)) return undefined
  return predictionSide.some((key) => key in columns) ? 'prediction' : 'outcome'
}

export function isModelTable(table: string | undefined): table is Facts {
  return table === 'prediction' || table === 'outcome'
}
