import { bitAt } from '../../model/bitmap.js'
import type { ColumnOf } from '../../model/column.js'
import type { DataType } from '../../model/data-type.js'
import { isLonger } from '../code-points.js'
import { checkOf, type IssueCode } from '../issue-codes.js'
import { floatItems, textItems } from '../list-column.js'
import type { Utf8Column } from '../to-text.js'
import { isNumber } from '../type-words.js'
import type { CrossCheck } from './cross-check.js'
import { classScoresShape } from './json/json-shapes.js'
import { listStep, takesList } from './list-step.js'
import { NameSet } from './name-set.js'
import { placeCheck } from './place-check.js'
import type { Slot } from './slot.js'

const mostClasses = 500
const longestName = 100

/** Where a struct has the class and its score: by name, or as the key and value of a map. */
function pairOf(names: readonly string[]): readonly [name: number, score: number] | null {
  for (const [name, score] of [
    ['class_name', 'score'],
    ['key', 'value'],
  ] as const) {
    if (names.includes(name) && names.includes(score)) return [names.indexOf(name), names.indexOf(score)]
  }
  return null
}

function takesPair(item: DataType): boolean {
  if (item.kind !== 'struct') return false
  const [name, score] = pairOf(item.fields.map((field) => field.name)) ?? []
  const types = [name, score].map((at) => item.fields[at ?? -1]?.type)
  const [nameType, scoreType] = types
  if (nameType === undefined || scoreType === undefined) return false
  return (nameType.kind === 'utf8' || nameType.kind === 'null') && (isNumber(scoreType) || scoreType.kind === 'null')
}

/** Classes as the record has them: a list of structs of `class_name` and `score`. */
function normalPairs(list: ColumnOf<'list'>): ColumnOf<'list'> {
  const child = list.child as ColumnOf<'struct'>
  const [name, score] = pairOf(child.names) ?? [0, 1]
  const [names, scores] = [child.children[name], child.children[score]]
  if (names === undefined || scores === undefined) throw new RangeError('A struct has fewer children than names.')
  const children = [textItems(names), floatItems(scores)]
  return { ...list, child: { ...child, names: ['class_name', 'score'], children } }
}

interface Pairs {
  readonly names: Utf8Column
  readonly scores: ColumnOf<'float64'>
  /** Items that are structs at all. */
  readonly validity: Uint8Array | null
}

function pairsOf({ child }: ColumnOf<'list'>): Pairs {
  const { children, validity } = child as ColumnOf<'struct'>
  return { names: children[0] as Utf8Column, scores: children[1] as ColumnOf<'float64'>, validity }
}

/** Classes and their scores: 1 to 500, each once, named with 1 to 100 characters. */
function classScoresSlot(fits: (score: number) => boolean, scoreCode: IssueCode): Slot {
  return {
    expected: 'lists of { class_name, score }, maps of classes to scores, or JSON text of either',
    accepts: (type) => takesList(type, takesPair),
    wants: { kind: 'utf8' },
    step(place) {
      const check = (code: IssueCode): number => placeCheck(place, code, { most: mostClasses, longest: longestName })
      const [count, name, repeated, score] = [check('class-count'), check('class-name'), check('class-repeated'), check(scoreCode)]
      const seen = new NameSet()
      return listStep(place, {
        shape: classScoresShape,
        json: 'a JSON list such as [{"class_name": "jazz", "score": 0.81}]',
        normal: normalPairs,
        judge(list) {
          const { names, scores, validity } = pairsOf(list)
          return (i) => {
            const from = list.offsets[i] as number
            const to = list.offsets[i + 1] as number
            if (to === from || to - from > mostClasses) return count
            seen.clear(names.data)
            for (let k = from; k < to; k++) {
              const start = names.offsets[k] as number
              const end = names.offsets[k + 1] as number
              if (!bitAt(validity, k) || end === start || isLonger(names.data, start, end, longestName)) return name
              if (!seen.add(start, end)) return repeated
              if (!bitAt(scores.validity, k) || !fits(scores.data[k] as number)) return score
            }
            return -1
          }
        },
      })
    },
  }
}

/** Of a prediction or a threshold. */
export const classProbabilitiesSlot = classScoresSlot((score) => score >= 0 && score <= 1, 'class-score-range')

/** Of the ground truth: 1 for the classes that were right. */
export const classTruthsSlot = classScoresSlot((score) => score === 0 || score === 1, 'class-truth')

/** A row with thresholds has one for each class of its prediction, and for no other. */
export const thresholdCheck: CrossCheck = {
  fields: ['prediction_scores', 'threshold_scores'],
  check({ table }) {
    const differs = table.number(checkOf('threshold-classes', {}, { field: 'threshold_scores' }))
    const predicted = new NameSet()
    return ([predictions, thresholds], log, [, column = 0]) => {
      if (predictions?.kind === 'list' && thresholds?.kind === 'list') {
        const equal = sameClasses(predictions, thresholds, predicted)
        for (let i = 0; i < log.rowCount; i++) if (log.rejects[i] === 0 && !equal(i)) log.add(i, differs, column)
      } else {
        // One of them holds nothing but nulls: rows with the other lack it.
        const other = predictions?.kind === 'list' ? predictions : thresholds
        for (let i = 0; other?.kind === 'list' && i < log.rowCount; i++) {
          if (log.rejects[i] === 0 && bitAt(other.validity, i)) log.add(i, differs, column)
        }
      }
    }
  },
}

function sameClasses(predictions: ColumnOf<'list'>, thresholds: ColumnOf<'list'>, predicted: NameSet): (rowIndex: number) => boolean {
  const { names } = pairsOf(predictions)
  const { names: others } = pairsOf(thresholds)
  return (i) => {
    const present = bitAt(thresholds.validity, i)
    if (present !== bitAt(predictions.validity, i)) return false
    if (!present) return true
    predicted.clear(names.data)
    for (let k = predictions.offsets[i] as number; k < (predictions.offsets[i + 1] as number); k++) {
      predicted.add(names.offsets[k] as number, names.offsets[k + 1] as number)
    }
    const from = thresholds.offsets[i] as number
    const to = thresholds.offsets[i + 1] as number
    if (to - from !== predicted.size) return false
    for (let k = from; k < to; k++)
      if (!predicted.has(others.data, others.offsets[k] as number, others.offsets[k + 1] as number)) return false
    return true
  }
}
