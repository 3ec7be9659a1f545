import type { Claim } from '../contracts/job-store.js'
import { type ImportError, SourceError } from '../errors.js'
import { probe } from '../util/probe.js'
import { Wake } from '../util/wake.js'
import { ClaimTurn } from './claim-turn.js'
import { type FileOutcome, runFile } from './file-run.js'
import type { JobContext } from './job-context.js'
import type { JobHealth } from './job-health.js'
import { storeErrorFrom } from './retry-policy.js'

/** Refused objects in a row after which it is the whole place that is refused. */
const DENIED_IN_A_ROW = 5

export interface ImportingOptions {
  /** Stops claiming; files in flight go on. */
  readonly stopClaiming: AbortSignal
  /** Gives files in flight back. */
  readonly abortFiles: AbortSignal
  /** Files to claim at most. */
  readonly maxFiles: number
  /** Once nothing is due: end (true), or wait for news (false). */
  readonly ended: () => boolean
  readonly onOutcome: (outcome: FileOutcome) => void
}

/** The import loop of one job in this process: claims due files and runs them, up to the limit of files in flight. */
export class Importing {
  readonly #job: JobContext
  readonly #health: JobHealth
  readonly #isOwned: (signal: AbortSignal) => Promise<boolean>
  readonly #wake = new Wake()
  readonly #inFlight = new Set<Promise<void>>()
  readonly #turn = new ClaimTurn(() => this.#wake.notify())
  readonly #limit: number
  #deniedInARow = 0
  #suspectWaits: (() => void) | null = null

  constructor(job: JobContext, health: JobHealth, isOwned: (signal: AbortSignal) => Promise<boolean>) {
    this.#isOwned = isOwned
    this.#job = job
    this.#health = health
    const { delivery, maxConcurrentFiles = 2 } = job.sink
    const files = delivery === 'plain' ? 1 : (job.settings.maxConcurrentFiles ?? maxConcurrentFiles)
    this.#limit = Math.min(files, job.rejects?.maxConcurrentFiles ?? files)
  }

  /** There may be something to claim. */
  notify(): void {
    this.#wake.notify()
  }

  get filesInFlight(): number {
    return this.#inFlight.size
  }

