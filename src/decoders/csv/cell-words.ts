import { parseBool, parseFloat64 } from './cell-parsers.js'

/** Texts that are one value of a boolean, in any case of their ASCII letters. */
export interface BooleanWords {
  readonly true: readonly string[]
  readonly false: readonly string[]
}

/** How the values of a dialect are written. */
export interface CellWords {
  /** `true` or `false` of a cell in latin1; else `undefined`. */
  bool(cell: string): boolean | undefined
  float64(cell: string): number | undefined
  /** Other words than `true` and `false`: a column of nothing else is of booleans, whatever else it could be. */
  readonly ownBooleans: boolean
  readonly decimal: '.' | ','
  /** For messages. */
  readonly boolWords: string
}

/** `true`, `false` and a decimal point. */
export const plainWords: CellWords = {
  bool: parseBool,
  float64: parseFloat64,
  ownBooleans: false,
  decimal: '.',
  boolWords: 'true or false',
}

export function cellWords(booleans: BooleanWords | null, decimal: '.' | ','): CellWords {
  const { ownBooleans, bool, boolWords } = booleans === null ? plainWords : booleanWords(booleans)
  return { ownBooleans, bool, boolWords, decimal, float64: decimal === '.' ? parseFloat64 : commaFloat64 }
}

function booleanWords(words: BooleanWords): Pick<CellWords, 'ownBooleans' | 'bool' | 'boolWords'> {
  const known = new Map<string, boolean>()
  // Cells are bytes as characters.
  const add = (word: string, value: boolean): unknown => known.set(Buffer.from(word).toString('latin1').toLowerCase(), value)
  for (const word of words.true) add(word, true)
  for (const word of words.false) add(word, false)
  const longest = Math.max(...Array.from(known.keys(), ({ length }) => length))
  return {
    ownBooleans: true,
    bool: (cell) => (cell.length > longest ? undefined : known.get(cell.toLowerCase())),
    boolWords: [...words.true, ...words.false].join(', '),
  }
}

/** A point would be of thousands, or of another dialect: no number. */
function commaFloat64(cell: string): number | undefined {
  return cell.includes('.') ? undefined : parseFloat64(cell.replace(',', '.'))
}
