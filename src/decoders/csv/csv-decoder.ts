import type { FileDecoder } from '../../contracts/file-decoder.js'
import type { Json } from '../../model/json.js'
import { openByteCsv } from './byte-csv-file.js'
import { byteDialect, type CsvOptions, csvDialect, dialectName } from './csv-options.js'
import { looksLikeText } from './looks-like-text.js'
import { openSplitCsv } from './split-csv-file.js'

/** `IssueLog` names columns by 16 bits, of which the highest means none. */
const mostColumns = 65_534

/**
 * CSV as RFC 4180 has it: UTF-8, or UTF-16 with its mark, a header row, `\n`, `\r\n` or `\r` after each row. An empty
 * cell is null, `""` the empty string; blank lines are no rows. Every column is text that is parsed to the type asked
 * for; `schema` holds a guess from the first 1,000 rows or 1 MiB. Text columns come as dictionaries while their values
 * are few.
 *
 * Split byte by byte, without a string per cell. Delimiters of several characters or beyond ASCII, and letters, digits or
 * signs as delimiter or quote, take csv-parse instead, which is slower and reads UTF-8 alone.
 *
 * @throws ConfigError `CONFIG_INVALID` for options that name no dialect
 */
export function csvDecoder(options: CsvOptions = {}): FileDecoder {
  const dialect = csvDialect(options)
  const inBytes = byteDialect(dialect)
  return {
    format: 'csv',
    revision: `csv/2 ${dialectName(dialect)}`.trimEnd(),
    portable: { module: 'lading/worker', export: 'csvDecoder', options: JSON.parse(JSON.stringify(options)) as Json },
    extensions: ['.csv'],
    matches: (_name, head) => looksLikeText(head),
    open: (bytes, { signal, budgets }) => {
      const bounded = { ...budgets, columns: Math.min(budgets.columns, mostColumns) }
      return inBytes === null ? openSplitCsv(bytes, dialect, bounded, signal) : openByteCsv(bytes, inBytes, bounded, signal)
    },
  } satisfies FileDecoder
}
