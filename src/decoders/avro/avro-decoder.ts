import type { FileDecoder } from '../../contracts/file-decoder.js'
import { AvroFile } from './avro-file.js'

/**
 * Reads Avro object container files as a stream, block by block; fields that are not asked for are passed over.
 *
 * Every block is consumed exactly and followed by the header's sync marker. Longs, decimals and timestamps are exact.
 * Codecs: null, deflate, snappy (with its checksum), zstandard. Unions other than with null
 * are listed as `unknown`; values that are not records are one column, `value`. Throws `FILE_CORRUPT` naming block, row
 * and column, `FORMAT_UNSUPPORTED` for other codecs, `BUDGET_EXCEEDED` before a block, cell or schema over its budget is held.
 */
export function avroDecoder(): FileDecoder {
  return {
    format: 'avro',
    revision: 'avro/1',
    portable: { module: 'lading/worker', export: 'avroDecoder', options: null },
    extensions: ['.avro'],
    matches: (_name, head) => head.length >= 4 && head[0] === 0x4f && head[1] === 0x62 && head[2] === 0x6a && head[3] === 1,
    async open(bytes, options) {
      options.signal.throwIfAborted()
      return AvroFile.open(bytes, options)
    },
  }
}
