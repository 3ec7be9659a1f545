import type { JobRow } from '../contracts/job-store.js'
import { ConfigError, StoreError } from '../errors.js'
import type { JsonObject } from '../model/json.js'
import { checkDefinition, definitionJson, type JobDefinition } from './job-definition.js'

/** A definition with what the manager keeps beside it. */
export interface StoredDefinition {
  readonly definition: JobDefinition
  /** Raised by each edit of the schema, so that an edit back to an older one is a new version too. */
  readonly revision: number
}

export function storedForm({ definition, revision }: StoredDefinition): JsonObject {
  return { ...definitionJson(definition), revision }
}

/**
 * The definition in a row. `null`: the job is defined in code, and runs where that code runs.
 *
 * @throws StoreError `LEDGER_UNREADABLE` when this version of the package does not understand it
 */
export function storedDefinition({ id, definition: stored }: JobRow): StoredDefinition | null {
  if (stored === null) return null
  const { revision = 0, ...parts } = stored
  try {
    if (typeof revision !== 'number' || !Number.isSafeInteger(revision) || revision < 0)
      throw new ConfigError('CONFIG_INVALID', 'its revision is no number')
    return { definition: checkDefinition({ ...parts, id }), revision }
  } catch (cause) {
    throw new StoreError('LEDGER_UNREADABLE', `The stored definition of the job "${id}" cannot be understood.`, {
      cause,
      remedy: 'See the cause. A newer version of this package may have written it: run that version here too.',
    })
  }
}
