import type { Issue } from '../../model/issue.js'
import { issueOf, quoted } from '../issue-codes.js'
import { environmentAliases, keyAliases, modelTypeAliases, optionAliases, partAliases } from './aliases.js'
import { type KeyShape, keyShapes } from './key-shapes.js'
import { optionEntries } from './option-shape.js'
import { schemaKeys } from './schema-keys.js'
import { isObject } from './unknown-keys.js'

interface Canonical {
  readonly options: unknown
  /** A key that was said twice, under two names. */
  readonly issues: readonly Issue[]
}

type Rename = (key: string) => string

/** JSON under the package's own names; what it does not know stays as it is, to be told. A `null`, or nothing, says nothing. */
export function canonicalNames(json: unknown): Canonical {
  const issues: Issue[] = []
  if (!isObject(json)) return { options: json, issues }
  const options = new Map(renamed(json, known(optionEntries, optionAliases), '', issues))
  const { modelType, environment, schema } = Object.fromEntries(options)
  if (options.has('modelType')) options.set('modelType', wordOf(modelType, modelTypeAliases))
  if (options.has('environment')) options.set('environment', wordOf(environment, environmentAliases))
  if (isObject(schema)) options.set('schema', Object.fromEntries(schemaEntries(schema, issues)))
  return { options: Object.fromEntries(options), issues }
}

function schemaEntries(schema: Readonly<Record<string, unknown>>, issues: Issue[]): [string, unknown][] {
  return renamed(schema, known(schemaKeys, keyAliases), 'schema.', issues).map(([key, value]): [string, unknown] => {
    if (!Object.hasOwn(schemaKeys, key)) return [key, value]
    const { shape } = schemaKeys[key as keyof typeof schemaKeys]
    const { keys }: KeyShape = keyShapes[shape]
    // Prefixes were once written as patterns.
    if (shape === 'prefix') return [key, typeof value === 'string' ? value.replace(/\.\*$/, '') : value]
    if (keys === undefined) return [key, value]
    const rename = known(Object.fromEntries(keys.map((name) => [name, true])), partAliases)
    const part = (inner: unknown, path: string): unknown =>
      isObject(inner) ? Object.fromEntries(renamed(inner, rename, `${path}.`, issues)) : inner
    return [key, Array.isArray(value) ? value.map((inner: unknown, i) => part(inner, `${key}.${i}`)) : part(value, key)]
  })
}

/** A key by its own name, in snake_case, or by an alias; itself when nobody knows it. */
function known(names: object, aliases: Readonly<Record<string, string>>): Rename {
  return (key) => {
    if (Object.hasOwn(names, key)) return key
    const snake = snakeCase(key)
    if (Object.hasOwn(names, snake)) return snake
    return Object.hasOwn(aliases, snake) ? (aliases[snake] as string) : key
  }
}

function renamed(value: Readonly<Record<string, unknown>>, rename: Rename, path: string, issues: Issue[]): [string, unknown][] {
  const by = new Map<string, string>()
  return Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (inner === null || inner === undefined) return []
    const name = rename(key)
    const other = by.get(name)
    if (other !== undefined) {
      const message = `${quoted(path + key)} and ${quoted(path + other)} are the same.`
      issues.push(
        issueOf('option-conflict', { message, remedy: 'Keep one of them.' }, { field: key, fix: { action: 'remove', field: key } }),
      )
      return []
    }
    by.set(name, key)
    return [[name, inner]]
  })
}

/** A model type or environment in any case, with spaces or hyphens. */
function wordOf(value: unknown, aliases: Readonly<Record<string, string>>): unknown {
  if (typeof value !== 'string' || value.length > 100) return value
  const word = snakeCase(value.trim().replace(/[\s-]+/g, '_'))
  return Object.hasOwn(aliases, word) ? aliases[word] : word
}

function snakeCase(key: string): string {
  return key.length > 200 ? key : key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}
