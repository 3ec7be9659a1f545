import { bitAt } from '../../model/bitmap.js'
import type { ColumnOf } from '../../model/column.js'
import type { DataType } from '../../model/data-type.js'
import { ownList } from '../list-column.js'
import type { TextColumn } from '../to-text.js'
import type { JsonShape } from './json/json-shapes.js'
import { jsonReader } from './json/read-json.js'
import { placeCheck } from './place-check.js'
import type { Place, Step } from './slot.js'

/** How a field of lists is read and judged. */
export interface ListRule {
  readonly shape: JsonShape
  /** What the JSON of a cell must be, for a message. */
  readonly json: string
  /** A list as the file has it, as the record has it: the same offsets, items of one type. */
  readonly normal: (list: ColumnOf<'list'>) => ColumnOf<'list'>
  /** For the lists of a batch: the number of the check that a row's list fails, -1 for none. */
  readonly judge: (list: ColumnOf<'list'>) => (rowIndex: number) => number
}

/** Lists, fixed lists, or text that holds a list as JSON. */
export function takesList(type: DataType, takesItem: (item: DataType) => boolean): boolean {
  return type.kind === 'utf8' || type.kind === 'null' || ((type.kind === 'list' || type.kind === 'fixedList') && takesItem(type.item))
}

/** One issue a cell at most: the first rule that its list breaks. A null cell is fine. */
export function listStep(place: Place, { shape, json, normal, judge }: ListRule): Step {
  const { column: index } = place
  const invalid = placeCheck(place, 'json-invalid', { expected: json })
  const read = jsonReader(shape)
  return (given, log) => {
    if (given.kind === 'null') return given
    const list =
      given.kind === 'list' || given.kind === 'fixedList'
        ? normal(ownList(given))
        : read(given as TextColumn, (rowIndex) => log.add(rowIndex, invalid, index))
    if (list.kind === 'null') return list
    const failed = judge(list)
    for (let i = 0; i < list.length; i++) {
      if (!bitAt(list.validity, i)) continue
      const check = failed(i)
      if (check >= 0) log.add(i, check, index)
    }
    return list
  }
}
