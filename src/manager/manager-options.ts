import * as v from 'valibot'
import type { JobStore } from '../contracts/job-store.js'
import { ConfigError } from '../errors.js'
import type { ImportJob } from '../job/import-job.js'
import { nearestNames } from '../util/nearest-names.js'
import type { JobDefinition } from './job-definition.js'

/** Makes a job's parts of its stored definition: the one place where JSON meets the host's code, secrets and endpoints. */
export type BuildJob = (definition: JobDefinition, defaults: { readonly store: JobStore }) => ImportJob | Promise<ImportJob>

export interface JobManagerOptions {
  /** Keeps the definitions and the ledgers of all jobs. The manager's processes share it, and `close` closes it. */
  readonly store: JobStore
  /**
   * Called with a definition that was checked; a copy. The job has the definition's id and the given store. Called anew
   * when another process has edited the job, and for every look at a job that does not run here.
   */
  readonly build: BuildJob
  /** Files in flight, over all jobs; each job in turn takes one. @defaultValue 4 */
  readonly maxConcurrentFiles?: number | undefined
  /** Files in flight of any one job. @defaultValue what each job says: its setting, else its sink's */
  readonly maxFilesPerJob?: number | undefined
  /** Polls under way, over all jobs. @defaultValue 16 */
  readonly maxConcurrentPolls?: number | undefined
  /** How often the store is asked what other processes have changed, ms. @defaultValue 10_000 */
  readonly followIntervalMs?: number | undefined
  /** Run the active jobs, from the beginning to `close`. `false`: administrate only; other processes run them. @defaultValue true */
  readonly run?: boolean | undefined
}

const count = (least: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(2 ** 31 - 1))
const shape = v.strictObject({
  store: v.custom<JobStore>((store) => typeof store === 'object' && store !== null && 'jobs' in store && 'ledger' in store),
  build: v.custom<BuildJob>((build) => typeof build === 'function'),
  maxConcurrentFiles: v.optional(count(1), 4),
  maxFilesPerJob: v.optional(count(1)),
  maxConcurrentPolls: v.optional(count(1), 16),
  followIntervalMs: v.optional(count(1), 10_000),
  run: v.optional(v.boolean(), true),
})

/** Names and defaults of the options, for the reference page. */
export type CheckedManagerOptions = v.InferOutput<typeof shape>

/** @throws ConfigError `CONFIG_INVALID` naming every wrong option */
export function checkManagerOptions(options: JobManagerOptions): CheckedManagerOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const result = v.safeParse(shape, given)
  if (result.success) return result.output
  const problems = result.issues.map((issue) => {
    const path = v.getDotPath(issue) ?? 'options'
    const [near] = nearestNames(path, Object.keys(shape.entries))
    if (issue.type === 'strict_object' && issue.expected === 'never')
      return `\`${path}\` is not an option${near === undefined ? '' : `; did you mean \`${near}\`?`}`
    return issue.input === undefined ? `\`${path}\` is missing` : `\`${path}\` must be ${issue.expected ?? issue.requirement}`
  })
  throw new ConfigError('CONFIG_INVALID', `The manager's options are wrong: ${problems.join('; ')}.`, {
    remedy: 'Correct the options named; docs/reference/options.md lists them all.',
  })
}
