import type { FileDecoder } from '../../contracts/file-decoder.js'
import { loadHyparquet } from './load-hyparquet.js'
import { ParquetFile } from './parquet-file.js'

/**
 * Reads Parquet, column by column and row group by row group; only the columns asked for are fetched.
 *
 * Integers, decimals and timestamps are exact, in the file's own unit. Throws `FILE_CORRUPT` naming column and row
 * group, `FORMAT_UNSUPPORTED` for encrypted files, unknown codecs and encodings, `BUDGET_EXCEEDED` when a row group's
 * columns would take more than `groupBytes`, the footer more than `schemaBytes`, a cell more than `cellBytes`.
 */
export function parquetDecoder(): FileDecoder {
  return {
    format: 'parquet',
    revision: 'parquet/1',
    seeks: true,
    portable: { module: 'lading/worker', export: 'parquetDecoder', options: null },
    extensions: ['.parquet', '.pq'],
    // Encrypted files are matched too, so that `open` can name what they are.
    matches: (_name, head) => startsWith(head, 'PAR1') || startsWith(head, 'PARE'),
    async open(bytes, options) {
      options.signal.throwIfAborted()
      return ParquetFile.open(await loadHyparquet(), bytes, options)
    },
  }
}

function startsWith(head: Uint8Array, magic: string): boolean {
  return head.length >= magic.length && [...magic].every((letter, i) => head[i] === letter.charCodeAt(0))
}
