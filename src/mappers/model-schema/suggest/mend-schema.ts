import { ConfigError } from '../../../errors.js'
import type { FileSchema } from '../../../model/data-type.js'
import type { Issue } from '../../../model/issue.js'
import { checkOptions } from '../check-options.js'
import { outlineColumns } from '../outline-columns.js'
import type { Draft } from './draft.js'

/** Rounds of mending: each takes at least one key or column out. */
const mostRounds = 50

/** The options that a draft stands for, in the order in which people write them. */
export function optionsOf(draft: Draft, model: string): Record<string, unknown> {
  const { modelType, environment, batchId, timestampWindow, schema } = draft
  return {
    model,
    modelType,
    environment,
    ...(batchId === null ? {} : { batchId }),
    ...(timestampWindow === null ? {} : { timestampWindow }),
    schema: Object.fromEntries(Object.entries(schema).sort(([a], [b]) => place(a) - place(b))),
  }
}

/**
 * Takes out of a draft what its file's columns do not bear, until it fits.
 *
 * @returns `false` when nothing is left that could be imported
 */
export function mendSchema(draft: Draft, file: FileSchema, model: string): boolean {
  for (let round = 0; round < mostRounds; round++) {
    const errors = errorsOf(draft, file, model)
    if (errors.length === 0) return true
    if (!errors.map((error) => mend(draft, error)).some(Boolean)) return false
  }
  return false
}

function errorsOf(draft: Draft, file: FileSchema, model: string): readonly Issue[] {
  try {
    const { issues } = outlineColumns(file, checkOptions(optionsOf(draft, model)))
    return issues.filter(({ severity }) => severity === 'error')
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'CONFIG_INVALID') return error.issues
    throw error
  }
}

function mend(draft: Draft, { field, column, fix, message }: Issue): boolean {
  if (fix?.action === 'add' && fix.field === 'exclude' && fix.column !== undefined) return exclude(draft, fix.column)
  const key = field?.split('.')[0]
  if (key === undefined || key === 'prediction_id' || !draft.has(key))
    return column === undefined || draft.has('features') ? false : exclude(draft, column)
  takeOut(draft, key, message)
  return true
}

/** Takes a key back, and says so; what it named does not become a feature instead. */
export function takeOut(draft: Draft, key: string, why: string): void {
  const names = draft.reasons.filter((reason) => reason.key === key).flatMap(({ columns }) => columns)
  draft.drop(key)
  draft.ask(key, `${key} was left out: ${why} Is it another column?`)
  if (
    draft.has('prediction_label', 'prediction_score', 'prediction_scores', 'rank', 'prediction_object_detection') &&
    !draft.has('features', 'features_list')
  ) {
    for (const name of names) exclude(draft, name, `it was to be ${key}, and is no feature`)
  }
}

function exclude(draft: Draft, column: string, because = 'it cannot be a feature'): boolean {
  const before = (draft.schema.exclude ?? []) as readonly string[]
  if (before.includes(column)) return false
  draft.schema.exclude = [...before, column]
  draft.because('exclude', [{ name: column }], because)
  return true
}

const order = ['prediction_id', 'timestamp', 'version', 'batch_id', 'prediction_group_id', 'rank']
const last = ['features', 'features_list', 'tags', 'tags_list', 'shap_values', 'embedding_features', 'exclude', 'column_types']

function place(key: string): number {
  if (order.includes(key)) return order.indexOf(key) - order.length
  return last.includes(key) ? last.indexOf(key) + 1 : 0
}
