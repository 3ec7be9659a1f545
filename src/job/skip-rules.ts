import type { FileDecoder } from '../contracts/file-decoder.js'
import { hasKnownExtension } from '../decoders/detect/detect-format.js'
import type { ObjectInfo } from '../model/object-info.js'

/** Raised when the rules below change: what was skipped under an older number is judged again. */
export const SKIP_RULES_VERSION = 1

const successMarkers = /^(_success|_committed_.*|_started_.*)$/i
const temporaryNames = /(\.(tmp|temp|part|partial|crc|inprogress|crdownload|swp)|~)$|^(_temporary|_tmp|\.tmp)$/i

/**
 * The rule by which an object is not imported, or `undefined`. First match wins; names are judged below the place's
 * prefix, so that a bucket's own folders named `_x` above it do not hide everything.
 */
export function skipRule(object: ObjectInfo, place: string, decoders: readonly FileDecoder[]): string | undefined {
  const below = keyBelow(place, object.key)
  if (object.key.endsWith('/')) return 'directory_marker'
  if (object.size === 0) return 'empty_object'
  const segments = below.split('/')
  const name = segments.at(-1) as string
  if (successMarkers.test(name)) return 'success_marker'
  if (segments.some((segment) => temporaryNames.test(segment))) return 'temporary'
  if (segments.some((segment) => segment.startsWith('.') || segment.startsWith('_'))) return 'hidden'
  if (object.archived === true) return 'archived'
  if (!hasKnownExtension(object.key, decoders)) return 'unknown_extension'
  return undefined
}

/** Postgres text cannot hold U+0000, so no store has to: such a key is counted and never remembered. */
export function isStorableKey(key: string): boolean {
  return !key.includes('\0')
}

/** The key without the path of the place, where keys carry it: `s3://bucket/a/b/` and `a/b/c.csv` give `c.csv`. */
function keyBelow(place: string, key: string): string {
  const path = /^[^:]+:\/\/[^/]*\/(.*)$/.exec(place)?.[1] ?? ''
  return path !== '' && key.startsWith(path) ? key.slice(path.length) : key
}
