import * as v from 'valibot'
import { ConfigError } from '../errors.js'
import { checkSettings, type ImportJobSettings } from '../job/job-options.js'
import type { Json, JsonObject } from '../model/json.js'
import { nearestNames } from '../util/nearest-names.js'
import { plainJson } from './plain-json.js'
import { secretsIn } from './secrets.js'

/**
 * A job as JSON: what a form, an API or a file of a host gives, and what the store keeps. Holds neither secrets nor
 * endpoints: the host's `build` adds them.
 */
export interface JobDefinition {
  /** Names the job in its store: 1 to 200 characters. Used once, also after a deletion. */
  readonly id: string
  /** Of what `build` makes the source. Never edited: another place is another job. */
  readonly source: JsonObject
  /** Of what `build` makes the mapper: for a model schema, what `parseModelSchema` takes. `editSchema` changes it. */
  readonly mapper: JsonObject
  /** Of what `build` makes the sink. */
  readonly sink: JsonObject
  readonly settings?: ImportJobSettings | undefined
}

const object = v.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'must be an object')
const shape = v.strictObject({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  source: object,
  mapper: object,
  sink: object,
  settings: v.optional(object),
})

/**
 * A copy of the definition that nobody can change any more.
 *
 * @throws ConfigError `CONFIG_INVALID` naming everything that is wrong
 */
export function checkDefinition(value: unknown): JobDefinition {
  const json = plainJson(value)
  if (typeof json === 'string') throw invalid([json])
  const parsed = v.safeParse(shape, json.value)
  if (!parsed.success) throw invalid(parsed.issues.map(problemOf))
  const { settings, ...parts } = parsed.output
  const problems = [
    ...secretsIn(parts.source, 'source'),
    ...secretsIn(parts.sink, 'sink'),
    ...secretsIn(parts.mapper, 'mapper', { names: false }),
    ...(settings === undefined ? [] : checkSettings(settings).map((problem) => `settings: ${problem}`)),
  ]
  if (problems.length > 0) throw invalid(problems)
  return frozen({ ...parts, ...(settings === undefined ? {} : { settings: settings as ImportJobSettings }) })
}

/** Equal, but for what the store does not keep of it. */
export function definitionJson({ id: _, settings, ...parts }: JobDefinition): JsonObject {
  return { ...parts, ...(settings === undefined ? {} : { settings: settings as Json as JsonObject }) }
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue)
  if (path === null) return 'it is not an object'
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const [near] = nearestNames(path, Object.keys(shape.entries))
    return `\`${path}\` is not part of it${near === undefined ? '' : `; did you mean \`${near}\`?`}`
  }
  if (issue.input === undefined) return `\`${path}\` is missing`
  return `\`${path}\` ${issue.type === 'custom' ? issue.message : 'must be text of 1 to 200 characters'}`
}

function invalid(problems: readonly string[]): ConfigError {
  return new ConfigError('CONFIG_INVALID', `The job definition is wrong: ${problems.slice(0, 20).join('; ')}.`, {
    remedy: 'Correct what is named: { id, source, mapper, sink, settings? }, all of it JSON.',
  })
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) frozen(inner)
    Object.freeze(value)
  }
  return value
}
