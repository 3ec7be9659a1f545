import type { Issue } from '../model/issue.js'
import { nearestNames } from '../util/nearest-names.js'
import { issueOf, quoted } from './issue-codes.js'

/** The issue of a column that the file does not have, with the names that may be meant. */
export function missingColumn(column: string, field: string, names: Iterable<string>): Issue {
  const near = nearestNames(column, names)
  const remedy =
    near.length === 0
      ? `Add the column to the file, or name another one for ${field}.`
      : `Did you mean ${near.map(quoted).join(' or ')}? Rename it in the schema, or in the file.`
  const [nearest] = near
  const fix = nearest === undefined ? { action: 'remove' as const, field } : { action: 'rename' as const, field, column: nearest }
  return issueOf('column-missing', { column: quoted(column), remedy }, { field, column, fix })
}
