import type { SinkFile } from '../../model/file.js'
import { sha256 } from '../../util/canonical-json.js'
import { fenceName } from '../names.js'

/** The last part of a key without its extensions, as far as any file system takes it: for people, not for telling apart. */
export function baseName(key: string): string {
  const last = key.slice(key.lastIndexOf('/') + 1)
  const base = last.replace(/\.gz$/i, '').replace(/\.\w{1,8}$/, '')
  const safe = base.replace(/[^\w.-]+/g, '_').slice(0, 60)
  return safe === '' || safe.startsWith('.') ? `_${safe}` : safe
}

/** The folder of one file and generation. */
export function outputName(file: SinkFile): string {
  const hash = (text: string): string => sha256(text).slice(0, 16)
  return `${baseName(file.key)}-${hash(fenceName(file))}-${hash(file.version)}-${file.generation}`
}
