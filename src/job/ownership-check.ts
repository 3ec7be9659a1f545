import { sourceErrorFrom } from './guarded-reader.js'
import type { JobContext } from './job-context.js'
import type { JobHealth } from './job-health.js'

/** Asks the source whether the place still belongs to who configured it, at most once an interval. */
export class OwnershipCheck {
  readonly #job: JobContext
  readonly #health: JobHealth
  #passedAt = Number.NEGATIVE_INFINITY
  #asking: Promise<boolean> | null = null

  constructor(job: JobContext, health: JobHealth) {
    this.#job = job
    this.#health = health
  }

  /**
   * Asked before each poll and before each claim, so that nothing is listed or read of a place that is not proven. Callers share
   * one request. False: the job is blocked, and `jobBlocked` has said so.
   */
  async passes(signal: AbortSignal): Promise<boolean> {
    const { source, clock, settings } = this.#job
    if (source.checkOwnership === undefined) return true
    if (clock.monotonicMs() - this.#passedAt < settings.ownershipCheckIntervalMs) return true
    this.#asking ??= this.#ask(signal).finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  async #ask(signal: AbortSignal): Promise<boolean> {
    const { source, clock } = this.#job
    try {
      await source.checkOwnership?.({ signal })
    } catch (error) {
      if (!signal.aborted) this.#health.report('ownership', sourceErrorFrom(error))
      return false
    }
    this.#passedAt = clock.monotonicMs()
    this.#health.clear('ownership')
    return true
  }
}
