import type { Column } from '../../model/column.js'
import type { RowLog } from '../row-log.js'
import type { Place, Slot } from './slot.js'

/** One column of a field that is made of several. */
export interface Part {
  /** Key of the schema, within the field. */
  readonly key: string
  /** Key of the record, within the field. */
  readonly name: string
  readonly slot: Slot
}

/** Where the parts of a struct are. */
export interface StructPlace extends Omit<Place, 'column' | 'received'> {
  /** Names and indexes into the file's columns, of the parts that the schema names. */
  readonly parts: readonly { readonly name: string; readonly column: number }[]
}

/** A field that several columns feed: a struct on the record. */
export interface StructKind {
  readonly parts: readonly Part[]
  /** Puts the parts together once each was found right by itself; columns in the order of `parts`. */
  join(place: StructPlace): (columns: readonly Column[], log: RowLog) => Column
}
