import type { FileDecoder } from '../contracts/file-decoder.js'
import { hasKnownExtension } from '../decoders/detect/detect-format.js'
import type { ObjectInfo } from '../model/object-info.js'

/** Raised when the rules below change: what was skipped under older ones is judged again. */
export const SKIP_RULES_VERSION = 1

/** A rule by which an object is not imported. */
export interface SkipRule {
  readonly rule: string
  /** For people: what it says of an object. */
  readonly says: string
  /** @param name the key below the place's prefix, so that a bucket's own folders named `_x` above it do not hide everything */
  applies(object: ObjectInfo, name: string, decoders: readonly FileDecoder[]): boolean
}

const successMarkers = /^(_success|_committed_.*|_started_.*)$/i
const temporaryNames = /(\.(tmp|temp|part|partial|crc|inprogress|crdownload|swp)|~)$|^(_temporary|_tmp|\.tmp)$/i
const hiddenNames = /^[._]/
const lastStep = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

/** In this order: the first that applies names the object's reason. */
export const SKIP_RULES: readonly SkipRule[] = [
  { rule: 'directory_marker', says: 'its key ends with a slash', applies: ({ key }) => key.endsWith('/') },
  { rule: 'empty_object', says: 'it has no bytes', applies: ({ size }) => size === 0 },
  { rule: 'success_marker', says: 'it marks the end of a job that wrote files', applies: (_, name) => successMarkers.test(lastStep(name)) },
  {
    rule: 'temporary',
    says: 'it, or a folder it is in, has the name of something unfinished',
    applies: (_, name) => name.split('/').some((step) => temporaryNames.test(step)),
  },
  {
    rule: 'hidden',
    says: 'its name, or that of a folder it is in, starts with "." or "_"',
    applies: (_, name) => name.split('/').some((step) => hiddenNames.test(step)),
  },
  { rule: 'archived', says: 'it has to be restored before it can be read', applies: ({ archived }) => archived === true },
  {
    rule: 'unknown_extension',
    says: 'no decoder reads files named like it',
    applies: ({ key }, _, decoders) => !hasKnownExtension(key, decoders),
  },
]

/** The rule by which an object is not imported, or `undefined`. */
export function skipRule(object: ObjectInfo, name: string, decoders: readonly FileDecoder[]): string | undefined {
  return SKIP_RULES.find((rule) => rule.applies(object, name, decoders))?.rule
}

/** Not every database can hold U+0000 or half a surrogate pair, so no store has to: such a key is counted and never remembered. */
export function isStorableKey(key: string): boolean {
  return !/[\0\p{Cs}]/u.test(key)
}
