import * as v from 'valibot'
import type { FileDecoder } from '../contracts/file-decoder.js'
import type { JobStore } from '../contracts/job-store.js'
import type { ObjectSource } from '../contracts/object-source.js'
import type { RejectsSink } from '../contracts/rejects-sink.js'
import type { Scheduler } from '../contracts/scheduler.js'
import type { SchemaMapper } from '../contracts/schema-mapper.js'
import type { Sink, WriteRecords } from '../contracts/sink.js'
import { ConfigError } from '../errors.js'
import type { IsolationEntry, IsolationMode } from '../isolation/isolation-mode.js'
import { type Budgets, defaultBudgets } from '../model/budgets.js'
import type { RejectedRecord } from '../model/rejected-row.js'
import { nearestNames } from '../util/nearest-names.js'
import { type NamePattern, patternProblem } from './selection.js'

/** Settings that are plain values. */
export interface ImportJobSettings {
  /** From start to start, ms. Not beside a `scheduler`. @defaultValue 10_000 */
  readonly pollIntervalMs?: number | undefined
  /** In this time everything below the prefix is listed once, whatever its size, ms. @defaultValue 600_000 */
  readonly sweepIntervalMs?: number | undefined
  /** LIST calls a poll spends on ranges where objects arrived lately. @defaultValue 3 */
  readonly hotListCalls?: number | undefined
  /** LIST calls a poll spends on the rolling sweep, at most. @defaultValue 60 */
  readonly maxListCallsPerPoll?: number | undefined
  /** Files in flight. @defaultValue the sink's: 2, for 'plain' sinks 1 */
  readonly maxConcurrentFiles?: number | undefined
  /**
   * Only objects whose name below the prefix matches one of these: globs, or expressions of the host's own code. What all
   * globs start with is asked of the store, so that nothing else is listed. @defaultValue every object
   */
  readonly match?: readonly NamePattern[] | undefined
  /** No object whose name below the prefix matches one of these. @defaultValue none */
  readonly exclude?: readonly NamePattern[] | undefined
  /** No object last modified before this time: a Date, or text such as `2026-01-31T00:00:00Z`. @defaultValue all of them */
  readonly since?: Date | string | undefined
  /** Only keys after this one, in the order of the listing; a whole key, or its part below the prefix. @defaultValue all of them */
  readonly startAfter?: string | undefined
  /** A new version of an imported key: leave it, import it too, or put it in the old one's place. @defaultValue 'ignore' */
  readonly overwrites?: 'ignore' | 'import' | 'replace' | undefined
  /** A file with a rejected row goes on without the row, or fails as a whole. @defaultValue 'continue' */
  readonly onRejected?: 'continue' | 'failFile' | undefined
  /** Rejected rows a file may have; with more it fails as a whole, as soon as they are found. @defaultValue no limit */
  readonly maxRejectedRows?: number | undefined
  /**
   * Share of a file's rows that may be rejected, 0 to 1; with a larger one it fails as a whole: at its end, or earlier where
   * the format tells the count of rows. @defaultValue no limit
   */
  readonly maxRejectedRatio?: number | undefined
  /** `rowRejected` events per file and attempt; further rows are counted only. @defaultValue 1_000 */
  readonly maxRejectedEvents?: number | undefined
  /**
   * Read and map each file once before anything of it is written, so that a file that fails for its rows leaves none.
   * `auto`: where the sink is not transactional and the row policy can fail a file. @defaultValue 'auto'
   */
  readonly validateFirst?: 'auto' | boolean | undefined
  /** Tries at one file before it fails. @defaultValue 5 */
  readonly maxAttempts?: number | undefined
  /** Tries lost with their worker before a file fails. @defaultValue 3 */
  readonly maxCrashes?: number | undefined
  /** How long a claim holds without renewal, ms; renewed at a third. @defaultValue 60_000 */
  readonly leaseMs?: number | undefined
  /** How often the bucket's tag is looked at, ms. @defaultValue 60_000 */
  readonly ownershipCheckIntervalMs?: number | undefined
  /** How long `stop` lets files in flight end, ms. @defaultValue 30_000 */
  readonly stopTimeoutMs?: number | undefined
  /** Limits on what one file may cost. */
  readonly budgets?: Partial<Budgets> | undefined
}

