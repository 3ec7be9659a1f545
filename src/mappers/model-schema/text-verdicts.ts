import type { Column } from '../../model/column.js'
import type { TextColumn, Utf8Column } from '../to-text.js'

/** What is wrong with a text, where it lies: 0 for nothing, else one more than a check's number. */
export type JudgeText = (texts: Utf8Column, i: number) => number

/**
 * The verdicts of a text column's rows, whatever their validity; `null` when nothing can be wrong. Values of a dictionary
 * are judged once; if all are fine, no row need be visited.
 */
export function textVerdicts(judge: JudgeText): (column: TextColumn) => ((rowIndex: number) => number) | null {
  const known = new WeakMap<Column, Uint16Array | null>()
  return (column) => {
    if (column.kind === 'null') return null
    if (column.kind === 'utf8') return (i) => judge(column, i)
    const { indices, dictionary } = column
    const values = dictionary.values as Utf8Column
    let verdicts = known.get(values)
    if (verdicts === undefined) {
      const made = Uint16Array.from({ length: values.length }, (_, i) => judge(values, i))
      verdicts = made.every((verdict) => verdict === 0) ? null : made
      known.set(values, verdicts)
    }
    if (verdicts === null) return null
    const made = verdicts
    return (i) => made[indices[i] as number] ?? 0
  }
}
