import { ConfigError } from '../errors.js'
import { nearestNames } from '../util/nearest-names.js'

/** Refuses options of a name that `what` does not have: a misspelt one must not be ignored in silence. */
export function checkKnownOptions(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ConfigError('CONFIG_INVALID', `${what} takes an object of options.`, { remedy: `Pass { ${known[0]}: … }.` })
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const [near] = nearestNames(name, known)
    throw new ConfigError('CONFIG_INVALID', `${what} has no option ${JSON.stringify(name)}.`, {
      remedy: near === undefined ? `Known options: ${known.join(', ')}.` : `Did you mean "${near}"?`,
    })
  }
}
