import type { FileSchema } from '../../model/data-type.js'
import { nearestNames } from '../../util/nearest-names.js'

/** Columns looked at: enough to know what a file calls its groups. */
const looked = 1_000

/** A beginning that several columns may share and that is nearly this prefix: up to a separator, and as written in the file. */
export function nearPrefix(prefix: string, { columns }: FileSchema): string | undefined {
  const beginnings = new Set<string>()
  for (const { name } of columns.slice(0, looked)) {
    const match = /^[^/._:\- ]+[/._:\- ]/.exec(name.slice(0, 100))
    if (match !== null) beginnings.add(match[0])
  }
  return nearestNames(prefix, beginnings)[0]
}
