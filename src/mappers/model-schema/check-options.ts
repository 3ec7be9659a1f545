import * as v from 'valibot'
import { ConfigError } from '../../errors.js'
import type { Issue } from '../../model/issue.js'
import { nearestNames } from '../../util/nearest-names.js'
import { issueOf, quoted } from '../issue-codes.js'
import { checkRules } from './check-rules.js'
import { commonFields, fieldKeys, groupFields, modelFields } from './field-table.js'
import type { ModelType } from './model-type.js'
import type { NormalOptions } from './normal-options.js'
import { optionEntries, optionShape } from './option-shape.js'

/**
 * The options with defaults, or every problem at once.
 *
 * @throws ConfigError `CONFIG_INVALID` with all issues
 */
export function checkOptions(options: unknown): NormalOptions {
  const parsed = v.safeParse(optionShape, options)
  const issues = [...unknownKeys(options), ...(parsed.issues ?? []).map(shapeIssue)]
  if (parsed.success && issues.length === 0) issues.push(...checkRules(parsed.output))
  if (!parsed.success || issues.length > 0) {
    const [first] = issues
    throw new ConfigError(
      'CONFIG_INVALID',
      `The model schema cannot be used: ${issues.map(({ message }) => message).join(' ')}`.slice(0, 2000),
      { issues, ...(first?.remedy === undefined ? {} : { remedy: first.remedy }) },
    )
  }
  const { model, space, modelType, environment, version, batchId, timestampWindow, maxIdLength, schema } = parsed.output
  return {
    model,
    space: space ?? null,
    modelType,
    environment,
    modelVersion: version ?? 'no_version',
    batchId: batchId ?? null,
    timestampWindow: timestampWindow ?? { past: 5, future: 1 },
    maxIdLength: maxIdLength ?? 128,
    schema: Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined)),
  }
}

/** valibot's messages finish the sentence. */
function shapeIssue(issue: v.BaseIssue<unknown>): Issue {
  const path = v.getDotPath(issue)
  const words = { path: path ?? 'The options', expected: issue.message }
  const field = path?.replace(/^schema\./, '')
  const missing = issue.input === undefined || issue.message.startsWith('Invalid key')
  return issueOf(
    missing ? 'option-missing' : 'option-invalid',
    missing ? { ...words, expected: plainExpectation(issue) } : words,
    field === undefined ? {} : { field },
  )
}

/** A missing key of an object has valibot's own message. */
function plainExpectation(issue: v.BaseIssue<unknown>): string {
  return issue.message.startsWith('Invalid key') ? 'it has no default' : issue.message
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keys nobody knows, with the nearest that somebody does. Own keys only: `__proto__` and its like are unknown too. */
function unknownKeys(options: unknown): Issue[] {
  if (!isObject(options)) return []
  const issues = Object.keys(options).flatMap((key) => unknownKey(key, key, Object.keys(optionEntries), 'an option of modelSchema'))
  const { modelType, schema } = options
  if (!isObject(schema) || typeof modelType !== 'string' || !Object.hasOwn(fieldKeys, modelType)) return issues
  const known = keysOf(modelType as ModelType)
  return [...issues, ...Object.keys(schema).flatMap((key) => unknownKey(key, `schema.${key}`, known, `a field of ${modelType}`))]
}

function keysOf(modelType: ModelType): string[] {
  const groups = groupFields.flatMap(({ key, list }) => (list === undefined ? [key] : [key, list]))
  return [...commonFields.map(({ key }) => key), ...fieldKeys[modelType], ...groups, 'exclude', 'embedding_features', 'column_types']
}

function unknownKey(key: string, path: string, known: readonly string[], expected: string): Issue[] {
  if (known.includes(key)) return []
  const [nearest] = nearestNames(key, known)
  const others = Object.entries(fieldKeys).filter(([, keys]) => (keys as readonly string[]).includes(key))
  const remedy =
    nearest === undefined
      ? others.length === 0
        ? `Remove it, or use one of ${known.join(', ')}.`
        : `It is a field of ${others.map(([type]) => type).join(', ')}: remove it, or change modelType.`
      : `Did you mean ${nearest}?`
  const fix = nearest === undefined ? { action: 'remove' as const, field: key } : { action: 'rename' as const, field: key }
  return [issueOf('option-unknown', { path: path === key ? quoted(key) : quoted(path), expected, remedy }, { field: key, fix })]
}

/** The model types that this version maps. */
export const mappedModelTypes = Object.keys(modelFields)
