import { ConfigError } from '../errors.js'
import type { Fix, Issue } from '../model/issue.js'
import type { Json, JsonObject } from '../model/json.js'

/** A fix alone, or the issue that proposes it: for a column in a list, the issue says which one it is about. */
export type Applicable = Fix | Issue

interface Change extends Fix {
  /** The column that the issue is about, as the schema names it. */
  readonly about?: string | undefined
}

/**
 * The mapper's JSON with fixes applied to its `schema`, or to itself where it has none. A key is found under any spelling
 * of it: `prediction_score`, `predictionScore`.
 *
 * @throws ConfigError `CONFIG_INVALID` for an issue without a fix, and for a fix that fits nothing
 */
export function applyFixes(mapper: JsonObject, fixes: readonly Applicable[]): JsonObject {
  const inner = isObject(mapper.schema) ? mapper.schema : null
  const schema = fixes.map(changeOf).reduce(applyFix, inner ?? mapper)
  return inner === null ? schema : { ...mapper, schema }
}

function changeOf(given: Applicable): Change {
  if ('action' in given) return given
  if (given.fix === undefined) {
    throw refused(`The issue ${given.code} proposes no fix.`, 'Edit the schema by hand: editSchema(id, { mapper }).')
  }
  return { ...given.fix, about: given.column }
}

function applyFix(schema: JsonObject, fix: Change): JsonObject {
  const path = pathOf(schema, fix.field)
  const [key, ...deeper] = path
  if (key === undefined) throw refused(`The fix "${fix.action}" names no field.`, 'Give a fix of an issue.')
  if (deeper.length === 0) return changed(schema, key, fix)
  const part = schema[key]
  if (Array.isArray(part))
    return { ...schema, [key]: part.map((item, i) => (i === deeper[0] ? within(item as Json, deeper.slice(1), fix) : item)) }
  return { ...schema, [key]: within(part as Json, deeper, fix) }
}

function within(part: Json, path: readonly (string | number)[], fix: Change): Json {
  const [key] = path
  if (!isObject(part) || typeof key !== 'string') throw unmatched(fix)
  return changed(part, key, fix)
}

/** `exclude`, `embedding_features.<name>.vector_column`, `prediction_object_detection.categories_column`. */
function pathOf(schema: JsonObject, field: string): readonly [string, ...(string | number)[]] | readonly [] {
  const whole = keyIn(schema, field)
  const dot = field.indexOf('.')
  if (dot < 0 || whole in schema) return field === '' ? [] : [whole]
  const key = keyIn(schema, field.slice(0, dot))
  const part = schema[key]
  const last = field.slice(field.lastIndexOf('.') + 1)
  if (isObject(part)) return [key, keyIn(part, last)]
  if (!Array.isArray(part)) return [whole]
  const name = field.slice(dot + 1, Math.max(dot + 1, field.lastIndexOf('.')))
  const index = part.findIndex((item, i) => isObject(item) && (String(i) === name || Object.values(item).includes(name)))
  const item = part[index] as Json | undefined
  return isObject(item) ? [key, index, keyIn(item, last)] : [whole]
}

/** The key as the schema spells it. */
function keyIn(schema: JsonObject, field: string): string {
  return Object.keys(schema).find((key) => key === field || plain(key) === plain(field)) ?? field
}

function changed(schema: JsonObject, key: string, fix: Change): JsonObject {
  const { action, column, about, field } = fix
  const value = Object.hasOwn(schema, key) ? schema[key] : undefined
  if (Array.isArray(value) || (value === undefined && action === 'add' && isList(field))) {
    return { ...schema, [key]: changedList((value ?? []) as readonly Json[], fix) }
  }
  const { [key]: _, ...others } = schema
  if (action === 'remove') {
    const name = column ?? about
    if (value === undefined) throw unmatched(fix)
    if (!isObject(value) || name === undefined) return others
    const { [name]: __, ...left } = value
    return { ...schema, [key]: left }
  }
  if (column === undefined) throw refused(`The fix "${action} ${field}" names no column.`, `Name the column of ${field} yourself.`)
  return { ...schema, [key]: column }
}

function changedList(list: readonly Json[], fix: Change): readonly Json[] {
  const { action, column, about } = fix
  if (action === 'add' && column !== undefined) return list.includes(column) ? list : [...list, column]
  const old = action === 'rename' ? about : (about ?? column)
  if (old === undefined || !list.includes(old)) {
    throw refused(
      `The fix "${action} ${fix.field}" does not say which column of the list it is about.`,
      'Give the issue itself, not its fix.',
    )
  }
  if (action === 'remove') return list.filter((name) => name !== old)
  if (column === undefined) throw unmatched(fix)
  return list.map((name) => (name === old ? column : name))
}

const isList = (field: string): boolean => field === 'exclude' || field.endsWith('_list')

const plain = (key: string): string => key.toLowerCase().replaceAll('_', '')

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unmatched({ action, field }: Fix): ConfigError {
  return refused(
    `The fix "${action} ${field}" fits nothing in the schema.`,
    'The schema may have been edited since: look at the newest issues.',
  )
}

function refused(message: string, remedy: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', message, { remedy })
}
