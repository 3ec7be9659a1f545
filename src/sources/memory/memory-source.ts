import type { ObjectSource } from '../../contracts/object-source.js'
import { compareKeys } from '../../model/compare-keys.js'
import type { ObjectInfo } from '../../model/object-info.js'
import { sha256 } from '../../util/canonical-json.js'
import { objectChanged, objectVanished } from '../object-errors.js'
import { bytesReader } from './bytes-reader.js'

const pageObjects = 1_000

/** An {@link ObjectSource} over a map, with the two changes a test wants to make to it. */
export interface MemorySource extends ObjectSource {
  /** Adds or replaces an object. */
  put(key: string, content: string | Uint8Array, lastModified?: Date | null): void
  /** Removes an object, if it is there. */
  delete(key: string): void
}

interface Stored {
  readonly bytes: Uint8Array
  readonly info: ObjectInfo
}

/**
 * Objects in memory, for tests and examples. The content's hash is the ETag: equal content is the same version.
 *
 * @param objects content by key; text is stored as UTF-8
 */
export function memorySource(objects: Readonly<Record<string, string | Uint8Array>>): MemorySource {
  const stored = new Map<string, Stored>()
  const counts = { list: 0, head: 0, get: 0 }

  const source: MemorySource = {
    place: 'memory:',
    prefix: '',
    identity: 'etag',
    listsInKeyOrder: true,
    put(key, content, lastModified = null) {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content)
      const version = `e:${sha256(bytes).slice(0, 32)}:${bytes.length}`
      stored.set(key, { bytes, info: { key, version, size: bytes.length, lastModified } })
    },
    delete(key) {
      stored.delete(key)
    },
    async *list({ after, under = '', signal }) {
      const keys = [...stored.keys()]
        .filter((key) => key.startsWith(under) && (after === undefined || compareKeys(key, after) > 0))
        .sort(compareKeys)
      for (let at = 0; at === 0 || at < keys.length; at += pageObjects) {
        signal.throwIfAborted()
        counts.list++
        yield keys.slice(at, at + pageObjects).flatMap((key) => stored.get(key)?.info ?? [])
      }
    },
    async open({ key, version }, { signal }) {
      signal.throwIfAborted()
      counts.get++
      const found = stored.get(key)
      if (found === undefined) throw objectVanished(key)
      if (found.info.version !== version) throw objectChanged(key)
      return bytesReader(found.bytes)
    },
    async stat(key, { signal }) {
      signal.throwIfAborted()
      counts.head++
      return stored.get(key)?.info
    },
    requestCounts: () => ({ ...counts }),
  }
  for (const [key, content] of Object.entries(objects)) source.put(key, content)
  return source
}
