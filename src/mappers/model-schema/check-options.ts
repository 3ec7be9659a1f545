import * as v from 'valibot'
import { ConfigError } from '../../errors.js'
import type { Issue } from '../../model/issue.js'
import { issueOf } from '../issue-codes.js'
import { checkRules } from './check-rules.js'
import type { NormalOptions } from './normal-options.js'
import { optionShape } from './option-shape.js'
import { unknownKeys } from './unknown-keys.js'

/**
 * The options with defaults, or every problem at once.
 *
 * @param before issues that were found on the way here
 * @throws ConfigError `CONFIG_INVALID` with all issues
 */
export function checkOptions(options: unknown, before: readonly Issue[] = []): NormalOptions {
  const parsed = v.safeParse(optionShape, options)
  const issues = [...before, ...unknownKeys(options), ...(parsed.issues ?? []).map(shapeIssue)]
  if (parsed.success && issues.length === 0) issues.push(...checkRules({ ...parsed.output, schema: presentIn(parsed.output.schema) }))
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
    schema: presentIn(schema),
  }
}

/** Without keys that are there but undefined, at any depth. */
function presentIn(schema: object): NormalOptions['schema'] {
  const present = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(present)
    return typeof value === 'object' && value !== null ? presentIn(value) : value
  }
  return Object.fromEntries(Object.entries(schema).flatMap(([key, value]) => (value === undefined ? [] : [[key, present(value)]])))
}

/** valibot's messages finish the sentence. */
function shapeIssue(issue: v.BaseIssue<unknown>): Issue {
  const path = v.getDotPath(issue)
  const words = { path: path ?? 'The options', expected: issue.message }
  const field = path?.replace(/^schema\./, '')
  const missing = issue.input === undefined || issue.message.startsWith('Invalid key')
  const where = field === undefined ? {} : { field }
  if (!missing) return issueOf('option-invalid', words, { ...where, received: kindOf(issue.input) })
  const fix = field === undefined ? {} : { fix: { action: 'add' as const, field } }
  return issueOf('option-missing', { ...words, expected: plainExpectation(issue) }, { ...where, ...fix })
}

/** What was given, without its value. */
function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return value === '' ? 'an empty text' : (kindWords[typeof value] ?? typeof value)
}

const kindWords: Readonly<Record<string, string>> = { string: 'a text', number: 'a number', boolean: 'a boolean', object: 'an object' }

/** A missing key of an object has valibot's own message. */
function plainExpectation(issue: v.BaseIssue<unknown>): string {
  return issue.message.startsWith('Invalid key') ? 'it has no default' : issue.message
}
