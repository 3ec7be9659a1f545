import type { FileSchema } from '../../../src/model/data-type.js'
import type { Canonical } from '../canonical.js'

/** A file as an independent reader sees it: values by column, in the file's order; `null` for one it cannot show exactly. */
export interface Reading {
  readonly names: readonly string[]
  readonly rows: number
  readonly columns: readonly (((row: number) => Canonical) | null)[]
  /** What the reader cannot tell apart is made equal on both sides. */
  readonly soften?: (value: Canonical, column: number) => Canonical
}

/**
 * @param schema what we say of the columns, for readers whose own values need it
 * @returns `null` when the reader refuses the file
 */
export type Oracle = (path: string, bytes: Uint8Array, schema: FileSchema) => Promise<Reading | null>

/** Without fields and keys named `__proto__`, which readers lose that make objects. */
export function withoutProto(value: Canonical): Canonical {
  if (!Array.isArray(value)) return value
  return value.filter((entry) => !isProto(entry)).map(withoutProto)
}

function isProto(entry: Canonical): boolean {
  if (!Array.isArray(entry) || entry.length !== 2) return false
  const [name] = entry as readonly Canonical[]
  return name === '__proto__' || (Array.isArray(name) && name[0] === 'key' && name[1] === 's:__proto__')
}
