import { bitAt } from '../../model/bitmap.js'
import type { Column, ColumnOf } from '../../model/column.js'
import { floatItems, textItems } from '../list-column.js'
import { toText, type Utf8Column } from '../to-text.js'
import { isNumber } from '../type-words.js'
import { numbersShape, textsShape } from './json/json-shapes.js'
import { listStep, takesList } from './list-step.js'
import { placeCheck } from './place-check.js'
import type { Place, Slot, Step } from './slot.js'
import type { StructKind } from './struct-kind.js'
import { type TextLimit, textLimit } from './text-limit.js'
import { holdsTextLists, isTextList } from './text-lists.js'
import { limitTokens } from './token-limit.js'

const mostDimensions = 20_000
const rawData: TextLimit = { cut: 5_000, most: 2_000_000 }

/** Numbers, 2 to 20,000 of them, all finite; a null vector is no embedding. Float32 stays float32. */
const vectorSlot: Slot = {
  expected: 'lists of numbers, or JSON text of them',
  accepts: (type) => takesList(type, (item) => isNumber(item) || item.kind === 'null'),
  wants: { kind: 'utf8' },
  warns: ({ kind }) => (kind === 'null' ? 'embedding-column-empty' : null),
  step(place): Step {
    const check = (code: 'embedding-empty' | 'embedding-dimension' | 'embedding-not-finite'): number =>
      placeCheck(place, code, { most: mostDimensions })
    const [empty, dimension, notFinite] = [check('embedding-empty'), check('embedding-dimension'), check('embedding-not-finite')]
    return listStep(place, {
      shape: numbersShape,
      json: 'a JSON list of numbers such as [0.12, -0.5]',
      normal: (list) => (list.child.kind === 'float32' ? list : { ...list, child: floatItems(list.child) }),
      judge({ child, offsets }) {
        const { data, validity } = child as ColumnOf<'float64'> | ColumnOf<'float32'>
        return (i) => {
          const from = offsets[i] as number
          const to = offsets[i + 1] as number
          if (to === from) return empty
          if (to - from === 1 || to - from > mostDimensions) return dimension
          // Infinity and NaN are the numbers that are not 0 after subtracting themselves, and a sum keeps them.
          let sum = 0
          for (let k = from; k < to; k++) sum += (data[k] as number) - (data[k] as number)
          if (sum !== 0) return notFinite
          for (let k = from; validity !== null && k < to; k++) if (!bitAt(validity, k)) return notFinite
          return -1
        }
      },
    })
  },
}

/** The text that was embedded, or its tokens. */
const rawDataSlot: Slot = {
  expected: 'text or lists of text',
  accepts: (type) => type.kind === 'utf8' || type.kind === 'null' || isTextList(type),
  wants: { kind: 'utf8' },
  step(place, info): Step {
    const codes = { cut: 'raw-data-truncated', most: 'raw-data-too-long' } as const
    if (!holdsTextLists(info, place.options) && info.type.kind !== 'list' && info.type.kind !== 'fixedList') {
      const keep = textLimit(place, rawData, codes)
      return (column, log) => keep(toText(column), log)
    }
    const lists = listStep(place, {
      shape: textsShape,
      json: 'a JSON list of texts such as ["red", "shoe"]',
      normal: (list) => ({ ...list, child: textItems(list.child) }),
      judge: () => () => -1,
    })
    const keep = limitTokens(place, rawData)
    return (column, log) => {
      const list = lists(column, log)
      return list.kind === 'list' ? keep(list as ColumnOf<'list'> & { readonly child: Utf8Column }, log) : list
    }
  },
}

const linkSlot: Slot = {
  expected: 'text',
  accepts: ({ kind }) => kind === 'utf8' || kind === 'null',
  wants: { kind: 'utf8' },
  step: (_: Place) => (column) => toText(column),
}

/** A vector, and what it was made of. */
export const embeddingKind: StructKind = {
  parts: [
    { key: 'vector_column', name: 'vector', slot: vectorSlot },
    { key: 'raw_data_column', name: 'raw_data', slot: rawDataSlot },
    { key: 'link_to_data_column', name: 'link_to_data', slot: linkSlot },
  ],
  join:
    ({ parts }) =>
    (columns): Column => {
      const [vector] = columns
      if (vector === undefined || vector.kind === 'null') return { kind: 'null', length: vector?.length ?? 0, validity: null }
      return {
        kind: 'struct',
        length: vector.length,
        validity: vector.validity as Uint8Array | null,
        names: parts.map(({ name }) => name),
        children: columns,
      }
    },
}
