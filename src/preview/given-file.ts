import { realpath } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ObjectSource } from '../contracts/object-source.js'
import { ConfigError, SourceError } from '../errors.js'
import type { ObjectInfo } from '../model/object-info.js'
import { localSource } from '../sources/local/local-source.js'
import { bytesReader } from '../sources/memory/bytes-reader.js'

/**
 * One file to look into: a path (or a `file:` URL) of this machine, bytes under a name whose extension says the format,
 * or a key of a source.
 */
export type GivenFile =
  | string
  | URL
  | { readonly name: string; readonly bytes: Uint8Array | string }
  | { readonly source: ObjectSource; readonly key: string }

/** Where its bytes are. */
export interface FoundFile {
  readonly source: Pick<ObjectSource, 'open'>
  readonly object: ObjectInfo
}

/** Pages of a listing that are searched for a key, where a source cannot be asked for one. */
const mostPages = 100

/**
 * Finds the file. Of a source, its ownership is checked first, as a job does.
 *
 * @throws SourceError when it is not there, or may not be read
 */
export async function findFile(file: GivenFile, signal: AbortSignal): Promise<FoundFile> {
  if (typeof file === 'string' || file instanceof URL) return await findPath(file, signal)
  if (typeof file !== 'object' || file === null) throw unknownForm()
  if ('bytes' in file) return bytesFile(file.name, file.bytes)
  if (!('source' in file) || typeof file.key !== 'string') throw unknownForm()
  const { source, key } = file
  await source.checkOwnership?.({ signal })
  const object = source.stat === undefined ? await listed(source, key, signal) : await source.stat(key, { signal })
  if (object === undefined) throw notFound(`There is no object ${JSON.stringify(key)} in ${source.place}.`, key)
  return { source, object }
}

async function findPath(path: string | URL, signal: AbortSignal): Promise<FoundFile> {
  const given = typeof path === 'string' ? path : fileURLToPath(path)
  // A link is followed here: the host has named it.
  const real = await realpath(given).catch((cause: unknown) => {
    throw notFound(`There is no file ${JSON.stringify(given)}.`, given, cause)
  })
  const source = localSource({ folder: dirname(real), settleMs: 0 })
  const object = await source.stat?.(basename(real), { signal })
  if (object === undefined) throw notFound(`${JSON.stringify(given)} is not a file.`, given)
  return { source, object }
}

function bytesFile(name: unknown, content: unknown): FoundFile {
  if (typeof name !== 'string' || name === '' || (typeof content !== 'string' && !(content instanceof Uint8Array))) throw unknownForm()
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return {
    source: { open: async () => bytesReader(bytes) },
    object: { key: name, version: `x:${bytes.length}`, size: bytes.length, lastModified: null },
  }
}

async function listed(source: ObjectSource, key: string, signal: AbortSignal): Promise<ObjectInfo | undefined> {
  let pages = 0
  for await (const page of source.list({ under: key, signal })) {
    const found = page.find((object) => object.key === key)
    if (found !== undefined || ++pages >= mostPages) return found
  }
  return undefined
}

function notFound(message: string, key: string, cause?: unknown): SourceError {
  return new SourceError('SOURCE_NOT_FOUND', message, { location: { key }, cause, remedy: 'Check the name, its spelling and its case.' })
}

function unknownForm(): ConfigError {
  return new ConfigError('CONFIG_INVALID', 'The file is neither a path, nor { name, bytes }, nor { source, key }.', {
    remedy: "Give for example 'inbox/monday.csv', { name: 'monday.csv', bytes }, or { source: s3Source({ … }), key }.",
  })
}
