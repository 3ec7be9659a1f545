import type { Issue } from '../../model/issue.js'
import { nearestNames } from '../../util/nearest-names.js'
import { issueOf, quoted } from '../issue-codes.js'
import { keysElsewhere } from './aliases.js'
import { type KeyShape, keyShapes } from './key-shapes.js'
import { type ModelType, modelTypes } from './model-type.js'
import { optionEntries } from './option-shape.js'
import { keysOf, modelTypesWith, schemaKeys } from './schema-keys.js'

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keys nobody knows, with the nearest that somebody does. Own keys only: `__proto__` and its like are unknown too. */
export function unknownKeys(options: unknown): Issue[] {
  if (!isObject(options)) return []
  const issues = Object.keys(options).flatMap((key) => unknownKey(key, '', Object.keys(optionEntries), 'an option of modelSchema'))
  const { modelType, schema, timestampWindow } = options
  if (isObject(timestampWindow)) issues.push(...within(timestampWindow, 'timestampWindow', ['past', 'future']))
  if (!isObject(schema) || !modelTypes.includes(modelType as ModelType)) return issues
  const known = keysOf(modelType as ModelType)
  return [
    ...issues,
    ...Object.keys(schema).flatMap((key) => unknownKey(key, 'schema.', known, `a field of ${modelType}`)),
    ...Object.keys(schema).flatMap((key) => (known.includes(key) ? unknownParts(schema[key], key) : [])),
  ]
}

/** Keys within a value: columns of a detection, of each embedding. */
function unknownParts(value: unknown, key: string): Issue[] {
  const { keys }: KeyShape = keyShapes[schemaKeys[key as keyof typeof schemaKeys].shape]
  if (keys === undefined) return []
  const parts = Array.isArray(value) ? value.map((part: unknown, i) => [part, `${key}.${i}`] as const) : [[value, key] as const]
  return parts.slice(0, 100).flatMap(([part, path]) => (isObject(part) ? within(part, path, keys) : []))
}

function within(value: Readonly<Record<string, unknown>>, path: string, known: readonly string[]): Issue[] {
  return Object.keys(value).flatMap((key) => unknownKey(key, `${path}.`, known, `a key of ${path}`))
}

function unknownKey(key: string, path: string, known: readonly string[], expected: string): Issue[] {
  if (known.includes(key)) return []
  const [nearest] = nearestNames(key, known)
  const others = modelTypesWith(key)
  const elsewhere = Object.hasOwn(keysElsewhere, key) ? keysElsewhere[key] : undefined
  const remedy =
    elsewhere ??
    (nearest === undefined
      ? others.length === 0
        ? `Remove it, or use one of ${known.join(', ')}.`
        : `It is a field of ${others.join(', ')}: remove it, or change modelType.`
      : `Did you mean ${nearest}?`)
  const field = path === 'schema.' ? key : `${path}${key}`
  // The key to rename it to stands where other fixes have a column.
  const fix =
    nearest === undefined || elsewhere !== undefined
      ? { action: 'remove' as const, field }
      : { action: 'rename' as const, field, column: nearest }
  return [issueOf('option-unknown', { path: quoted(`${path}${key}`), expected, remedy }, { field, fix })]
}
