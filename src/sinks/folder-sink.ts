import { join, resolve } from 'node:path'
import type { FileWriter, Sink } from '../contracts/sink.js'
import { ConfigError } from '../errors.js'
import type { SinkFile } from '../model/file.js'
import { sha256 } from '../util/canonical-json.js'
import { probe } from '../util/probe.js'
import { makeFolder } from './durable-folder.js'
import { readReceipt } from './file-manifest.js'
import { fileSystemError } from './file-system-error.js'
import type { FolderTarget } from './folder-file.js'
import { fenceName, placeOf } from './names.js'
import { StagingFolder } from './staging-folder.js'

/**
 * A transactional sink in a folder: each imported file is a folder of its own in `files`, with a `receipt.json`, which
 * appears whole or not at all.
 *
 * @param name of the sink, for people
 */
export function folderSink<R>(name: string, folder: string, openWriter: (to: FolderTarget) => Promise<FileWriter<R>>): Sink<R> {
  if (typeof folder !== 'string' || folder === '') {
    throw new ConfigError('CONFIG_INVALID', `${name} needs a folder`, { remedy: `Give it a path: ${name}({ folder: 'imported' }).` })
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
        return receipt ?? (await openWriter({ file, staging, files, target }))
      } catch (error) {
        throw fileSystemError(error, file, `opening the sink folder ${folder}`)
      }
    },
  }
}

function targetName(file: SinkFile): string {
  return `${sha256(fenceName(file))}-${sha256(file.version).slice(0, 32)}-${file.generation}`
}
