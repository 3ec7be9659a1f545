import type { Sink } from '../../contracts/sink.js'
import { folderSink } from '../folder-sink.js'
import { loadParquetApi, type ParquetApi } from './parquet-api.js'
import { ParquetFileWriter } from './parquet-file-writer.js'

export interface ParquetSinkOptions {
  /** Made when missing. Any number of jobs and workers may share it, on one file system. */
  readonly folder: string
  /**
   * Begin each row with `_key`, `_version`, `_generation` and `_row` (1-based): the file and the row it came from. Columns of
   * the record by these names are left out then.
   *
   * @defaultValue false
   */
  readonly provenance?: boolean
}

/**
 * A folder of Parquet files (snappy), transactional. Needs the package `hyparquet-writer`. Each imported file is a folder of
 * its own, which appears whole or not at all:
 *
 * - `files/<name>/data.parquet`: the records, in row order. One column per field, and per feature, tag and SHAP value
 *   (`feature/age`, `tag/zone`, `shap/age`). Structs, and JavaScript values of no one type, are JSON.
 * - `files/<name>/receipt.json`: job, key, version and generation of the file, its source time, and the receipt.
 * - `stage/`: rows of files that are not committed, and one empty folder per key, its fence. Leave it in place.
 *
 * `<name>` is made of hashes of (job, key) and of the version, and of the generation: the versions of a key stand side by
 * side; it does not `replaces`. Read all with `read_parquet('files/*\/data.parquet', union_by_name = true)`. A full disk or a
 * refused folder is `SINK_UNAVAILABLE`.
 */
export function parquetSink({ folder, provenance = false }: ParquetSinkOptions): Sink<object> {
  let loaded: Promise<ParquetApi> | undefined
  return folderSink('parquetSink', folder, async (to) => {
    loaded ??= loadParquetApi()
    return ParquetFileWriter.open(await loaded, to, provenance)
  })
}
