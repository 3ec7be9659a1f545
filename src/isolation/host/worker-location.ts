import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Tests that run from the sources name the built file here; so may a bundle. */
const entryKey = Symbol.for('lading.workerEntry')

/**
 * The file that far sides run: the host's own, or the package's, which lies beside the build of this module.
 *
 * @returns `null` when there is no such file, as in a bundle that left it behind
 */
export function workerLocation(given: URL | undefined): URL | null {
  const named = (globalThis as { readonly [entryKey]?: string })[entryKey]
  const entry = given ?? (named === undefined ? new URL('./worker.js', import.meta.url) : new URL(named))
  return entry.protocol === 'file:' && existsSync(fileURLToPath(entry)) ? entry : null
}
