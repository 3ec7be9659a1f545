import { join, resolve } from 'node:path'
import type { Sink } from '../../contracts/sink.js'
import { ConfigError } from '../../errors.js'
import type { SinkFile } from '../../model/file.js'
import { sha256 } from '../../util/canonical-json.js'
import { probe } from '../../util/probe.js'
import { makeFolder } from '../durable-folder.js'
import { fileSystemError } from '../file-system-error.js'
import { fenceName, placeOf } from '../names.js'
import { StagingFolder } from '../staging-folder.js'
import { readReceipt } from './ndjson-manifest.js'
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
  if (typeof folder !== 'string' || folder === '') {
    throw new ConfigError('CONFIG_INVALID', 'ndjsonSink needs a folder', { remedy: "Give it a path: ndjsonSink({ folder: 'imported' })." })
  }
  const root = resolve(folder)
  const files = join(root, 'files')
  return {
    delivery: 'transactional',
    async begin(file, { signal }) {
      signal.throwIfAborted()
      const target = join(files, targetName(file))
      try {
        await makeFolder(files)
        const staging = await StagingFolder.open(root, file)
        await probe('P10', placeOf(file))
        const receipt = await readReceipt(join(target, 'receipt.json'), file)
        return receipt ?? (await NdjsonWriter.open({ file, staging, files, target, provenance }))
      } catch (error) {
        throw fileSystemError(error, file, `opening the sink folder ${folder}`)
      }
    },
  }
}

function targetName(file: SinkFile): string {
  return `${sha256(fenceName(file))}-${sha256(file.version).slice(0, 32)}-${file.generation}`
}
