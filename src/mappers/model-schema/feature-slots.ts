import type { DataType } from '../../model/data-type.js'
import { toFloat64 } from '../to-float64.js'
import { isNumber } from '../type-words.js'
import type { Slot } from './slot.js'

const scalar = (type: DataType): boolean => isNumber(type) || type.kind === 'bool' || type.kind === 'utf8' || type.kind === 'null'

/** Decimals have no kind on a record; all other columns go through as they are. */
const step: NonNullable<Slot['step']> = (_, { type }) => (type.kind === 'decimal' ? toFloat64 : null)

/** Text, numbers, booleans, and lists of text where the format has them. */
export const featureSlot: Slot = {
  expected: 'text, numbers, booleans or lists of text',
  accepts: (type) => scalar(type) || (type.kind === 'list' && type.item.kind === 'utf8'),
  wants: 'own',
  step,
}

/** As features, without lists. */
export const tagSlot: Slot = { expected: 'text, numbers or booleans', accepts: scalar, wants: 'own', step }
