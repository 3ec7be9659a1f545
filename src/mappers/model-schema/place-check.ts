import { checkOf, type IssueCode } from '../issue-codes.js'
import type { Place } from './slot.js'

/** The number of a check of a field's column. */
export function placeCheck(
  { table, field, received }: Pick<Place, 'table' | 'field' | 'received'>,
  code: IssueCode,
  words: Readonly<Record<string, string | number>> = {},
): number {
  return table.number(checkOf(code, words, { field, received }))
}
