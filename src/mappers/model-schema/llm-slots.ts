import { toText } from '../to-text.js'
import type { Slot } from './slot.js'
import { type TextLimit, textLimit } from './text-limit.js'

/** Text of a language model's run. */
function llmTextSlot(limit: TextLimit | null): Slot {
  return {
    expected: 'text',
    accepts: ({ kind }) => kind === 'utf8' || kind === 'null',
    wants: { kind: 'utf8' },
    step: (place) => {
      if (limit === null) return (column) => toText(column)
      const keep = textLimit(place, limit)
      return (column, log) => keep(toText(column), log)
    },
  }
}

export const llmNameSlot = llmTextSlot({ cut: 50, most: 20_000 })
export const promptTemplateSlot = llmTextSlot({ cut: 5_000, most: 50_000 })
/** Parameters, as JSON text. */
export const llmParamsSlot = llmTextSlot(null)
