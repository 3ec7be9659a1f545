import type { BooleanWords } from './cell-words.js'
import { invalidCsvOption } from './invalid-csv-option.js'

interface Words {
  readonly nulls: readonly string[]
  readonly booleans: BooleanWords | null
  readonly decimal: string
}

const mostWords = 100
const longestWord = 100

/**
 * @param special what cells cannot hold without quotes
 * @throws ConfigError `CONFIG_INVALID`
 */
export function checkWords({ nulls, booleans, decimal }: Words, special: readonly string[]): void {
  const isWord = (word: unknown): boolean =>
    typeof word === 'string' &&
    word !== '' &&
    word.length <= longestWord &&
    !/[\r\n]/.test(word) &&
    !special.some((part) => word.includes(part))
  const isList = (words: unknown): boolean => Array.isArray(words) && words.length <= mostWords && words.every(isWord)
  if (!isList(nulls)) {
    throw invalidCsvOption('"nulls" has to be a list of short texts that cells hold without quotes.', "Give texts, for example ['NA'].")
  }
  if (decimal !== '.' && decimal !== ',')
    throw invalidCsvOption('"decimal" has to be "." or ",".', "Give { decimal: ',' }, or leave it out.")
  if (special.includes(decimal))
    throw invalidCsvOption('"decimal" and the delimiter are the same.', "Give another delimiter, for example { delimiter: ';' }.")
  if (booleans === null) return
  const { true: trues, false: falses } = booleans
  if (!isList(trues) || !isList(falses) || trues.length === 0 || falses.length === 0) {
    throw invalidCsvOption(
      '"booleans" has to have short texts for true and for false.',
      "Give both, for example { booleans: { true: ['yes'], false: ['no'] } }.",
    )
  }
  const lower = (words: readonly string[]): string[] => words.map((word) => word.toLowerCase())
  const known = new Set(lower(trues))
  if (lower(falses).some((word) => known.has(word)) || [...trues, ...falses].some((word) => nulls.includes(word))) {
    throw invalidCsvOption('A text of "booleans" stands for two things.', 'Give each text once, and none that is in "nulls".')
  }
}
