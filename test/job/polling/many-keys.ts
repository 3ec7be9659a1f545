import type { ObjectSource } from '../../../src/contracts/object-source.js'
import { compareKeys } from '../../../src/model/compare-keys.js'
import type { ObjectInfo } from '../../../src/model/object-info.js'
import { bytesReader } from '../../../src/sources/memory/bytes-reader.js'

const PAGE_OBJECTS = 1_000
const FOLDERS = ['dt=2026-01-01', 'dt=2026-01-02', 'dt=2026-01-03']
const BYTES = new TextEncoder().encode('id\n1\n')
const LAST_MODIFIED = new Date('2026-01-03T00:00:00Z')

/** A bucket of very many objects in three date folders, none of which exists before it is listed. */
export interface ManyKeys extends ObjectSource {
  /** Adds an object beside the others. */
  add(key: string): void
  readonly listCalls: number
}

const infoOf = (key: string): ObjectInfo => ({
  key,
  version: `e:${key.length}:${BYTES.length}`,
  size: BYTES.length,
  lastModified: LAST_MODIFIED,
})

/** Key number `i` of a folder with `perFolder` of them; all of one length, so that their order is that of the numbers. */
const keyOf = (i: number, perFolder: number): string =>
  `${FOLDERS[Math.floor(i / perFolder)]}/part-${String(i % perFolder).padStart(7, '0')}.csv`

/** The end of a folder, beyond all that it holds: where its newest objects come. */
export const newKey = (folder: number, n: number): string => `${FOLDERS[folder]}/part-${String(9_000_000 + n)}.csv`

/** @param count of objects at the beginning, about: a third in each folder */
export function manyKeys(count: number): ManyKeys {
  const perFolder = Math.floor(count / FOLDERS.length)
  const total = perFolder * FOLDERS.length
  const added: string[] = []
  let listCalls = 0

  /** How many of the first objects come at or before this key. */
  const upTo = (key: string): number => {
    let [low, high] = [0, total]
    while (low < high) {
      const middle = (low + high) >> 1
      if (compareKeys(keyOf(middle, perFolder), key) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }

  function* keysAfter(after: string | undefined): Generator<string> {
    const more = added.filter((key) => after === undefined || compareKeys(key, after) > 0).sort(compareKeys)
    for (let i = after === undefined ? 0 : upTo(after); i < total; i++) {
      const key = keyOf(i, perFolder)
      while (more[0] !== undefined && compareKeys(more[0], key) < 0) yield more.shift() as string
      yield key
    }
    yield* more
  }

  return {
    place: 'memory:many',
    prefix: '',
    identity: 'etag',
    listsInKeyOrder: true,
    add: (key) => {
      added.push(key)
    },
    get listCalls() {
      return listCalls
    },
    async *list({ after, signal }) {
      const keys = keysAfter(after)
      for (let more = true; more; ) {
        signal.throwIfAborted()
        const page: ObjectInfo[] = []
        while (page.length < PAGE_OBJECTS) {
          const { done, value } = keys.next()
          if (done === true) {
            more = false
            break
          }
          page.push(infoOf(value))
        }
        listCalls++
        yield page
      }
    },
    async open(_, { signal }) {
      signal.throwIfAborted()
      return bytesReader(BYTES)
    },
    requestCounts: () => ({ list: listCalls, head: 0, get: 0 }),
  }
}
