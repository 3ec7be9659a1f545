import type { Sink } from '../../contracts/sink.js'
import { folderSink } from '../folder-sink.js'
import { NdjsonWriter } from './ndjson-writer.js'

export interface NdjsonSinkOptions {
  /** Made when missing. Any number of jobs and workers may share it, on one file system. */
  readonly folder: string
  /**
   * Begin each line with `_key`, `_version`, `_generation` and `_row` (1-based): the file and the row it came from. Keys of
   * the record by these names are left out then.
   *
   * @defaultValue false
   */
  readonly provenance?: boolean
}

/**
 * A folder of JSON lines, transactional. Each imported file is a folder of its own, which appears whole or not at all:
 *
 * - `files/<name>/data.ndjson`: one record a line, in row order. 64-bit integers beyond 2^53 are text; NaN and infinities
 *   are null; dates are RFC 3339; bytes are base64; other typed arrays are arrays.
 * - `files/<name>/receipt.json`: job, key, version and generation of the file, its source time, and the receipt.
 * - `stage/`: rows of files that are not committed, and one empty folder per key, its fence. Leave it in place.
 *
 * `<name>` is made of hashes of (job, key) and of the version, and of the generation: the versions of a key stand side by
 * side; it does not `replaces`. A full disk or a refused folder is `SINK_UNAVAILABLE`.
 */
export function ndjsonSink({ folder, provenance = false }: NdjsonSinkOptions): Sink<object> {
  return folderSink('ndjsonSink', folder, (to) => NdjsonWriter.open(to, provenance))
}
