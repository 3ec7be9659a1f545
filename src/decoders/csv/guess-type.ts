import type { DataType } from '../../model/data-type.js'
import { isRfc3339, parseInt64 } from './cell-parsers.js'
import { type CellWords, plainWords } from './cell-words.js'
import { QUOTED_EMPTY } from './quoted-empties.js'

/** `007` and `+1` are written by people who mean the text. */
const plainInteger = /^-?(?:0|[1-9]\d*)$/
const plainNumber = { '.': /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/, ',': /^-?(?:0|[1-9]\d*)(?:,\d+)?(?:[eE][+-]?\d+)?$/ } as const

/**
 * The type of a text column, from a sample of its cells: int64, float64, bool, timestamp (RFC3339 text; epoch numbers
 * stay numbers), and utf8 for all else, for a column without cells, and for integers beyond 64 bits.
 */
export function guessType(cells: Iterable<string>, words: CellWords = plainWords): DataType {
  if (words.ownBooleans) {
    const present = Array.from(cells).filter((text) => text !== '')
    return present.length > 0 && present.every((text) => words.bool(text) !== undefined) ? { kind: 'bool' } : guessOther(present, words)
  }
  return guessOther(cells, words)
}

function guessOther(cells: Iterable<string>, words: CellWords): DataType {
  let kind: 'int64' | 'float64' | 'bool' | 'timestamp' | undefined
  for (const text of cells) {
    if (text === '') continue
    const found = text === QUOTED_EMPTY ? undefined : kindOf(text, words)
    if (found === undefined) return { kind: 'utf8' }
    if (kind === undefined || kind === found) kind = found
    else if ((kind === 'int64' && found === 'float64') || (kind === 'float64' && found === 'int64')) kind = 'float64'
    else return { kind: 'utf8' }
  }
  if (kind === 'timestamp') return { kind, unit: 'us', timezone: 'UTC' }
  return { kind: kind ?? 'utf8' }
}

function kindOf(text: string, { bool, float64, ownBooleans, decimal }: CellWords): 'int64' | 'float64' | 'bool' | 'timestamp' | undefined {
  if (plainInteger.test(text)) return parseInt64(text) === undefined ? undefined : 'int64'
  if (plainNumber[decimal].test(text)) return float64(text) === undefined ? undefined : 'float64'
  if (!ownBooleans && bool(text) !== undefined) return 'bool'
  // nan and inf, but not a number that is written unusually
  if (!/\d/.test(text) && float64(text) !== undefined) return 'float64'
  return isRfc3339(text) ? 'timestamp' : undefined
}
