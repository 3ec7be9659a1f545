import type { JobRow } from '../contracts/job-store.js'
import type { JsonObject } from '../model/json.js'
import { canonicalJson } from '../util/canonical-json.js'
import { type Applicable, applyFixes } from './apply-fixes.js'
import { checkDefinition } from './job-definition.js'
import { definedInCode } from './running-jobs.js'
import { type StoredDefinition, storedDefinition } from './stored-definition.js'

/** A schema as a whole, or what issues propose to change in the one that holds. */
export type SchemaChange = { readonly mapper: JsonObject } | { readonly apply: readonly Applicable[] }

/** The definition with the change in it; `null` when it changes nothing. */
export function changedMapper(row: JobRow, change: SchemaChange): StoredDefinition | null {
  const stored = storedDefinition(row)
  if (stored === null) throw definedInCode(row.id)
  const { definition } = stored
  const mapper = 'mapper' in change ? change.mapper : applyFixes(definition.mapper, change.apply)
  const edited = checkDefinition({ ...definition, mapper })
  if (canonicalJson(edited.mapper) === canonicalJson(definition.mapper)) return null
  return { definition: edited, revision: row.schemaVersion }
}
