import { bitAt } from '../../model/bitmap.js'
import type { Column } from '../../model/column.js'
import type { DataType } from '../../model/data-type.js'
import { isLonger } from '../code-points.js'
import type { RowLog } from '../row-log.js'
import { toText, type Utf8Column } from '../to-text.js'
import { isInteger, isNumber } from '../type-words.js'
import { filledText } from './filled-text.js'
import { placeCheck } from './place-check.js'
import type { Place, Slot, Step } from './slot.js'
import { textVerdicts } from './text-verdicts.js'

const utf8: DataType = { kind: 'utf8' }

const isFloat = ({ kind }: DataType): boolean => kind === 'float32' || kind === 'float64'
const isWhole = (type: DataType): boolean => isInteger(type) || (type.kind === 'decimal' && type.scale === 0)

/** The id of a prediction: text, 1 to `maxIdLength` characters (code points), never null. Whole numbers are written out. */
export const idSlot: Slot = {
  expected: 'text or whole numbers',
  // Integers with nulls reach many files as floats.
  accepts: (type) => type.kind === 'utf8' || type.kind === 'null' || isWhole(type) || isFloat(type),
  wants: utf8,
  warns: (type) => (isFloat(type) ? 'id-is-float' : null),
  step(place): Step {
    const { column: index, options } = place
    const limit = options.maxIdLength
    const missing = placeCheck(place, 'id-missing', { limit })
    const tooLong = placeCheck(place, 'id-too-long', { limit })
    const notWhole = placeCheck(place, 'id-not-whole')
    const verdictsOf = textVerdicts(({ data, offsets }, i) => {
      const from = offsets[i] as number
      const to = offsets[i + 1] as number
      if (to === from) return missing + 1
      return isLonger(data, from, to, limit) ? tooLong + 1 : 0
    })
    return (given, log) => {
      refuseFractions(given, log, notWhole, missing, index)
      const column = toText(given)
      if (column.kind === 'null') {
        for (let i = 0; i < column.length; i++) log.add(i, missing, index)
        return column
      }
      const verdictOf = verdictsOf(column)
      for (let i = 0; i < column.length; i++) {
        const failed = verdictOf?.(i) ?? 0
        if (!bitAt(column.validity, i)) log.add(i, missing, index)
        else if (failed !== 0) log.add(i, failed - 1, index)
      }
      return { ...column, validity: null }
    }
  },
}

/** A float is an id while it is whole and every whole number near it is a float too. NaN is how many files write null. */
function refuseFractions(column: Column, log: RowLog, notWhole: number, missing: number, index: number): void {
  if (column.kind !== 'float64' && column.kind !== 'float32') return
  const largest = column.kind === 'float32' ? 2 ** 24 : Number.MAX_SAFE_INTEGER
  for (let i = 0; i < column.length; i++) {
    const value = column.data[i] as number
    if (Number.isInteger(value) && Math.abs(value) <= largest) continue
    if (bitAt(column.validity, i)) log.add(i, Number.isNaN(value) ? missing : notWhole, index)
  }
}

/** A class: text exactly as in the file; numbers in decimals, booleans as `true` and `false`. */
export const labelSlot: Slot = {
  expected: 'text, numbers or booleans',
  accepts: (type) => type.kind === 'utf8' || type.kind === 'bool' || type.kind === 'null' || isNumber(type),
  wants: utf8,
  step: textStep,
}

function textStep(place: Place): Step {
  const notFinite = placeCheck(place, 'number-not-finite')
  return (given, log) => {
    refuseInfinite(given, log, notFinite, place.column)
    return toText(given)
  }
}

function refuseInfinite(column: Column, log: RowLog, check: number, index: number): void {
  if (column.kind !== 'float64' && column.kind !== 'float32') return
  const { data } = column
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) log.add(i, check, index)
}

/** A model version: a cell, else the job's constant. */
export const versionSlot: Slot = { ...labelSlot, step: filledStep(({ modelVersion }) => modelVersion) }

/** A validation data set: a cell, else the job's constant, else the row is rejected. */
export const batchIdSlot: Slot = { ...labelSlot, step: filledStep(({ batchId }) => batchId) }

function filledStep(constant: (options: Place['options']) => string | null): NonNullable<Slot['step']> {
  return (place) => {
    const toLabel = textStep(place)
    const fill = constant(place.options)
    const missing = placeCheck(place, 'batch-id-missing')
    const blank = placeCheck(place, 'text-blank')
    const verdictsOf = textVerdicts((texts, i) => (isBlank(texts, i) ? blank + 1 : 0))
    return (given, log) => {
      const column = toLabel(given, log) as ReturnType<typeof toText>
      const verdictOf = verdictsOf(column)
      for (let i = 0; i < column.length; i++) {
        if (column.kind === 'null' || !bitAt(column.validity, i)) {
          if (fill === null) log.add(i, missing, place.column)
        } else if (verdictOf !== null && verdictOf(i) !== 0) log.add(i, blank, place.column)
      }
      return fill === null ? column : filledText(column, fill)
    }
  }
}

/** Nothing but ASCII white space. */
function isBlank({ data, offsets }: Utf8Column, i: number): boolean {
  for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) if ((data[k] as number) > 32) return false
  return true
}
