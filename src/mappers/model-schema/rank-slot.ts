import { bitAt } from '../../model/bitmap.js'
import { toFloat64 } from '../to-float64.js'
import { isInteger } from '../type-words.js'
import { placeCheck } from './place-check.js'
import type { Slot, Step } from './slot.js'

/** Ranks are 1 to this. */
export const highestRank = 100

/** The place of an item in its group: a whole number from 1 to 100, never null; int32 whatever the file holds. */
export const rankSlot: Slot = {
  expected: 'whole numbers',
  // Integers with nulls reach many files as floats; sums and counts of databases as decimals.
  accepts: (type) =>
    isInteger(type) ||
    type.kind === 'float32' ||
    type.kind === 'float64' ||
    (type.kind === 'decimal' && type.scale === 0) ||
    type.kind === 'null',
  wants: { kind: 'int64' },
  step(place): Step {
    const { column: index } = place
    const missing = placeCheck(place, 'rank-missing', { most: highestRank })
    const invalid = placeCheck(place, 'rank-invalid', { most: highestRank })
    return (given, log) => {
      const { length } = given
      const data = new Int32Array(length)
      const ranks = toFloat64(given)
      for (let i = 0; i < length; i++) {
        if (ranks.kind === 'null' || !bitAt(ranks.validity, i)) {
          log.add(i, missing, index)
          continue
        }
        const rank = ranks.data[i] as number
        if (rank >= 1 && rank <= highestRank && Math.floor(rank) === rank) data[i] = rank
        else log.add(i, invalid, index)
      }
      // Rows without a rank are rejected, so every row that stays has one.
      return { kind: 'int32', length, validity: null, data }
    }
  },
}