/** The parts and settings of an import job; `R` is the mapper's record type. */
export interface ImportJobOptions<R> extends ImportJobSettings {
  /** Names the job in its store: 1 to 200 characters. Files are remembered under it. */
  readonly id: string
  readonly source: ObjectSource
  readonly mapper: SchemaMapper<R>
  /** A sink, or a function called with the records of each batch. */
  readonly sink: Sink<NoInfer<R>> | WriteRecords<NoInfer<R>>
  /**
   * Where refused rows go, with every reason; a sink, or a function called with those of each batch. Committed before the
   * sink. Not the place of `sink`.
   */
  readonly rejects?: RejectsSink | WriteRecords<RejectedRecord> | undefined
  /** Required: a ledger that is lost imports everything again. `memoryStore()` says so. */
  readonly store: JobStore
  /** Tried before the built-in ones. */
  readonly decoders?: readonly FileDecoder[] | undefined
  /** @defaultValue `intervalScheduler({ everyMs: pollIntervalMs })` */
  readonly scheduler?: Scheduler | undefined
  /** Where files are decoded. @defaultValue 'auto' */
  readonly isolation?: IsolationMode | IsolationEntry | undefined
  /** Stable across restarts of one worker, unique among workers: it then takes its own files over at once. @defaultValue random */
  readonly workerId?: string | undefined
}

const count = (least: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(2 ** 31 - 1))
const limit = v.optional(v.pipe(v.number(), v.gtValue(0)))
const names = v.pipe(
  v.array(v.union([v.string(), v.instance(RegExp)], 'must be globs (text) or expressions (RegExp)')),
  v.check(
    (patterns) => patternProblem(patterns) === undefined,
    ({ input }) => patternProblem(input) ?? '',
  ),
)
/** Text without an offset would be another time on each machine. */
const isTime = (time: Date | string): boolean =>
  !Number.isNaN(new Date(time).getTime()) && (typeof time !== 'string' || /^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:\d{2}))?$/.test(time))
const settings = {
  pollIntervalMs: v.optional(count(1), 10_000),
  sweepIntervalMs: v.optional(count(1), 600_000),
  hotListCalls: v.optional(count(0), 3),
  maxListCallsPerPoll: v.optional(count(1), 60),
  maxConcurrentFiles: v.optional(count(1)),
  match: v.optional(names, []),
  exclude: v.optional(names, []),
  since: v.optional(
    v.pipe(
      v.union([v.date(), v.string()], 'must be a Date, or a time as text'),
      v.check(isTime, "must be a time, as '2026-01-31' or '2026-01-31T00:00:00Z'"),
    ),
  ),
  startAfter: v.optional(v.pipe(v.string(), v.minLength(1))),
  overwrites: v.optional(v.picklist(['ignore', 'import', 'replace']), 'ignore'),
  onRejected: v.optional(v.picklist(['continue', 'failFile']), 'continue'),
  maxRejectedRows: v.optional(count(0)),
  maxRejectedRatio: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  maxRejectedEvents: v.optional(count(0), 1_000),
  validateFirst: v.optional(v.union([v.literal('auto'), v.boolean()], "must be 'auto', true or false"), 'auto'),
  maxAttempts: v.optional(count(1), 5),
  maxCrashes: v.optional(count(1), 3),
  leaseMs: v.optional(count(30), 60_000),
  ownershipCheckIntervalMs: v.optional(count(1), 60_000),
  stopTimeoutMs: v.optional(count(0), 30_000),
  budgets: v.optional(
    v.strictObject(Object.fromEntries(Object.keys(defaultBudgets).map((name) => [name, limit])) as Record<keyof Budgets, typeof limit>),
    {},
  ),
}
const hasMethods = (...names: string[]) =>
  v.custom<object>(
    (part) =>
      typeof part === 'object' && part !== null && names.every((name) => typeof (part as Record<string, unknown>)[name] === 'function'),
    `must have ${names.join('(), ')}()`,
  )

