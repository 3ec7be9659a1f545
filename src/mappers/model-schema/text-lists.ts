import type { ColumnInfo, DataType } from '../../model/data-type.js'
import { declaredTypeOf, type NormalOptions } from './normal-options.js'

/** What `column_types` says beyond the words of every mapper: JSON lists of text in the cells. */
export const textListWord = 'string_list'

export const textList: DataType = { kind: 'list', item: { kind: 'utf8' } }

/** Text whose cells are to be read as JSON lists of text: `column_types` says so. */
export function holdsTextLists({ name, type, guessed }: ColumnInfo, { schema }: NormalOptions): boolean {
  return (guessed === true || type.kind === 'utf8') && declaredTypeOf(schema, name) === textListWord
}

export function isTextList(type: DataType): boolean {
  return (type.kind === 'list' || type.kind === 'fixedList') && (type.item.kind === 'utf8' || type.item.kind === 'null')
}
