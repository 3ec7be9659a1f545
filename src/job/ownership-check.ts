import { sourceErrorFrom } from './guarded-reader.js'
import type { JobContext } from './job-context.js'
import type { JobHealth } from './job-health.js'

/** Asks the source whether the place still belongs to who configured it, at most once an interval. */
export class OwnershipCheck {
  readonly #job: JobContext
  readonly #health: JobHealth
  #askedAt = Number.NEGATIVE_INFINITY

  constructor(job: JobContext, health: JobHealth) {
    this.#job = job
    this.#health = health
  }

  /** False: the job is blocked, and `jobBlocked` has said so. */
  async passes(signal: AbortSignal): Promise<boolean> {
    const { source, clock, settings } = this.#job
    if (source.checkOwnership === undefined) return true
    if (clock.monotonicMs() - this.#askedAt < settings.ownershipCheckIntervalMs) return true
    try {
      await source.checkOwnership({ signal })
    } catch (error) {
      if (!signal.aborted) this.#health.report('ownership', sourceErrorFrom(error))
      return false
    }
    this.#askedAt = clock.monotonicMs()
    this.#health.clear('ownership')
    return true
  }
}
