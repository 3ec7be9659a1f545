import { type BooleanWords, type CellWords, cellWords, plainWords } from './cell-words.js'
import { checkWords } from './check-words.js'
import { invalidCsvOption as invalid } from './invalid-csv-option.js'
import { WordSet } from './word-set.js'

/** How cells are told apart. Nothing is sniffed: another dialect is said here. */
export interface CsvOptions {
  /** Between cells. Up to 8 characters; one ASCII character is read fastest. @defaultValue `,` */
  readonly delimiter?: string | undefined
  /** Around cells that hold a delimiter, a line end or a quote: one ASCII character. @defaultValue `"` */
  readonly quote?: string | undefined
  /**
   * Before a quote that is part of a quoted cell: one ASCII character. Where it is not the quote itself, the character
   * after it is taken as it is, whatever it is. @defaultValue the quote
   */
  readonly escape?: string | undefined
  /** Starts a line that is no row: one ASCII character. @defaultValue none: no line is a comment */
  readonly comment?: string | undefined
  /** Lines before the header that are no part of the table. @defaultValue 0 */
  readonly skipRows?: number | undefined
  /**
   * Texts that stand for nothing, as `['NA', 'NULL', '-999']`: a cell of one of them, exactly and without quotes, is null
   * in a column of any type. @defaultValue none: the empty cell alone
   */
  readonly nulls?: readonly string[] | undefined
  /** Texts that are booleans, in any case: `{ true: ['yes'], false: ['no'] }`. @defaultValue `true` and `false` */
  readonly booleans?: { readonly true: readonly string[]; readonly false: readonly string[] } | undefined
  /** Before the fraction of a float64; JSON in cells and epoch seconds have a point always. @defaultValue `.` */
  readonly decimal?: '.' | ',' | undefined
}

export interface CsvDialect {
  readonly delimiter: string
  readonly quote: string
  readonly escape: string
  readonly comment: string | null
  readonly skipRows: number
  readonly nulls: readonly string[]
  readonly booleans: BooleanWords | null
  readonly decimal: '.' | ','
}

/** A dialect that is split byte by byte: codes of ASCII characters; `comment` is -1 where there are none. */
export interface ByteDialect {
  readonly delimiter: number
  readonly quote: number
  readonly escaper: number
  readonly comment: number
  readonly skipRows: number
  readonly nulls: WordSet | null
  readonly words: CellWords
}

/** Characters that numbers, dates and bools are written with: as a delimiter or quote they take the general parser. */
const valueCharacter = /[0-9A-Za-z+.:-]/

/** @throws ConfigError `CONFIG_INVALID` */
export function csvDialect(options: CsvOptions = {}): CsvDialect {
  const { delimiter = ',', quote = '"', escape: escaper = quote, comment = null, skipRows = 0, nulls = [], decimal = '.' } = options
  const { booleans = null } = options
  const characters = { quote, escape: escaper, ...(comment === null ? {} : { comment }) }
  for (const [name, value] of Object.entries(characters)) {
    if (isAscii(value)) continue
    throw invalid(
      `"${name}" has to be one ASCII character other than a line end.`,
      `Give a single character, for example { ${name}: ${name === 'comment' ? `'#'` : `'"'`} }.`,
    )
  }
  if (!/^[^\0\r\n]{1,8}$/.test(delimiter)) {
    throw invalid('"delimiter" has to be one to eight characters without a line end.', `Give a short text, for example { delimiter: ';' }.`)
  }
  if (
    delimiter.includes(quote) ||
    delimiter.includes(escaper) ||
    quote === comment ||
    (comment !== null && delimiter.startsWith(comment))
  ) {
    throw invalid('"delimiter", "quote" and "comment" share a character.', 'Give different characters.')
  }
  if (!Number.isSafeInteger(skipRows) || skipRows < 0) {
    throw invalid('"skipRows" has to be a count of lines.', 'Give a whole number, for example { skipRows: 2 }.')
  }
  checkWords({ nulls, booleans, decimal }, [delimiter, quote])
  const dialect = { delimiter, quote, escape: escaper, comment, skipRows, nulls, booleans, decimal }
  const plain = escaper === quote && comment === null && skipRows === 0 && nulls.length === 0 && booleans === null && decimal === '.'
  if (byteDialect(dialect) === null && !plain) {
    throw invalid(
      '"escape", "comment", "skipRows", "nulls", "booleans" and "decimal" go with a delimiter of one ASCII character, and not with letters, digits or signs as delimiter or quote.',
      'Leave them out, or write the file with another delimiter.',
    )
  }
  return dialect
}

/** The dialect in bytes, or `null` for one that only the general parser splits. */
export function byteDialect({
  delimiter,
  quote,
  escape: escaper,
  comment,
  skipRows,
  nulls,
  booleans,
  decimal,
}: CsvDialect): ByteDialect | null {
  if (!isAscii(delimiter) || valueCharacter.test(delimiter + quote + escaper)) return null
  const code = (text: string): number => text.charCodeAt(0)
  return {
    delimiter: code(delimiter),
    quote: code(quote),
    escaper: code(escaper),
    comment: comment === null ? -1 : code(comment),
    skipRows,
    nulls: nulls.length === 0 ? null : new WordSet(nulls),
    words: booleans === null && decimal === '.' ? plainWords : cellWords(booleans, decimal),
  }
}

/** Tells dialects apart in a decoder's revision; empty for the default. */
export function dialectName({ delimiter, quote, escape: escaper, comment, skipRows, nulls, booleans, decimal }: CsvDialect): string {
  const parts = [delimiter, quote, escaper === quote ? '' : escaper, comment ?? '', skipRows === 0 ? '' : String(skipRows)]
  const name = parts.join(' ').trimEnd()
  const words = { ...(nulls.length > 0 && { nulls }), ...(booleans !== null && { booleans }), ...(decimal !== '.' && { decimal }) }
  const written = Object.keys(words).length === 0 ? '' : ` ${JSON.stringify(words)}`
  return `${name === ', "' ? '' : name}${written}`.trimStart()
}

function isAscii(value: string): boolean {
  const code = value.charCodeAt(0)
  return value.length === 1 && code > 0 && code < 128 && code !== 10 && code !== 13
}
