import type { ImportJob } from '../job/import-job.js'
import type { JobListener } from '../job/job-emitter.js'
import { JobEmitter } from '../job/job-emitter.js'
import type { ImportJobEventName, ImportJobEvents } from '../job/job-events.js'

type AnyListener = (event: never) => unknown

/** The listeners of a manager: each hears every job, those to come too. A job tells only what somebody hears. */
export class Listeners {
  readonly #now: () => Date
  readonly #listeners = new Map<ImportJobEventName, Set<AnyListener>>()
  readonly #jobs = new Set<ImportJob>()

  constructor(now: () => Date) {
    this.#now = now
  }

  on<K extends ImportJobEventName>(name: K, listener: JobListener<K>): void {
    const known = this.#listeners.get(name) ?? new Set()
    if (known.has(listener)) return
    this.#listeners.set(name, known.add(listener))
    for (const job of this.#jobs) job.on(name, listener)
  }

  off<K extends ImportJobEventName>(name: K, listener: JobListener<K>): void {
    this.#listeners.get(name)?.delete(listener)
    for (const job of this.#jobs) job.off(name, listener)
  }

  attach(job: ImportJob): void {
    this.#jobs.add(job)
    this.#each((name, listener) => job.on(name, listener as never))
  }

  detach(job: ImportJob): void {
    this.#jobs.delete(job)
    this.#each((name, listener) => job.off(name, listener as never))
  }

  /** An event of a job that may not be alive here. */
  emitter(jobId: string): JobEmitter {
    const emitter = new JobEmitter(jobId, this.#now)
    this.#each((name, listener) => emitter.on(name, listener as never))
    return emitter
  }

  #each(tell: <K extends ImportJobEventName>(name: K, listener: (event: ImportJobEvents[K]) => unknown) => void): void {
    for (const [name, listeners] of this.#listeners) for (const listener of listeners) tell(name, listener as never)
  }
}
