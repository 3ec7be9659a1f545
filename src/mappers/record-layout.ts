import type { Column, ColumnGroup } from '../model/column.js'

/** One slot of a record: a column's cell, or (with `names`) an object with a cell for each name of a group. */
export interface RecordField {
  readonly key: string
  /** Names of the group's columns, in their order. Any text: they are the file's. */
  readonly names?: readonly string[]
}

/** The shape of every record of one mapping, in order of its keys. Keys are the package's own words, never the file's. */
export interface RecordLayout {
  readonly fields: readonly RecordField[]
}

/** A column or a group under each key of the layout. */
export type RecordColumns = Readonly<Record<string, Column | ColumnGroup>>

/** Makes the records of rows `from` (inclusive) to `to` (exclusive). */
export type BuildRecords<R> = (columns: RecordColumns, from: number, to: number) => R[]

/**
 * The prototype of `features`, `tags` and the like: frozen, empty and without a prototype of its own, so that
 * `features['constructor']` finds nothing, while the objects keep V8's fast properties.
 */
export const emptyPrototype: object = Object.freeze(Object.create(null))

/** All columns that a layout reads, groups in place, in the order in which builders number them. */
export function flatColumns(layout: RecordLayout, columns: RecordColumns): Column[] {
  return layout.fields.flatMap(({ key, names }) => {
    const found = columns[key]
    if (found === undefined) throw new RangeError(`There is no column for the record key "${key}".`)
    if ((found.kind === 'group') !== (names !== undefined) || (found.kind === 'group' && found.columns.length !== names?.length)) {
      throw new RangeError(`The columns under "${key}" are not those of the record layout.`)
    }
    return found.kind === 'group' ? found.columns : [found]
  })
}
