import type { ColumnRead } from '../../contracts/file-decoder.js'
import type { FileSchema } from '../../model/data-type.js'
import type { Issue } from '../../model/issue.js'
import { issueOf, quoted } from '../issue-codes.js'
import { hasSide } from './check-rules.js'
import { ColumnFinder } from './column-finder.js'
import { commonFields, type FieldRow, type GroupRow, groupFields, modelFields } from './field-table.js'
import { listOf, type NormalOptions, textOf } from './normal-options.js'
import { planReads } from './read-plan.js'

export interface PlannedField {
  readonly row: FieldRow
  /** Index into the file's columns. */
  readonly column: number
}
export interface PlannedGroup {
  readonly row: GroupRow
  readonly names: readonly string[]
  readonly columns: readonly number[]
}
/** Which column of one file feeds which field, and what the columns alone reveal. */
export interface ColumnPlan {
  readonly fields: readonly PlannedField[]
  readonly groups: readonly PlannedGroup[]
  /** In file order, each column once. */
  readonly reads: readonly ColumnRead[]
  readonly issues: readonly Issue[]
}

/** Lays the schema over a file's columns. Finds everything that is wrong, rather than the first. */
export function planColumns(file: FileSchema, options: NormalOptions): ColumnPlan {
  const { schema } = options
  const finder = new ColumnFinder(file)
  const modelRows = modelFields[options.modelType] ?? []

  // Named columns first: the whole name is the longest prefix.
  const fields = [...commonFields, ...modelRows].flatMap((row): PlannedField[] => {
    const name = textOf(schema, row.key)
    const column = name === undefined ? undefined : finder.named(name, row.key)
    return column === undefined ? [] : [{ row, column }]
  })
  const listed = new Map(
    groupFields.map((row) => {
      const names = row.list === undefined ? undefined : listOf(schema, row.list)
      return [row, names?.flatMap((name) => found(name, finder.named(name, row.list as string)))]
    }),
  )
  const prefixes = groupFields.flatMap((row) => {
    const prefix = textOf(schema, row.key)
    return prefix === undefined ? [] : [{ field: row.key, prefix }]
  })
  const prefixed = finder.prefixed(prefixes)
  const infers =
    textOf(schema, 'features') === undefined && listOf(schema, 'features_list') === undefined && hasSide(schema, modelRows, 'prediction')
  const inferred = infers ? finder.rest(listOf(schema, 'exclude') ?? []) : []

  const groups = groupFields.flatMap((row): PlannedGroup[] => {
    const members = listed.get(row) ?? prefixed.get(row.key) ?? (row.key === 'features' ? inferred : undefined)
    return members === undefined ? [] : [{ row, names: members.map(({ name }) => name), columns: members.map(({ column }) => column) }]
  })
  const unmatched = groups.flatMap(({ row, names }): Issue[] => {
    const prefix = textOf(schema, row.key)
    if (prefix === undefined || names.length > 0) return []
    return [issueOf(row.required ? 'features-unmatched' : 'prefix-unmatched', { prefix: quoted(prefix) }, { field: row.key })]
  })
  const { reads, issues } = planReads(file, options, { fields, groups, inferred: infers })
  return { fields, groups, reads, issues: [...finder.issues, ...unmatched, ...issues, ...unusedNames(file, options, infers)] }
}

function found(name: string, column: number | undefined): { name: string; column: number }[] {
  return column === undefined ? [] : [{ name, column }]
}

/** Names in the schema that do no harm but also nothing. */
function unusedNames(file: FileSchema, { schema }: NormalOptions, infers: boolean): Issue[] {
  const names = new Set(file.columns.map(({ name }) => name))
  const declared = Object.keys((schema.column_types ?? {}) as object)
  const excluded = infers ? (listOf(schema, 'exclude') ?? []) : []
  return [
    ...declared
      .filter((name) => !names.has(name))
      .map((name) => issueOf('column-type-unused', { column: quoted(name) }, { field: 'column_types' })),
    ...excluded
      .filter((name) => !names.has(name))
      .map((name) => issueOf('exclude-unmatched', { column: quoted(name) }, { field: 'exclude' })),
  ]
}
