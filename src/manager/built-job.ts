import type { JobStore } from '../contracts/job-store.js'
import { ConfigError, ImportError } from '../errors.js'
import type { ImportJob } from '../job/import-job.js'
import { type JobSeam, seamOf } from '../job/job-seam.js'
import { abortable } from '../util/abort.js'
import { checkDefinition, type JobDefinition } from './job-definition.js'
import type { BuildJob } from './manager-options.js'

/** `build` may ask a vault; one that never answers must not hold the others up. */
const BUILD_DEADLINE_MS = 60_000

/** A job of the host's making, and its inside. */
export interface BuiltJob {
  readonly job: ImportJob
  readonly seam: JobSeam
}

/**
 * Calls the host's `build` and checks what it made.
 *
 * @throws ConfigError of `build` or of the job's constructor; `CONFIG_INVALID` for anything else that went wrong there
 */
export async function buildJob(build: BuildJob, definition: JobDefinition, store: JobStore): Promise<BuiltJob> {
  const { id } = definition
  const late = AbortSignal.timeout(BUILD_DEADLINE_MS)
  let job: ImportJob
  try {
    const building = (async () => await build(checkDefinition(definition), { store }))()
    job = await abortable(building, late)
  } catch (cause) {
    if (cause instanceof ImportError) throw cause
    const how = late.aborted
      ? `did not answer within ${BUILD_DEADLINE_MS / 1000} s`
      : `failed${cause instanceof Error ? `: ${cause.name}` : ''}`
    throw new ConfigError('CONFIG_INVALID', `\`build\` ${how} for the job "${id}".`, {
      cause,
      remedy: 'See the cause. `build` must take every definition that it once took: stored jobs come back with each start.',
    })
  }
  const seam = typeof job === 'object' && job !== null ? seamOf(job) : undefined
  if (seam === undefined) throw wrong(id, 'no ImportJob of this copy of the package', 'Return new ImportJob({ … }).')
  if (job.id !== id) throw wrong(id, `a job with another id, ${JSON.stringify(job.id)}`, 'Give the job the id of its definition.')
  if (seam.context.store !== store)
    throw wrong(id, 'a job with another store', 'Give the job the store that `build` gets as its second argument.')
  return { job, seam }
}

function wrong(id: string, what: string, remedy: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', `\`build\` returned ${what} for the job "${id}".`, { remedy })
}
