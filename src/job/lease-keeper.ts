import type { Claim, Renewal } from '../contracts/job-store.js'
import { StoreError } from '../errors.js'
import { probe } from '../util/probe.js'
import type { JobContext } from './job-context.js'
import { storeErrorFrom } from './retry-policy.js'

/** What may be written with a renewal. */
export interface Marks {
  readonly plan?: string
  readonly schemaVersion?: number
  readonly dirty?: true
  readonly inDoubt?: boolean
}

/**
 * Renews one claim at a third of its lease until released. Aborts its signal when the claim is lost, when the job was
 * deleted, and when it could not renew until a tenth before the lease's end by a clock that never runs backwards: that
 * saves work, the fence saves truth.
 */
export class LeaseKeeper {
  readonly #job: JobContext
  readonly #claim: Claim
  readonly #lost = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #renewedAt: number
  #released = false

  constructor(job: JobContext, claim: Claim) {
    this.#job = job
    this.#claim = claim
    this.#renewedAt = job.clock.monotonicMs()
    this.#schedule()
  }

  get signal(): AbortSignal {
    return this.#lost.signal
  }

  /** Renews now, writing marks durably. Throws `FENCED` when the claim was lost, `JOB_DELETED` when the job was. */
  async mark(marks: Marks = {}): Promise<Renewal> {
    const { store, settings } = this.#job
    const started = this.#job.clock.monotonicMs()
    const renewal = await store.ledger.renew(this.#claim, {
      leaseMs: settings.leaseMs,
      signal: AbortSignal.timeout(settings.leaseMs),
      ...marks,
    })
    if (renewal === undefined) this.#lose(lostClaim(this.#claim))
    else {
      this.#renewedAt = started
      if (renewal.status === 'deleted')
        this.#lose(
          new StoreError('JOB_DELETED', 'The job was deleted while a file was in flight.', { remedy: 'Nothing: the file is given back.' }),
        )
    }
    this.#lost.signal.throwIfAborted()
    return renewal as Renewal
  }

  release(): void {
    this.#released = true
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    if (this.#released || this.#lost.signal.aborted) return
    this.#timer = setTimeout(() => void this.#renew(), this.#job.settings.leaseMs / 3)
  }

  async #renew(): Promise<void> {
    try {
      await probe('P28', { jobId: this.#job.id, key: this.#claim.entry.key, fence: this.#claim.fence, worker: this.#job.worker })
      await this.mark()
    } catch (error) {
      const { leaseMs } = this.#job.settings
      // The store may be away for a moment; the lease's end is what counts.
      if (this.#job.clock.monotonicMs() - this.#renewedAt > 0.9 * leaseMs) this.#lose(storeErrorFrom(error))
    }
    this.#schedule()
  }

  #lose(reason: unknown): void {
    if (!this.#released) this.#lost.abort(reason)
  }
}

export function lostClaim(claim: Claim): StoreError {
  return new StoreError('FENCED', `Another worker has taken "${claim.entry.key}" over.`, {
    location: { key: claim.entry.key },
    remedy: 'Nothing: the other worker imports it. If it happens often, raise `leaseMs`, or look for what holds the event loop.',
  })
}
