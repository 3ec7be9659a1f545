import type { ColumnRead } from '../../contracts/file-decoder.js'
import type { ColumnInfo, DataType, FileSchema } from '../../model/data-type.js'
import type { Issue } from '../../model/issue.js'
import { issueOf, quoted } from '../issue-codes.js'
import { declaredTypes, typeWords } from '../type-words.js'
import type { PlannedField, PlannedGroup, PlannedStruct } from './column-plan.js'
import { declaredTypeOf, type NormalOptions } from './normal-options.js'
import type { Slot } from './slot.js'
import { holdsTextLists, textList, textListWord } from './text-lists.js'

interface Use {
  readonly field: string
  readonly column: number
  readonly slot: Slot
  readonly inferred: boolean
}

/** Kinds that a guessed column keeps where the field has no wish of its own; dates and times stay text. */
const keptGuesses: ReadonlySet<string> = new Set(['utf8', 'float64', 'int64', 'bool'])

/** As what each column is read, and which columns cannot serve their fields. */
export function planReads(
  file: FileSchema,
  options: NormalOptions,
  {
    fields,
    structs,
    groups,
    inferred,
  }: {
    readonly fields: readonly PlannedField[]
    readonly structs: readonly PlannedStruct[]
    readonly groups: readonly PlannedGroup[]
    readonly inferred: boolean
  },
): { reads: ColumnRead[]; issues: Issue[] } {
  const uses: Use[] = [
    ...fields.map(({ row, column }) => ({ field: row.key, column, slot: row.slot, inferred: false })),
    ...structs.flatMap(({ field, parts }) =>
      parts.map(({ part, column }) => ({ field: `${field}.${part.key}`, column, slot: part.slot, inferred: false })),
    ),
    ...groups.flatMap(({ row, columns }) =>
      columns.map((column) => ({ field: row.key, column, slot: row.slot, inferred: inferred && row.key === 'features' })),
    ),
  ]
  // Fields with a wish first: features take a shared column as the field reads it.
  uses.sort((a, b) => Number(a.slot.wants === 'own') - Number(b.slot.wants === 'own'))
  const reads = new Map<number, { readonly as: DataType; readonly field: string }>()
  const issues: Issue[] = []
  for (const { field, column, slot, inferred: isInferred } of uses) {
    const info = file.columns[column] as ColumnInfo
    const before = reads.get(column)
    const as = slot.wants === 'own' && before !== undefined ? before.as : readType(info, slot, options)
    const holds = holdsTextLists(info, options) ? textList : as
    const warning = slot.warns?.(as)
    if (!slot.accepts(holds)) issues.push(wrongType(info, holds, field, slot, isInferred))
    else if (before !== undefined && before.as.kind !== as.kind) {
      const words = { other: before.field, column: quoted(info.name), expected: typeWords(before.as) }
      issues.push(issueOf('column-shared', words, { field, column: info.name, received: typeWords(as) }))
    } else if (warning) issues.push(issueOf(warning, { column: quoted(info.name) }, { field, column: info.name, received: typeWords(as) }))
    if (before === undefined) reads.set(column, { as, field })
  }
  return { reads: [...reads].sort(([a], [b]) => a - b).map(([index, { as }]) => ({ index, as })), issues }
}

/** A typed file's own type; for text the declared type, else what the field wants, else the guess. */
function readType({ name, type, guessed }: ColumnInfo, { wants }: Slot, { schema }: NormalOptions): DataType {
  if (guessed !== true) return type
  const declared = declaredTypeOf(schema, name)
  if (declared === textListWord) return { kind: 'utf8' }
  if (declared !== undefined) return declaredTypes[declared]
  if (wants !== 'own') return wants
  return keptGuesses.has(type.kind) ? type : { kind: 'utf8' }
}

function wrongType({ name, guessed }: ColumnInfo, as: DataType, field: string, { expected }: Slot, inferred: boolean): Issue {
  const remedy =
    guessed === true
      ? 'Declare another type for it in column_types.'
      : `Write the column as ${expected}, or ${inferred ? 'list it in exclude' : 'name another column'}.`
  return issueOf(
    'column-type',
    { column: quoted(name), found: typeWords(as), expected, remedy },
    {
      field,
      column: name,
      received: typeWords(as),
      ...(inferred ? { fix: { action: 'add' as const, field: 'exclude', column: name } } : {}),
    },
  )
}
