import { bitAt, ValidityBuilder } from '../../model/bitmap.js'
import type { Column, ColumnOf } from '../../model/column.js'
import type { DataType } from '../../model/data-type.js'
import { checkOf, type IssueCode } from '../issue-codes.js'
import { floatItems, ownList, textItems } from '../list-column.js'
import type { Utf8Column } from '../to-text.js'
import { isNumber } from '../type-words.js'
import { type JsonShape, numberListsShape, numbersShape, textsShape } from './json/json-shapes.js'
import { type ListRule, listStep, takesList } from './list-step.js'
import { placeCheck } from './place-check.js'
import { mostPoints, polygonProblem } from './polygon.js'
import type { Place, Slot } from './slot.js'
import type { StructKind } from './struct-kind.js'
import { isTextList } from './text-lists.js'

const takesNumber = (item: DataType): boolean => isNumber(item) || item.kind === 'null'
const takesNumbers = (item: DataType): boolean =>
  item.kind === 'null' || ((item.kind === 'list' || item.kind === 'fixedList') && takesNumber(item.item))

function listSlot(
  expected: string,
  accepts: Slot['accepts'],
  rule: (check: (code: IssueCode) => number) => Pick<ListRule, 'json' | 'normal' | 'judge'> & { readonly shape: JsonShape },
): Slot {
  return {
    expected,
    accepts,
    wants: { kind: 'utf8' },
    step: (place: Place) =>
      listStep(
        place,
        rule((code) => placeCheck(place, code, { most: mostPoints })),
      ),
  }
}

/** Lists of lists of float64, whatever numbers the file holds. */
function normalLists(list: ColumnOf<'list'>): ColumnOf<'list'> {
  const { child } = list
  if (child.kind !== 'list' && child.kind !== 'fixedList') {
    const { length } = child
    const none: Column = { kind: 'float64', length: 0, validity: null, data: new Float64Array(0) }
    const validity = new Uint8Array((length + 7) >> 3)
    return { ...list, child: { kind: 'list', length, validity, offsets: new Int32Array(length + 1), child: none } }
  }
  const inner = ownList(child)
  return { ...list, child: { ...inner, child: floatItems(inner.child) } }
}

/** Boxes or polygons: the check that the first wrong one fails. */
function shapesJudge(problemOf: (data: Float64Array, from: number, to: number) => number, missing: number): ListRule['judge'] {
  return (list) => {
    const shapes = list.child as ColumnOf<'list'>
    const { data, validity } = shapes.child as ColumnOf<'float64'>
    return (i) => {
      for (let k = list.offsets[i] as number; k < (list.offsets[i + 1] as number); k++) {
        const from = shapes.offsets[k] as number
        const to = shapes.offsets[k + 1] as number
        if (!bitAt(shapes.validity, k)) return missing
        for (let n = from; validity !== null && n < to; n++) if (!bitAt(validity, n)) return missing
        const problem = problemOf(data, from, to)
        if (problem >= 0) return problem
      }
      return -1
    }
  }
}

/** Pascal VOC, in pixels: left, top, right, bottom. */
function isBox(data: Float64Array, from: number, to: number): boolean {
  if (to - from !== 4) return false
  const [left, top, right, bottom] = [data[from] as number, data[from + 1] as number, data[from + 2] as number, data[from + 3] as number]
  return left >= 0 && top >= 0 && left < right && top < bottom && right < Number.POSITIVE_INFINITY && bottom < Number.POSITIVE_INFINITY
}

const boxesSlot = listSlot(
  'lists of boxes [x1, y1, x2, y2], or JSON text of them',
  (type) => takesList(type, takesNumbers),
  (check) => {
    const wrong = check('box-coordinates')
    return {
      shape: numberListsShape,
      json: 'a JSON list of boxes such as [[10, 20, 110, 220]]',
      normal: normalLists,
      judge: shapesJudge((data, from, to) => (isBox(data, from, to) ? -1 : wrong), wrong),
    }
  },
)

