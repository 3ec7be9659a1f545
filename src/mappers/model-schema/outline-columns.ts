import type { DataType, FileSchema } from '../../model/data-type.js'
import type { Issue } from '../../model/issue.js'
import { planColumns } from './column-plan.js'
import { listOf, type NormalOptions, textOf } from './normal-options.js'

/** How a column came to its field: named by the schema, by a prefix, by a list of columns, or because it was left over. */
export type MappedBy = 'name' | 'prefix' | 'list' | 'inference'

/** One column of a file and the field that it feeds. */
export interface OutlineColumn {
  /** Key of the schema; `features` and `tags` also where they are listed. */
  readonly role: string
  /** On the record: its key, or the name within `features`, `tags`, `shap_values`, an embedding or a detection. */
  readonly name: string
  /** Index into the file's columns. */
  readonly column: number
  readonly by: MappedBy
  /** As what it is read. */
  readonly as: DataType
}

/** A schema laid over a file's columns, for people: also where it does not fit. */
export interface ColumnOutline {
  /** In the order of the record's keys; a column that feeds two fields is there twice. */
  readonly columns: readonly OutlineColumn[]
  /** Columns that feed nothing. */
  readonly unmapped: readonly { readonly column: number; readonly excluded: boolean }[]
  /** What the columns reveal; one of severity `error` and no file of these columns can be imported. */
  readonly issues: readonly Issue[]
}

/** Says of each column of a file what the schema makes of it. Never throws for what a file has. */
export function outlineColumns(file: FileSchema, options: NormalOptions): ColumnOutline {
  const { fields, structs, groups, reads, issues } = planColumns(file, options)
  const { schema } = options
  const types = new Map(reads.map(({ index, as }) => [index, as]))
  const at = (role: string, name: string, column: number, by: MappedBy): OutlineColumn => ({
    role,
    name,
    column,
    by,
    as: types.get(column) ?? { kind: 'unknown' },
  })
  const named = fields.map(({ row, column }) => at(row.key, row.record ?? row.key, column, 'name'))
  const parts = structs.flatMap(({ key, name, parts: its }) =>
    its.map(({ part, column }) => at(key, name === undefined ? part.name : `${name}.${part.name}`, column, 'name')),
  )
  const grouped = groups.flatMap(({ row, names, columns }) => {
    const listed = row.list !== undefined && listOf(schema, row.list) !== undefined
    const by = listed ? 'list' : textOf(schema, row.key) === undefined ? 'inference' : 'prefix'
    return columns.map((column, i) => at(row.key, names[i] as string, column, by))
  })
  const columns = [...named, ...parts, ...grouped]
  const mapped = new Set(columns.map(({ column }) => column))
  const excluded = new Set(listOf(schema, 'exclude'))
  const unmapped = file.columns.flatMap(({ name }, column) => (mapped.has(column) ? [] : [{ column, excluded: excluded.has(name) }]))
  return { columns, unmapped, issues }
}
