import type { ColumnRead } from '../../contracts/file-decoder.js'
import type { FileSchema } from '../../model/data-type.js'
import type { Issue } from '../../model/issue.js'
import { issueOf, quoted } from '../issue-codes.js'
import { boundedIssues } from './bounded-issues.js'
import { hasSide } from './check-rules.js'
import { ColumnFinder } from './column-finder.js'
import { commonFields, embeddingRow, type FieldRow, type GroupRow, groupFields, modelFields } from './field-table.js'
import { nameIssues } from './name-issues.js'
import { nearPrefix } from './near-prefix.js'
import { embeddingsOf, listOf, type NormalOptions, type PartColumns, partsOf, textOf } from './normal-options.js'
import { planReads } from './read-plan.js'
import type { Part, StructKind } from './struct-kind.js'

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
/** A field that several columns feed. */
export interface PlannedStruct {
  /** Key of the record. */
  readonly key: string
  /** Name within the record's key, for one of many. */
  readonly name?: string
  /** For messages: the key, and which of many. */
  readonly field: string
  readonly kind: StructKind
  readonly side?: 'prediction' | 'actual'
  readonly parts: readonly PlannedPart[]
}
export interface PlannedPart {
  readonly part: Part
  /** Index into the file's columns. */
  readonly column: number
}
/** Which column of one file feeds which field, and what the columns alone reveal. */
export interface ColumnPlan {
  readonly fields: readonly PlannedField[]
  readonly structs: readonly PlannedStruct[]
  readonly groups: readonly PlannedGroup[]
  /** In file order, each column once. */
  readonly reads: readonly ColumnRead[]
  readonly issues: readonly Issue[]
}

/** Lays the schema over a file's columns. Finds everything that is wrong, rather than the first. */
export function planColumns(file: FileSchema, options: NormalOptions): ColumnPlan {
  const { schema } = options
  const finder = new ColumnFinder(file)
  const modelRows = modelFields[options.modelType]

  // Named columns first: the whole name is the longest prefix.
  const fields = [...commonFields, ...modelRows].flatMap((row): PlannedField[] => {
    if ('struct' in row) return []
    const name = textOf(schema, row.key)
    const column = name === undefined ? undefined : finder.named(name, row.key)
    return column === undefined ? [] : [{ row, column }]
  })
  const structs = planStructs(options, finder)
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
    textOf(schema, 'features') === undefined && listOf(schema, 'features_list') === undefined && hasSide(options, modelRows, 'prediction')
  const inferred = infers ? finder.rest(listOf(schema, 'exclude') ?? []) : []

  const groups = groupFields.flatMap((row): PlannedGroup[] => {
    const members = listed.get(row) ?? prefixed.get(row.key) ?? (row.key === 'features' ? inferred : undefined)
    return members === undefined ? [] : [{ row, names: members.map(({ name }) => name), columns: members.map(({ column }) => column) }]
  })
  const unmatched = groups.flatMap(({ row, names }): Issue[] => {
    const prefix = textOf(schema, row.key)
    if (prefix === undefined || names.length > 0) return []
    return [unmatchedPrefix(row, prefix, file)]
  })
  const { reads, issues } = planReads(file, options, { fields, structs, groups, inferred: infers })
  const names = nameIssues(file, options, groups, infers)
  return {
    fields,
    structs,
    groups,
    reads,
    issues: boundedIssues([...finder.issues, ...unmatched, ...names, ...issues, ...unusedNames(file, options, infers)]),
  }
}

/** Fields of several columns, and embeddings. */
function planStructs({ modelType, schema }: NormalOptions, finder: ColumnFinder): PlannedStruct[] {
  const partsIn = (kind: StructKind, field: string, columns: PartColumns): PlannedPart[] =>
    kind.parts.flatMap((part) => {
      const name = textOf(columns, part.key)
      const column = name === undefined ? undefined : finder.named(name, `${field}.${part.key}`)
      return column === undefined ? [] : [{ part, column }]
    })
  const fields = modelFields[modelType].flatMap((row): PlannedStruct[] => {
    const columns = partsOf(schema, row.key)
    if (!('struct' in row) || columns === undefined) return []
    const { key, struct: kind, side } = row
    return [{ key, field: key, kind, ...(side === undefined ? {} : { side }), parts: partsIn(kind, key, columns) }]
  })
  const embeddings = embeddingsOf(schema).map((columns): PlannedStruct => {
    const { key, struct: kind } = embeddingRow
    const field = `${key}.${columns.feature_name}`
    return { key, name: columns.feature_name, field, kind, parts: partsIn(kind, field, columns) }
  })
  return [...fields, ...embeddings]
}

function unmatchedPrefix(row: GroupRow, prefix: string, file: FileSchema): Issue {
  const near = nearPrefix(prefix, file)
  const words = { prefix: quoted(prefix), near: near === undefined ? '' : `Did you mean ${quoted(near)}? ` }
  const fix =
    near === undefined ? { action: 'remove' as const, field: row.key } : { action: 'rename' as const, field: row.key, column: near }
  return issueOf(row.required ? 'features-unmatched' : 'prefix-unmatched', words, { field: row.key, fix })
}

function found(name: string, column: number | undefined): { name: string; column: number }[] {
  return column === undefined ? [] : [{ name, column }]
}

/** Names in the schema that do no harm but also nothing. */
function unusedNames(file: FileSchema, { schema }: NormalOptions, infers: boolean): Issue[] {
  const names = new Set(file.columns.map(({ name }) => name))
  const fix = (field: string, column: string) => ({ action: 'remove' as const, field, column })
  const declared = Object.keys((schema.column_types ?? {}) as object)
  const excluded = infers ? (listOf(schema, 'exclude') ?? []) : []
  return [
    ...declared
      .filter((name) => !names.has(name))
      .map((name) => issueOf('column-type-unused', { column: quoted(name) }, { field: 'column_types', fix: fix('column_types', name) })),
    ...excluded
      .filter((name) => !names.has(name))
      .map((name) => issueOf('exclude-unmatched', { column: quoted(name) }, { field: 'exclude', fix: fix('exclude', name) })),
  ]
}
