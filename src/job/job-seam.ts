import type { Json } from '../model/json.js'
import type { Semaphore } from '../util/semaphore.js'
import type { JobContext } from './job-context.js'

/** What a job gets from the manager that runs it among others. */
export interface Management {
  /** Takes the place of the job's own worker name, so that a job built anew leaves the files of the one before alone. */
  readonly worker?: string
  /** Files in flight, over all jobs. */
  readonly files: Semaphore
  /** Polls under way, over all jobs. */
  readonly polls: Semaphore
  /** Files in flight of each job; `null`: as the job says. */
  readonly filesPerJob: number | null
  /** The stored schema: its revision, which makes an edit back to an older one a new version, and its JSON. */
  readonly schema: { readonly revision: number; readonly body: Json }
  /** The job has a newer schema than this one was built with. */
  readonly onSuperseded: () => void
}

/** The inside of a job, for the manager's room alone. */
export interface JobSeam {
  readonly context: JobContext
  /** Before the job runs. */
  manage(management: Management): void
}

const seams = new WeakMap<object, JobSeam>()

export function openSeam(job: object, seam: JobSeam): void {
  seams.set(job, seam)
}

/** `undefined` for what is no job of this copy of the package. */
export function seamOf(job: object): JobSeam | undefined {
  return seams.get(job)
}

/** The content of a schema, as its version is numbered by. */
export function schemaOf({ mapper, management }: JobContext): { readonly signature: string; readonly body?: Json } {
  if (management === null) return { signature: mapper.signature }
  const { revision, body } = management.schema
  return { signature: revision === 0 ? mapper.signature : `${mapper.signature}#${revision}`, body }
}
