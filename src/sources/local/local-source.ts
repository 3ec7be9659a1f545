import type { BigIntStats } from 'node:fs'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ObjectReader, ObjectSource } from '../../contracts/object-source.js'
import { ConfigError } from '../../errors.js'
import type { ObjectInfo } from '../../model/object-info.js'
import { clockOf } from '../../util/clock.js'
import { checkKnownOptions } from '../known-options.js'
import { objectChanged, objectVanished } from '../object-errors.js'
import { fileVersion } from './file-version.js'
import { folderError, objectError } from './local-error.js'
import { localReader } from './local-reader.js'
import { walkFolder } from './walk-folder.js'

const pageObjects = 1_000

/** Options of {@link localSource}. */
export interface LocalSourceOptions {
  /** The folder to import from, with all folders in it. Relative paths count from the present working directory. */
  readonly folder: string
  /**
   * A file is not listed before it has been left alone for so long, so that half-copied files are not taken up.
   * @defaultValue 2000
   */
  readonly settleMs?: number | undefined
}

/**
 * The files of a folder and its subfolders. Keys are paths below the folder, `/`-separated. A version is a file's
 * modification time and size; both are compared again while reading.
 *
 * Keys come in S3's order, in constant memory (a folder of more than 50,000 entries is read several times). Symbolic
 * links are not followed, so no key leads out of the folder; the folder itself may be one. Names that are not valid UTF-8
 * are not seen.
 *
 * Throws `CONFIG_INVALID` for wrong options.
 */
export function localSource(options: LocalSourceOptions): ObjectSource {
  checkKnownOptions('localSource', options, ['folder', 'settleMs'])
  const { folder, settleMs = 2_000 } = options
  if (typeof folder !== 'string' || folder === '') {
    throw new ConfigError('CONFIG_INVALID', '`folder` is missing or empty.', { remedy: 'Name the folder to import from.' })
  }
  if (typeof settleMs !== 'number' || !(settleMs >= 0 && settleMs <= 86_400_000)) {
    throw new ConfigError('CONFIG_INVALID', '`settleMs` must be a number from 0 to 86,400,000.', { remedy: 'Leave it out for 2,000.' })
  }
  const clock = clockOf(options)
  const root = resolve(folder)
  const counts = { list: 0, head: 0, get: 0 }

  const pathOf = (key: string): string => join(root, ...key.split('/'))
  const describe = (key: string, stats: BigIntStats): ObjectInfo => ({
    key,
    version: fileVersion(stats),
    size: Number(stats.size),
    lastModified: new Date(Number(stats.mtimeNs / 1_000_000n)),
  })
  /** `undefined`: not there, not a file, or still being written. */
  const look = async (key: string): Promise<ObjectInfo | undefined> => {
    try {
      const stats = await lstat(pathOf(key), { bigint: true })
      return stats.isFile() && isSettled(stats, clock.now(), settleMs) ? describe(key, stats) : undefined
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
      throw objectError(key, error)
    }
  }

  return {
    place: pathToFileURL(root.endsWith(sep) ? root : root + sep).href,
    prefix: '',
    identity: 'mtime',
    listsInKeyOrder: true,
    async *list({ after, under = '', signal }) {
      let page: ObjectInfo[] = []
      counts.list++
      try {
        for await (const key of walkFolder(root, { after, under, signal })) {
          const info = await look(key)
          if (info === undefined) continue
          if (page.length === pageObjects) {
            yield page
            page = []
            counts.list++
          }
          page.push(info)
        }
      } catch (error) {
        throw folderError(root, error)
      }
      yield page
    },
    async open({ key, version, size }, { signal }) {
      signal.throwIfAborted()
      counts.get++
      const handle = await openInside(root, key)
      try {
        const stats = await handle.stat({ bigint: true })
        if (!stats.isFile()) throw objectVanished(key)
        if (fileVersion(stats) !== version) throw objectChanged(key)
        return localReader(handle, key, version, size) satisfies ObjectReader
      } catch (error) {
        await handle.close()
        throw objectError(key, error)
      }
    },
    async stat(key, { signal }) {
      signal.throwIfAborted()
      counts.head++
      if (!isInsideKey(key)) return undefined
      const info = await look(key)
      return info !== undefined && (await isInside(root, pathOf(key))) ? info : undefined
    },
    requestCounts: () => ({ ...counts }),
  }
}

/**
 * Left alone for `settleMs`, by the time of its last change of any kind: the modification time may be set to anything by
 * whoever copies a file. A change time far ahead (another machine's clock) does not hold a file back.
 */
function isSettled(stats: BigIntStats, now: Date, settleMs: number): boolean {
  return Math.abs(now.getTime() - Number(stats.ctimeNs / 1_000_000n)) >= settleMs
}

/** A key as this source makes them: no empty, `.` or `..` part, nothing that a path would read as a separator. */
function isInsideKey(key: string): boolean {
  if (key.includes('\0') || (sep !== '/' && key.includes(sep))) return false
  return key.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

/** No part of the path is a link that leads out of the folder. */
async function isInside(root: string, path: string): Promise<boolean> {
  const realRoot = await realpath(root)
  return (await realpath(path)).startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep)
}

async function openInside(root: string, key: string): Promise<FileHandle> {
  if (!isInsideKey(key)) throw objectVanished(key)
  const path = join(root, ...key.split('/'))
  try {
    // O_NONBLOCK: a name that became a pipe must not hang the process. Windows has neither flag.
    const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    if (await isInside(root, path)) return handle
    await handle.close()
  } catch (error) {
    throw objectError(key, error)
  }
  throw objectVanished(key)
}
