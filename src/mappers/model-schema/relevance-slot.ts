import { bitAt } from '../../model/bitmap.js'
import { textItems } from '../list-column.js'
import { toText, type Utf8Column } from '../to-text.js'
import { textsShape } from './json/json-shapes.js'
import { listStep } from './list-step.js'
import { placeCheck } from './place-check.js'
import type { Slot, Step } from './slot.js'
import { holdsTextLists, isTextList } from './text-lists.js'
import { textVerdicts } from './text-verdicts.js'

/** What a ranked item was worth: a label, or a list of labels; none of them empty. */
export const relevanceLabelSlot: Slot = {
  expected: 'text or lists of text',
  accepts: (type) => type.kind === 'utf8' || type.kind === 'null' || isTextList(type),
  wants: { kind: 'utf8' },
  step(place, info): Step {
    const { column: index, options } = place
    const empty = placeCheck(place, 'relevance-label-empty')
    if (holdsTextLists(info, options) || info.type.kind === 'list' || info.type.kind === 'fixedList') {
      return listStep(place, {
        shape: textsShape,
        json: 'a JSON list of texts such as ["click", "save"]',
        normal: (list) => ({ ...list, child: textItems(list.child) }),
        judge(list) {
          const labels = list.child as Utf8Column
          return (i) => {
            const from = list.offsets[i] as number
            const to = list.offsets[i + 1] as number
            let whole = to > from
            for (let k = from; whole && k < to; k++) whole = bitAt(labels.validity, k) && labels.offsets[k] !== labels.offsets[k + 1]
            return whole ? -1 : empty
          }
        },
      })
    }
    const verdictsOf = textVerdicts(({ offsets }, i) => (offsets[i] === offsets[i + 1] ? 1 : 0))
    return (given, log) => {
      const column = toText(given)
      const verdictOf = verdictsOf(column)
      for (let i = 0; verdictOf !== null && i < column.length; i++) {
        if (verdictOf(i) !== 0 && bitAt(column.validity, i)) log.add(i, empty, index)
      }
      return column
    }
  },
}