const polygonsSlot = listSlot(
  'lists of polygons [x1, y1, x2, y2, x3, y3, …], or JSON text of them',
  (type) => takesList(type, takesNumbers),
  (check) => {
    const codes = {
      format: check('polygon-coordinates'),
      repeated: check('polygon-point-repeated'),
      crossing: check('polygon-self-intersecting'),
    }
    return {
      shape: numberListsShape,
      json: 'a JSON list of polygons such as [[0, 0, 10, 0, 10, 10]]',
      normal: normalLists,
      judge: shapesJudge((data, from, to) => {
        const problem = polygonProblem(data, from, to)
        return problem === null ? -1 : codes[problem]
      }, codes.format),
    }
  },
)

const categoriesSlot = listSlot(
  'lists of text, or JSON text of them',
  (type) => type.kind === 'utf8' || type.kind === 'null' || isTextList(type),
  (check) => {
    const missing = check('category-missing')
    return {
      shape: textsShape,
      json: 'a JSON list of texts such as ["car", "bus"]',
      normal: (list) => ({ ...list, child: textItems(list.child) }),
      judge(list) {
        const { validity } = list.child as Utf8Column
        return (i) => {
          for (let k = list.offsets[i] as number; validity !== null && k < (list.offsets[i + 1] as number); k++)
            if (!bitAt(validity, k)) return missing
          return -1
        }
      },
    }
  },
)

const scoresSlot = listSlot(
  'lists of numbers, or JSON text of them',
  (type) => takesList(type, takesNumber),
  (check) => {
    const outside = check('detection-score-range')
    return {
      shape: numbersShape,
      json: 'a JSON list of numbers such as [0.9, 0.4]',
      normal: (list) => ({ ...list, child: floatItems(list.child) }),
      judge(list) {
        const { data, validity } = list.child as ColumnOf<'float64'>
        return (i) => {
          for (let k = list.offsets[i] as number; k < (list.offsets[i + 1] as number); k++) {
            const score = data[k] as number
            if (!bitAt(validity, k) || !(score >= 0 && score <= 1)) return outside
          }
          return -1
        }
      },
    }
  },
)

/** What was seen in an image, and where: boxes or polygons, each with a category and perhaps a score. */
export const detectionKind: StructKind = {
  parts: [
    { key: 'coordinates_column', name: 'coordinates', slot: boxesSlot },
    { key: 'polygons_column', name: 'polygons', slot: polygonsSlot },
    { key: 'categories_column', name: 'categories', slot: categoriesSlot },
    { key: 'scores_column', name: 'scores', slot: scoresSlot },
  ],
  join({ field, table, parts }) {
    const incomplete = parts.map(({ name }) => table.number(checkOf('detection-incomplete', { part: name }, { field })))
    const counts = table.number(checkOf('detection-counts', {}, { field }))
    return (columns, log) => {
      const length = log.rowCount
      const missing = new ValidityBuilder(length)
      for (let i = 0; i < length; i++) {
        let present = 0
        let size = -1
        let unequal = -1
        columns.forEach((column, n) => {
          if (column.kind !== 'list' || !bitAt(column.validity, i)) return
          present++
          const items = (column.offsets[i + 1] as number) - (column.offsets[i] as number)
          if (size < 0) size = items
          else if (items !== size) unequal = n
        })
        if (present === 0) missing.setNull(i)
        else if (log.rejects[i] === 1) continue
        else if (present < columns.length) {
          const n = columns.findIndex((column) => column.kind !== 'list' || !bitAt(column.validity, i))
          log.add(i, incomplete[n] as number, parts[n]?.column ?? 0)
        } else if (unequal >= 0) log.add(i, counts, parts[unequal]?.column ?? 0)
      }
      return { kind: 'struct', length, validity: missing.finish(), names: parts.map(({ name }) => name), children: columns }
    }
  },
}
