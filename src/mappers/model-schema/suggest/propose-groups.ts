import { featureSlot, tagSlot } from '../feature-slots.js'
import { reservedNames, reservedSuffix } from '../field-table.js'
import { shapSlot } from '../number-slots.js'
import type { ColumnFacts } from './column-facts.js'
import type { Draft } from './draft.js'
import { takesColumn } from './takes-column.js'

const families = [
  { key: 'shap_values', pattern: /^shap(?:[_-]?values?)?[/._:-]+/i, slot: shapSlot, list: undefined },
  { key: 'tags', pattern: /^tags?[/._:-]+/i, slot: tagSlot, list: 'tags_list' },
  { key: 'features', pattern: /^(?:features?|feat)[/._:-]+/i, slot: featureSlot, list: 'features_list' },
] as const

/** Groups by the beginnings that columns share: `feature/`, `tag_`, `shap.`. Taken first: what follows is a name, not a role. */
export function proposeGroups(draft: Draft): void {
  for (const { key, pattern, slot, list } of families) {
    const [prefix, members] = commonest(draft.free, pattern) ?? []
    if (prefix === undefined || members === undefined) continue
    // A `feature_x` among many others may be one of them.
    const sure = prefix.endsWith('/')
    if (key === 'features' && !sure && members.length < Math.max(2, draft.free.length / 3)) continue
    const fitting = members.filter(
      (member) => takesColumn(slot, member) && !member.name.endsWith(reservedSuffix) && !isReserved(member.name.slice(prefix.length)),
    )
    draft.take(...members)
    if (fitting.length === members.length) {
      draft.schema[key] = prefix
      draft.because(
        key,
        members,
        `${members.length === 1 ? 'a column begins' : `${members.length} columns begin`} with "${prefix}"`,
        sure ? 'sure' : 'likely',
      )
    } else if (list !== undefined && fitting.length > 0) {
      draft.schema[list] = fitting.map(({ name }) => name)
      draft.because(list, fitting, `they begin with "${prefix}"; ${members.length - fitting.length} more do and cannot be ${key}`)
    }
    const others = members.filter((member) => !fitting.includes(member))
    if (others.length > 0)
      draft.ask(key, `${namesOf(others)} cannot be ${key}: ${slot.expected} are taken. Shall they be written as another type?`)
  }
}

function commonest(columns: readonly ColumnFacts[], pattern: RegExp): [string, ColumnFacts[]] | undefined {
  const groups = new Map<string, ColumnFacts[]>()
  for (const facts of columns) {
    const prefix = pattern.exec(facts.name)?.[0]
    if (prefix === undefined || prefix.length === facts.name.length) continue
    const group = groups.get(prefix)
    if (group === undefined) groups.set(prefix, [facts])
    else group.push(facts)
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length)[0]
}

function isReserved(name: string): boolean {
  return Object.values(reservedNames).some((names) => names?.includes(name))
}

/** The first few names, for a sentence. */
export function namesOf(columns: readonly { readonly name: string }[]): string {
  const shown = columns.slice(0, 5).map(({ name }) => JSON.stringify(name.slice(0, 80)))
  return columns.length > shown.length ? `${shown.join(', ')} and ${columns.length - shown.length} more` : shown.join(', ')
}
