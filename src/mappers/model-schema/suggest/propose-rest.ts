import { featureSlot } from '../feature-slots.js'
import { reservedNames, reservedSuffix } from '../field-table.js'
import type { ColumnFacts } from './column-facts.js'
import type { Draft } from './draft.js'
import { namesOf } from './propose-groups.js'
import { saysId } from './propose-identity.js'
import { declareLists, isWritten } from './propose-ranking.js'
import { takesColumn } from './takes-column.js'

/** Rows from which on a column of different values looks like ids. */
const enoughRows = 10

/** What is left over: features, where no prefix names them, and what is better left out. */
export function proposeRest(draft: Draft, unusable: readonly string[]): void {
  if (draft.has('features', 'features_list')) {
    if (draft.free.length > 0)
      draft.ask(
        'features',
        `${namesOf(draft.free)} ${draft.free.length === 1 ? 'has' : 'have'} no prefix and will not be imported. Is that right?`,
      )
    return
  }
  const inferred: ColumnFacts[] = []
  const excluded: ColumnFacts[] = [...draft.leftOut]
  const ids: ColumnFacts[] = []
  for (const facts of draft.free) {
    if (!mayBeFeature(facts)) excluded.push(facts)
    else if (looksLikeId(facts)) ids.push(facts)
    else inferred.push(facts)
  }
  declareLists(
    draft,
    inferred.filter((facts) => facts.shape === 'texts' && isWritten(facts)),
  )
  if (inferred.length > 0) {
    const of = inferred.length === 1 ? '1 column is' : `${inferred.length} columns are`
    draft.because('features', inferred, `${of} left over and no prefix names features: they are inferred`, 'guess')
  }
  if (ids.length > 0)
    draft.ask(
      'exclude',
      `${namesOf(ids)} ${ids.length === 1 ? 'differs' : 'differ'} in almost every row, like an id. Is it right to leave out?`,
    )
  if (excluded.length > 0)
    draft.because('exclude', excluded, 'they cannot be features: of another type, a time, or of a reserved name', 'sure')
  if (ids.length > 0) draft.because('exclude', ids, 'almost every row has another value', 'likely')
  const names = [...new Set([...excluded, ...ids].map(({ name }) => name)), ...unusable]
  if (names.length > 0) draft.schema.exclude = [...new Set(names)]
}

function mayBeFeature(facts: ColumnFacts): boolean {
  const { name, shape } = facts
  if (!takesColumn(featureSlot, facts) || name.endsWith(reservedSuffix)) return false
  if (Object.values(reservedNames).some((names) => names?.includes(name))) return false
  return ['number', 'bool', 'text', 'uuid', 'texts', 'empty list', 'nothing', 'mixed'].includes(shape)
}

function looksLikeId(facts: ColumnFacts): boolean {
  if (facts.shape === 'uuid') return true
  return saysId(facts.name) && facts.present >= enoughRows && facts.distinct >= 0.9 * facts.present
}