  /** Runs until told to stop, or until `ended` and nothing is due. Resolves when no file is in flight. */
  async run(schemaVersion: number, options: ImportingOptions): Promise<void> {
    const stopListening = this.#job.gate.onChange(() => this.#wake.notify())
    let left = options.maxFiles
    try {
      while (!options.stopClaiming.aborted && this.#health.failure === null) {
        const claimed = await this.#claimAndRun(schemaVersion, left, options)
        left -= claimed
        if (left <= 0 && this.#inFlight.size === 0) break
        if (claimed > 0) continue
        if (this.#inFlight.size === 0) await this.#forgetOutage(options.stopClaiming)
        const blockedMs = this.#health.waitMs('importing', 'ownership')
        if (this.#inFlight.size === 0 && options.ended() && !this.#turn.waits && (blockedMs > 0 || this.#suspectWaits === null)) break
        await this.#wake.wait(blockedMs > 0 ? blockedMs : await this.#idleMs(options), options.stopClaiming)
      }
    } finally {
      this.#turn.giveBack()
      stopListening()
      this.#suspectWaits?.()
      this.#suspectWaits = null
      while (this.#inFlight.size > 0) await Promise.all(this.#inFlight)
    }
  }

  /** Nothing is left that an outage stopped, for others have imported it: only an import of our own would clear it else. */
  async #forgetOutage(signal: AbortSignal): Promise<void> {
    if (this.#health.blockedBy('importing') === null || signal.aborted) return
    try {
      const { now, waiting } = await this.#job.store.ledger.due(this.#job.id, { signal })
      if (now + waiting === 0) this.#health.clear('importing')
    } catch (error) {
      if (!signal.aborted) this.#health.report('importing', storeErrorFrom(error))
    }
  }

  /** Until the next file falls due, or a lease of a dead worker may have ended. */
  async #idleMs({ ended, stopClaiming }: ImportingOptions): Promise<number> {
    const longest = Math.min(this.#job.settings.leaseMs, 10_000)
    if (this.#inFlight.size > 0 || ended()) return longest
    try {
      const { nextAt } = await this.#job.store.ledger.due(this.#job.id, { signal: stopClaiming })
      return nextAt === null ? longest : Math.min(longest, Math.max(50, nextAt.getTime() - this.#job.clock.now().getTime()))
    } catch {
      // The store is away: the next claim says so where it is heard.
      return longest
    }
  }

  async #claimAndRun(schemaVersion: number, left: number, options: ImportingOptions): Promise<number> {
    const asSuspect = this.#suspectWaits !== null
    const { gate, management } = this.#job
    const limit = Math.min(this.#limit, management?.filesPerJob ?? Number.POSITIVE_INFINITY)
    const free = asSuspect ? 1 : Math.min(limit - this.#inFlight.size, left)
    if (free <= 0 || this.#health.waitMs('importing', 'ownership') > 0 || !gate.mayClaim(asSuspect)) {
      this.#turn.giveBack()
      return 0
    }
    const most = this.#turn.take(management?.files ?? null, free)
    if (most === 0) return 0
    const claims = await this.#claim(schemaVersion, most, options)
    this.#suspectWaits?.()
    this.#suspectWaits = null
    for (const claim of claims) {
      const suspect = claim.entry.crashes > 0
      const alone = claims.length === 1 && gate.running === 0
      if (suspect && !alone) await this.#postpone(claim, options)
      else this.#start(claim, schemaVersion, suspect, options)
    }
    this.#turn.giveBack()
    return claims.length
  }

  async #claim(schemaVersion: number, limit: number, { stopClaiming }: ImportingOptions): Promise<readonly Claim[]> {
    const { id, store, settings, worker, events, management } = this.#job
    const { leaseMs, maxAttempts, overwrites } = settings
    if (!(await this.#isOwned(stopClaiming))) return []
    try {
      await probe('P05', { jobId: id, worker })
      const { claims, skipped } = await store.ledger.claim(id, {
        worker,
        leaseMs,
        limit,
        schemaVersion,
        maxAttempts,
        overwrites,
        signal: stopClaiming,
      })
      for (const { key, version, size, sourceTime, rule } of skipped) {
        events.emit('fileSkipped', { file: { key, version, size, lastModified: sourceTime }, rule: rule ?? 'overwrite_ignored' })
      }
      return claims
    } catch (error) {
      const known = storeErrorFrom(error)
      // A manager builds the job anew; on its own it cannot go on.
      if (known.code === 'SCHEMA_SUPERSEDED' && management !== null) management.onSuperseded()
      else if (!stopClaiming.aborted) this.#health.report('importing', known)
      return []
    }
  }

  /** A suspect does not run beside others: it is given back and comes again when nothing else is in flight. */
  async #postpone(claim: Claim, { abortFiles }: ImportingOptions): Promise<void> {
    this.#suspectWaits ??= this.#job.gate.want()
    try {
      await this.#job.store.ledger.finish(claim, { as: 'release', notBeforeMs: 0 }, { signal: abortFiles })
    } catch (error) {
      // It comes back by itself when its lease ends.
      if (!abortFiles.aborted) this.#health.report('importing', storeErrorFrom(error))
    }
  }

  #start(claim: Claim, schemaVersion: number, suspect: boolean, options: ImportingOptions): void {
    const leaveGate = this.#job.gate.enter(suspect)
    const leaveTurn = this.#turn.use()
    const run = runFile(this.#job, claim, schemaVersion, options.abortFiles)
      .then((outcome) => {
        this.#judge(outcome)
        options.onOutcome(outcome)
      })
      .finally(() => {
        this.#inFlight.delete(run)
        leaveGate()
        leaveTurn()
        this.#wake.notify()
      })
    this.#inFlight.add(run)
  }

  /** Turns what happened to one file into what it says about the job. */
  #judge({ as, error }: FileOutcome): void {
    if (as === 'imported') {
      this.#deniedInARow = 0
      this.#health.clear('importing')
      return
    }
    if (error === null) return
    this.#deniedInARow = error.code === 'OBJECT_DENIED' ? this.#deniedInARow + 1 : 0
    if (error.scope === 'job') this.#health.report('importing', error)
    else if (this.#deniedInARow >= DENIED_IN_A_ROW) this.#health.report('importing', allDenied(error))
  }
}

function allDenied(last: ImportError): ImportError {
  return new SourceError('SOURCE_DENIED', `The last ${DENIED_IN_A_ROW} objects could not be read: access was refused.`, {
    retryable: true,
    location: last.location,
    cause: last,
    remedy: last.remedy ?? 'Allow s3:GetObject on everything below the prefix.',
  })
}
