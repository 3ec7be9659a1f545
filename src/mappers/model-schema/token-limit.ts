import { bitAt } from '../../model/bitmap.js'
import type { ColumnOf } from '../../model/column.js'
import { codePoints, endOfCodePoints } from '../code-points.js'
import type { RowLog } from '../row-log.js'
import type { Utf8Column } from '../to-text.js'
import { Texts } from './json/cell-items.js'
import { placeCheck } from './place-check.js'
import type { Place } from './slot.js'
import type { TextLimit } from './text-limit.js'

/** Lists of text. */
type TokenLists = ColumnOf<'list'> & { readonly child: Utf8Column }

/** Keeps the characters of all tokens of a row within a limit: what is beyond it is left out, with a warning. */
export function limitTokens(place: Place, { cut, most }: TextLimit): (lists: TokenLists, log: RowLog) => TokenLists {
  const { column: index } = place
  const truncated = placeCheck(place, 'raw-data-truncated', { limit: cut })
  const tooLong = placeCheck(place, 'raw-data-too-long', { limit: most })
  return (lists, log) => {
    const { offsets, child, validity, length } = lists
    let long = false
    for (let i = 0; i < length; i++) {
      const from = child.offsets[offsets[i] as number] as number
      const to = child.offsets[offsets[i + 1] as number] as number
      if (to - from <= cut || !bitAt(validity, i)) continue
      const characters = codePoints(child.data, from, to)
      if (characters <= cut) continue
      log.add(i, characters > most ? tooLong : truncated, index)
      long = true
    }
    return long ? shortened(lists, cut) : lists
  }
}

function shortened({ offsets, child, ...lists }: TokenLists, limit: number): TokenLists {
  const kept = new Texts()
  const ends = new Int32Array(offsets.length)
  for (let i = 0; i < lists.length; i++) {
    let left = limit
    for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) {
      const from = child.offsets[k] as number
      const to = child.offsets[k + 1] as number
      const characters = codePoints(child.data, from, to)
      kept.addBytes(child.data, from, characters <= left ? to : endOfCodePoints(child.data, from, to, left))
      left -= characters
      if (left <= 0) break
    }
    ends[i + 1] = kept.length
  }
  return { ...lists, offsets: ends, child: kept.finish() }
}
