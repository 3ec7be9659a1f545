import { numberSlot } from '../number-slots.js'
import { highestRank, rankSlot } from '../rank-slot.js'
import { relevanceLabelSlot } from '../relevance-slot.js'
import { idSlot, labelSlot } from '../text-slots.js'
import type { ColumnFacts } from './column-facts.js'
import type { Draft } from './draft.js'
import { takesColumn } from './takes-column.js'

/** Items ranked in groups, or what they were worth. */
export function proposeRanking(draft: Draft): boolean {
  const rank = draft.find(
    'rank',
    (facts) =>
      takesColumn(rankSlot, facts) &&
      facts.shape === 'number' &&
      facts.whole &&
      facts.least >= 1 &&
      facts.most <= highestRank &&
      facts.nulls === 0,
  )
  const group = draft.find(
    'prediction_group_id',
    (facts) => takesColumn(idSlot, facts) && ['number', 'text', 'uuid'].includes(facts.shape) && facts.nulls === 0,
  )
  const isRanked = rank !== undefined && group !== undefined
  const score = (facts: ColumnFacts): boolean => takesColumn(numberSlot, facts) && facts.shape === 'number'
  const label = (facts: ColumnFacts): boolean => takesColumn(relevanceLabelSlot, facts) && ['text', 'texts'].includes(facts.shape)
  const relevanceScore = draft.find('relevance_score', score)
  const relevanceLabel =
    draft.find('relevance_label', label) ?? (isRanked ? (draft.find('actual_label', label) ?? draft.find('label', label)) : undefined)
  if (!isRanked && (hasValues(draft) || (relevanceScore === undefined && relevanceLabel === undefined))) return false
  if (isRanked) {
    draft.map('prediction_group_id', group, 'its name says so, and ranks are beside it')
    draft.map('rank', rank, `whole numbers from ${rank.least} to ${rank.most}, and its name says so`)
    const predicted = draft.find('prediction_score', score)
    if (predicted !== undefined) draft.map('prediction_score', predicted, 'its name says so, and it holds numbers')
    const said = draft.find('prediction_label', (facts) => takesColumn(labelSlot, facts))
    if (said !== undefined) draft.map('prediction_label', said, 'its name says so')
  }
  if (relevanceLabel !== undefined) {
    draft.map('relevance_label', relevanceLabel, 'its name says so, and it holds text')
    if (relevanceLabel.shape === 'texts' && isWritten(relevanceLabel)) declareLists(draft, [relevanceLabel])
  }
  if (relevanceScore !== undefined) draft.map('relevance_score', relevanceScore, 'its name says so, and it holds numbers')
  return true
}

/** Are there columns of another model, of which a relevance may be a feature? */
function hasValues(draft: Draft): boolean {
  const any = (): boolean => true
  return (['prediction_label', 'prediction_score', 'actual_label', 'actual_score'] as const).some(
    (role) => draft.find(role, any) !== undefined,
  )
}

/** Lists that are written as JSON text. */
export function isWritten({ info }: ColumnFacts): boolean {
  return info.guessed === true || info.type.kind === 'utf8'
}

/** Says of text columns that their cells are JSON lists of text. */
export function declareLists(draft: Draft, columns: readonly ColumnFacts[]): void {
  if (columns.length === 0) return
  const before = Object.entries((draft.schema.column_types ?? {}) as Readonly<Record<string, string>>)
  // Names come from the file: never assigned as members.
  draft.schema.column_types = Object.fromEntries([...before, ...columns.map(({ name }) => [name, 'string_list'] as const)])
  draft.because('column_types', columns, 'each cell is a JSON list of text', 'sure')
}
