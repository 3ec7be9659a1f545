import { join, resolve } from 'node:path'
import type { RejectsSink } from '../../contracts/rejects-sink.js'
import { ConfigError } from '../../errors.js'
import { makeFolder } from '../durable-folder.js'
import { fileSystemError } from '../file-system-error.js'
import { StagingFolder } from '../staging-folder.js'
import { outputName } from './output-name.js'
import { RejectsFolderWriter } from './rejects-folder-writer.js'

export interface RejectsFolderOptions {
  /** Made when missing, and not the folder of another sink. Any number of jobs and workers may share it, on one file system. */
  readonly folder: string
  /** Keep the rows themselves too, as CSV: values of the file. @defaultValue false */
  readonly cells?: boolean
  /** Between the cells of that CSV: one ASCII character, as the job's CSV decoder has it. @defaultValue `,` */
  readonly delimiter?: string
}

/**
 * A folder of refused rows. Each imported file that has some is a folder of its own, `<name>-<hashes>-<generation>`, which
 * appears whole or not at all, before the file is imported:
 *
 * - `rejected.ndjson`: one refused row a line, in row order: `{ row, issues }`, the row 1-based.
 * - `<name>.rejected.csv`, with `cells`: the same rows, line by line, under the header of the file, every column: to be
 *   mended and uploaded again alone. Cells of a text file are its text; timestamps of typed files go to the millisecond.
 *   Columns whose type cannot be read are left out; a row that could not be told cell by cell is a line without any.
 * - `receipt.json`: job, key, version and generation of the file, and how many rows.
 *
 * An attempt that is repeated takes the place of the one before, and a file that fails leaves nothing. `.staging/` holds
 * what is not committed, and one empty folder per key, its fence: leave it in place. A full disk or a refused folder is
 * `SINK_UNAVAILABLE`.
 */
export function rejectsFolder({ folder, cells = false, delimiter = ',' }: RejectsFolderOptions): RejectsSink {
  if (typeof folder !== 'string' || folder === '') {
    throw new ConfigError('CONFIG_INVALID', 'rejectsFolder needs a folder', {
      remedy: "Give it a path: rejectsFolder({ folder: 'rejected' }).",
    })
  }
  if (!/^[\t !#-~]$/.test(delimiter)) {
    throw new ConfigError('CONFIG_INVALID', 'the `delimiter` of rejectsFolder has to be one ASCII character other than a quote', {
      remedy: "Give a single character, for example { delimiter: ';' }.",
    })
  }
  const root = resolve(folder)
  return {
    delivery: 'transactional',
    cells,
    async begin(file, { signal }) {
      signal.throwIfAborted()
      const target = join(root, outputName(file))
      try {
        await makeFolder(root)
        const staging = await StagingFolder.open(join(root, '.staging'), file)
        await staging.withdraw(target, root)
        return new RejectsFolderWriter({ file, staging, root, target, delimiter })
      } catch (error) {
        throw fileSystemError(error, file, `opening the folder of rejected rows ${folder}`)
      }
    },
  }
}
