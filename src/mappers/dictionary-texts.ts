import type { Column, Dictionary } from '../model/column.js'
import { type CellSource, openCells, readCell } from './cell-source.js'

/** The JavaScript values of a dictionary, each made when first asked for and once. */
export interface DictionaryTexts {
  readonly id: number
  /** What `made` was made from so far; a dictionary may grow. */
  readonly values: Column
  readonly cells: CellSource
  /** `undefined` where nobody asked yet; no value of a dictionary is null. */
  readonly made: unknown[]
}

const known = new WeakMap<Dictionary, DictionaryTexts>()

/**
 * The values of a dictionary, kept as long as the dictionary lives.
 *
 * @param earlier those of the batch before: a dictionary that grew keeps its id and its old values
 */
export function dictionaryTexts(dictionary: Dictionary, earlier: DictionaryTexts | null): DictionaryTexts {
  const { id, values } = dictionary
  const before = known.get(dictionary)
  if (before !== undefined && before.values === values) return before
  const grew = before ?? (earlier !== null && earlier.id === id && earlier.values.length <= values.length ? earlier : null)
  const made = grew?.made ?? []
  while (made.length < values.length) made.push(undefined)
  const texts: DictionaryTexts = { id, values, cells: openCells(values, 0, values.length, null), made }
  known.set(dictionary, texts)
  return texts
}

/** The value at an index. */
export function dictionaryText(texts: DictionaryTexts, index: number): unknown {
  const value = texts.made[index]
  return value === undefined ? makeText(texts, index) : value
}

function makeText({ cells, made, values }: DictionaryTexts, index: number): unknown {
  if (index >= values.length) throw new RangeError(`Index ${index} is outside the dictionary of ${values.length}.`)
  const value = readCell(cells, index)
  made[index] = value
  return value
}
