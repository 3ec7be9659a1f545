import { type Items, Lists, Numbers, Pairs, Texts } from './cell-items.js'
import type { JsonCursor } from './json-cursor.js'

const bracketOpen = 91
const bracketClose = 93
const braceOpen = 123
const braceClose = 125
const comma = 44
const quote = 34

/** What the JSON of a cell must be: a list, whose items go into `items`. */
export interface JsonShape<I extends Items = Items> {
  items(): I
  /** Adds the list's items; `false` when the JSON is broken or of another shape: then some may have been added. */
  read(cursor: JsonCursor, items: I): boolean
}

/** `[0.1, -2e3]` */
export const numbersShape: JsonShape<Numbers> = {
  items: () => new Numbers(),
  read: readNumbers,
}

function readNumbers(cursor: JsonCursor, numbers: Numbers): boolean {
  if (!cursor.take(bracketOpen)) return false
  if (cursor.take(bracketClose)) return true
  do {
    const value = cursor.number()
    if (Number.isNaN(value)) return false
    numbers.add(value)
  } while (cursor.take(comma))
  return cursor.take(bracketClose)
}

/** `[[1, 2, 3, 4], [5, 6, 7, 8]]` */
export const numberListsShape: JsonShape<Lists<Numbers>> = {
  items: () => new Lists(new Numbers()),
  read(cursor, lists) {
    if (!cursor.take(bracketOpen)) return false
    if (cursor.take(bracketClose)) return true
    do {
      if (!readNumbers(cursor, lists.inner)) return false
      lists.close()
    } while (cursor.take(comma))
    return cursor.take(bracketClose)
  },
}

/** `["a", "b"]` */
export const textsShape: JsonShape<Texts> = {
  items: () => new Texts(),
  read(cursor, texts) {
    if (!cursor.take(bracketOpen)) return false
    if (cursor.take(bracketClose)) return true
    do if (!cursor.string(texts)) return false
    while (cursor.take(comma))
    return cursor.take(bracketClose)
  },
}

/** `[{"class_name": "jazz", "score": 0.81}]`, or `{"jazz": 0.81}`, which says the same. */
export const classScoresShape: JsonShape<Pairs> = {
  items: () => new Pairs('class_name', 'score'),
  read(cursor, pairs) {
    if (cursor.take(braceOpen)) return readMap(cursor, pairs)
    if (!cursor.take(bracketOpen)) return false
    if (cursor.take(bracketClose)) return true
    do if (!readPair(cursor, pairs)) return false
    while (cursor.take(comma))
    return cursor.take(bracketClose)
  },
}

/** An object with these two members in any order, each once. */
function readPair(cursor: JsonCursor, { texts, numbers }: Pairs): boolean {
  if (!cursor.take(braceOpen)) return false
  const before = texts.length
  const numbersBefore = numbers.length
  for (let member = 0; member < 2; member++) {
    if (member === 1 && !cursor.take(comma)) return false
    const key = cursor.key()
    if (key === 'class_name') {
      if (texts.length > before || !cursor.string(texts)) return false
    } else if (key === 'score') {
      const value = cursor.number()
      if (numbers.length > numbersBefore || Number.isNaN(value)) return false
      numbers.add(value)
    } else return false
  }
  return cursor.take(braceClose)
}

/** Members of an object that is open: names of classes, and their scores. */
function readMap(cursor: JsonCursor, { texts, numbers }: Pairs): boolean {
  if (cursor.take(braceClose)) return true
  do {
    if (!cursor.sees(quote) || !cursor.string(texts) || !cursor.take(58)) return false
    const value = cursor.number()
    if (Number.isNaN(value)) return false
    numbers.add(value)
  } while (cursor.take(comma))
  return cursor.take(braceClose)
}
