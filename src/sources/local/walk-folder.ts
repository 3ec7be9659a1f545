import type { Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { compareKeys } from '../../model/compare-keys.js'

export interface WalkOptions {
  /** Only keys after this one. */
  readonly after?: string | undefined
  /** Only keys that start with this. */
  readonly under: string
  /** Names of one folder held at a time; a larger folder is read once more per so many names. @defaultValue 50000, some megabytes */
  readonly namesAtATime?: number | undefined
  readonly signal: AbortSignal
}

/**
 * Keys of all regular files under `root`, `/`-separated, in the order in which S3 would list them (UTF-8 bytes of the
 * whole key), in constant memory. That order comes from sorting each folder with a slash behind the names of its folders:
 * all keys under `a/` stand together, after `a.csv` and before `a0`. Symbolic links are not followed.
 */
export async function* walkFolder(root: string, options: WalkOptions): AsyncGenerator<string, void, undefined> {
  yield* walk(root, '', options)
}

async function* walk(root: string, prefix: string, options: WalkOptions): AsyncGenerator<string, void, undefined> {
  const { namesAtATime = 50_000 } = options
  let last = ''
  for (;;) {
    const entries = await smallestEntries(root, prefix, last, namesAtATime, options)
    for (const entry of entries) {
      if (entry.endsWith('/')) yield* walk(root, prefix + entry, options)
      else yield prefix + entry
    }
    if (entries.length < namesAtATime) return
    last = entries.at(-1) ?? ''
  }
}

/** The first `limit` wanted entries of a folder after `last`, sorted; folders end in a slash. */
async function smallestEntries(root: string, prefix: string, last: string, limit: number, options: WalkOptions): Promise<string[]> {
  let names: string[] = []
  const trim = (): void => {
    names = names.sort(compareKeys).slice(0, limit)
  }
  for await (const entry of await openFolder(root, prefix)) {
    options.signal.throwIfAborted()
    const name = entry.isDirectory() ? `${entry.name}/` : entry.isFile() ? entry.name : undefined
    if (name === undefined || compareKeys(name, last) <= 0 || !mayHold(prefix + name, options)) continue
    names.push(name)
    if (names.length >= 2 * limit) trim()
  }
  trim()
  return names
}

async function openFolder(root: string, prefix: string): Promise<AsyncIterable<Dirent>> {
  try {
    return await opendir(join(root, ...prefix.split('/')), { bufferSize: 256 })
  } catch (error) {
    // A subfolder that went away between two reads holds nothing; the root is another matter.
    if (prefix !== '' && (error as NodeJS.ErrnoException).code === 'ENOENT') return (async function* () {})()
    throw error
  }
}

/** Whether a file of this key, or anything under it if it is a folder, is asked for. */
function mayHold(key: string, { after, under }: WalkOptions): boolean {
  const isFolder = key.endsWith('/')
  if (!key.startsWith(under) && !(isFolder && under.startsWith(key))) return false
  if (after === undefined || compareKeys(key, after) > 0) return true
  // All keys under a folder stand on the same side of `after`, unless `after` is one of them.
  return isFolder && after.startsWith(key)
}
