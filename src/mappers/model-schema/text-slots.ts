import { bitAt } from '../../model/bitmap.js'
import type { Column, Dictionary } from '../../model/column.js'
import type { DataType } from '../../model/data-type.js'
import { checkOf } from '../issue-codes.js'
import type { RowLog } from '../row-log.js'
import { toText, type Utf8Column } from '../to-text.js'
import { isInteger, isNumber } from '../type-words.js'
import { filledText } from './filled-text.js'
import type { Place, Slot, Step } from './slot.js'

const utf8: DataType = { kind: 'utf8' }

/** The id of a prediction: text, 1 to `maxIdLength` characters (code points), never null. Whole numbers are written out. */
export const idSlot: Slot = {
  expected: 'text or whole numbers',
  accepts: (type) => type.kind === 'utf8' || type.kind === 'null' || isInteger(type),
  wants: utf8,
  step({ field, column: index, options, table }): Step {
    const limit = options.maxIdLength
    const missing = table.number(checkOf('id-missing', { limit }, { field }))
    const tooLong = table.number(checkOf('id-too-long', { limit }, { field }))
    const judge = ({ data, offsets }: Utf8Column, i: number): number => {
      const from = offsets[i] as number
      const to = offsets[i + 1] as number
      if (to === from) return missing + 1
      // Only where bytes leave a doubt are code points counted.
      return to - from > limit && (to - from > 4 * limit || codePoints(data, from, to) > limit) ? tooLong + 1 : 0
    }
    const verdicts = new WeakMap<Column, Uint16Array>()
    return (given, log) => {
      const column = toText(given)
      if (column.kind === 'null') {
        for (let i = 0; i < column.length; i++) log.add(i, missing, index)
        return column
      }
      const verdict = column.kind === 'dictionary' ? dictionaryVerdicts(column.dictionary, judge, verdicts) : null
      for (let i = 0; i < column.length; i++) {
        const failed = column.kind === 'dictionary' ? (verdict?.[column.indices[i] as number] ?? 0) : judge(column, i)
        if (!bitAt(column.validity, i)) log.add(i, missing, index)
        else if (failed !== 0) log.add(i, failed - 1, index)
      }
      return { ...column, validity: null }
    }
  },
}

/** One verdict per value of a dictionary, made once. 0 is fine, else one more than the check's number. */
function dictionaryVerdicts(
  dictionary: Dictionary,
  judge: (values: Utf8Column, i: number) => number,
  known: WeakMap<Column, Uint16Array>,
): Uint16Array {
  const { values } = dictionary
  let verdict = known.get(values)
  if (verdict === undefined) {
    verdict = Uint16Array.from({ length: values.length }, (_, i) => judge(values as Utf8Column, i))
    known.set(values, verdict)
  }
  return verdict
}

/** Bytes that begin a UTF-8 sequence. */
function codePoints(data: Uint8Array, from: number, to: number): number {
  let count = 0
  for (let i = from; i < to; i++) if (((data[i] as number) & 0xc0) !== 0x80) count++
  return count
}

/** A class: text exactly as in the file; numbers in decimals, booleans as `true` and `false`. */
export const labelSlot: Slot = {
  expected: 'text, numbers or booleans',
  accepts: (type) => type.kind === 'utf8' || type.kind === 'bool' || type.kind === 'null' || isNumber(type),
  wants: utf8,
  step: textStep,
}

function textStep({ field, column, table }: Place): Step {
  const notFinite = table.number(checkOf('number-not-finite', {}, { field }))
  return (given, log) => {
    refuseInfinite(given, log, notFinite, column)
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
    const missing = place.table.number(checkOf('batch-id-missing', {}, { field: place.field }))
    return (given, log) => {
      const column = toLabel(given, log) as ReturnType<typeof toText>
      if (fill !== null) return filledText(column, fill)
      for (let i = 0; i < column.length; i++) if (column.kind === 'null' || !bitAt(column.validity, i)) log.add(i, missing, place.column)
      return column
    }
  }
}