const isolationMode = v.picklist(['auto', 'process', 'thread', 'inline'])

const optionsSchema = v.strictObject({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  source: hasMethods('list', 'open'),
  mapper: hasMethods('compile'),
  sink: v.union([v.function(), hasMethods('begin')], 'must be a sink or a function'),
  rejects: v.optional(v.union([v.function(), hasMethods('begin')], 'must be a sink or a function')),
  store: v.object({ jobs: hasMethods('load', 'save'), ledger: hasMethods('claim', 'finish') }),
  decoders: v.optional(v.array(hasMethods('matches', 'open')), []),
  scheduler: v.optional(hasMethods('start', 'stop')),
  isolation: v.optional(v.union([isolationMode, v.strictObject({ mode: v.optional(isolationMode), entry: v.instance(URL) })]), 'auto'),
  workerId: v.optional(v.pipe(v.string(), v.regex(/^[^/]{1,200}$/, 'must be 1 to 200 characters without "/"'))),
  ...settings,
})

/** Settings with their defaults in place. */
export type CheckedSettings = v.InferOutput<v.ObjectSchema<typeof settings, undefined>>

/**
 * Checks everything that types cannot see, in one go.
 *
 * @throws ConfigError `CONFIG_INVALID` naming every wrong option and what it may have meant
 */
export function checkOptions(options: object): CheckedSettings & {
  readonly isolation: IsolationMode | IsolationEntry
  readonly allBudgets: Budgets
} {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const result = v.safeParse(optionsSchema, given)
  if (!result.success) {
    const problems = result.issues.map((issue) => problemOf(issue))
    throw new ConfigError('CONFIG_INVALID', `The job's options are wrong: ${problems.join('; ')}.`, {
      remedy: 'Correct the options named; docs/reference/options.md lists them all.',
    })
  }
  const checked = result.output
  if (checked.scheduler !== undefined && given.pollIntervalMs !== undefined) {
    throw new ConfigError('CONFIG_INVALID', '`pollIntervalMs` stands beside a `scheduler`.', {
      remedy: 'Set the interval on the scheduler, or leave the scheduler out.',
    })
  }
  const own = Object.fromEntries(Object.entries(checked.budgets).filter(([, value]) => value !== undefined))
  const allBudgets: Budgets = { ...defaultBudgets, ...own }
  if (allBudgets.batchRows % 8 !== 0) {
    throw new ConfigError('CONFIG_INVALID', `\`budgets.batchRows\` is ${allBudgets.batchRows}.`, {
      remedy: 'Make it a multiple of 8, so that bitmaps are cut without copying.',
    })
  }
  return { ...checked, allBudgets }
}

/** Everything that is wrong with settings that stand alone, in words. */
export function checkSettings(given: object): string[] {
  const result = v.safeParse(v.strictObject(settings), given)
  return result.success ? [] : result.issues.map((issue) => problemOf(issue))
}

/** Settings with their defaults. */
export function withDefaults(given: ImportJobSettings): CheckedSettings {
  return v.parse(v.object(settings), given)
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? ''
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known = path.startsWith('budgets.') ? Object.keys(defaultBudgets) : Object.keys(optionsSchema.entries)
    const name = path.replace('budgets.', '')
    const [near] = nearestNames(name, known)
    return `\`${path}\` is not an option${near === undefined ? '' : `; did you mean \`${near}\`?`}`
  }
  if (issue.received === 'undefined') return `\`${path}\` is missing`
  return `\`${path}\` ${issue.type === 'custom' || issue.type === 'check' || issue.type === 'union' || issue.type === 'regex' ? issue.message : `must be ${issue.expected ?? issue.requirement}`}`
}
