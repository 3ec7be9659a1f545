import type { ColumnInfo, DataType } from '../../model/data-type.js'
import { textItems } from '../list-column.js'
import { toFloat64 } from '../to-float64.js'
import type { TextColumn } from '../to-text.js'
import { isNumber } from '../type-words.js'
import { textsShape } from './json/json-shapes.js'
import { listStep } from './list-step.js'
import { roundedDecimal } from './rounded-decimal.js'
import type { Place, Slot, Step } from './slot.js'
import { textLimit } from './text-limit.js'
import { holdsTextLists, isTextList } from './text-lists.js'

const scalar = (type: DataType): boolean => isNumber(type) || type.kind === 'bool' || type.kind === 'utf8' || type.kind === 'null'

/** Text, numbers, booleans, and lists of text. */
export const featureSlot: Slot = {
  expected: 'text, numbers, booleans or lists of text',
  accepts: (type) => scalar(type) || isTextList(type),
  wants: 'own',
  warns: roundedDecimal,
  step: (place, info) => (holdsTextLists(info, place.options) ? textListStep(place) : decimals(info)),
}

/** Decimals have no kind on a record; all other columns go through as they are. */
function decimals({ type }: ColumnInfo): Step | null {
  return type.kind === 'decimal' ? toFloat64 : null
}

function textListStep(place: Place): Step {
  return listStep(place, {
    shape: textsShape,
    json: 'a JSON list of texts such as ["red", "shoe"]',
    normal: (list) => ({ ...list, child: textItems(list.child) }),
    judge: () => () => -1,
  })
}

/** As features, without lists; long texts are cut. */
export const tagSlot: Slot = {
  expected: 'text, numbers or booleans',
  accepts: scalar,
  wants: 'own',
  warns: roundedDecimal,
  step(place, info) {
    if (info.guessed !== true && info.type.kind !== 'utf8') return decimals(info)
    const keep = textLimit(place, { cut: 1_000, most: 20_000 }, { cut: 'tag-truncated', most: 'tag-too-long' })
    return (column, log) => (column.kind === 'utf8' || column.kind === 'dictionary' ? keep(column as TextColumn, log) : column)
  },
}
