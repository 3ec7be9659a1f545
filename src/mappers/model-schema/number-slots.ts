import { bitAt } from '../../model/bitmap.js'
import type { DataType } from '../../model/data-type.js'
import { toFloat64 } from '../to-float64.js'
import { isNumber } from '../type-words.js'
import { placeCheck } from './place-check.js'
import { roundedDecimal } from './rounded-decimal.js'
import type { Slot, Step } from './slot.js'

const accepts = (type: DataType): boolean => isNumber(type) || type.kind === 'null'
const wants: DataType = { kind: 'float64' }

/** A score, or the label of a numeric model: a finite number, float64 whatever the file holds. */
export const numberSlot: Slot = {
  expected: 'numbers',
  accepts,
  wants,
  warns: roundedDecimal,
  step(place): Step {
    const { column: index } = place
    const notFinite = placeCheck(place, 'number-not-finite')
    return (given, log) => {
      const column = toFloat64(given)
      if (column.kind === 'null') return column
      const { data, validity, length } = column
      for (let i = 0; i < length; i++) {
        const value = data[i] as number
        // Infinity and NaN are the numbers that are not 0 after subtracting themselves; nulls hold 0.
        if (value - value !== 0 && bitAt(validity, i)) log.add(i, notFinite, index)
      }
      return column
    }
  },
}

/** A SHAP value: any float64, NaN too. */
export const shapSlot: Slot = { expected: 'numbers', accepts, wants, warns: roundedDecimal, step: () => (column) => toFloat64(column) }
