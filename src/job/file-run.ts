import type { Claim, Ending } from '../contracts/job-store.js'
import type { FileWriter } from '../contracts/sink.js'
import { ImportError, importErrorFrom, SinkError } from '../errors.js'
import type { Issue } from '../model/issue.js'
import type { FileCounts, Receipt } from '../model/receipt.js'
import { abortable } from '../util/abort.js'
import { probe } from '../util/probe.js'
import { type AttemptFile, attemptFile } from './attempt-file.js'
import { copyRows } from './copy-rows.js'
import { planGone, rowsLost, tooLate, workerLost, wrongReceipt } from './file-errors.js'
import { pinTypes, planHash } from './file-plan.js'
import { FileReading } from './file-reading.js'
import { sourceErrorFrom } from './guarded-reader.js'
import type { JobContext } from './job-context.js'
import { LeaseKeeper, lostClaim } from './lease-keeper.js'
import { dropRejects, RejectsWriter } from './rejects-writer.js'
import { exhausted, fileBackoffMs, judge, sinkErrorFrom, storeErrorFrom, type Verdict } from './retry-policy.js'
import { noRows } from './row-tally.js'
import { abortWriter, begin, settle } from './settle.js'
import { validateRows, validatesFirst } from './validate-rows.js'

/** How an attempt ended, for the loop that claimed the file. */
export interface FileOutcome {
  readonly as: 'imported' | 'failed' | 'retried' | 'released' | 'skipped' | 'lost'
  readonly key: string
  readonly rowsRejected: number
  readonly error: ImportError | null
}

/** Before the commit at least this share of the lease must be left. */
const COMMIT_MARGIN = 0.2

/**
 * One attempt at one claimed file, by the five rules of the commit protocol: claim, plan, begin, last look, commit and
 * complete. Never throws: whatever happens ends in the ledger, or, when the claim is lost, in silence.
 *
 * @param schemaVersion the worker's own
 * @param stop aborts when files in flight must be given back
 */
export async function runFile(job: JobContext, claim: Claim, schemaVersion: number, stop: AbortSignal): Promise<FileOutcome> {
  const run = new FileRun(job, claim, schemaVersion, stop)
  try {
    return await run.import().catch((error: unknown) => run.endBy(error))
  } catch (error) {
    // A part that breaks its contract even here must not end the host's process: the lease runs out.
    return { as: 'lost', key: claim.entry.key, rowsRejected: 0, error: sinkErrorFrom(error, claim.entry.key) }
  } finally {
    await run.release()
  }
}

class FileRun {
  readonly #job: JobContext
  readonly #claim: Claim
  readonly #file: AttemptFile
  readonly #schemaVersion: number
  readonly #lease: LeaseKeeper
  readonly #stop: AbortSignal
  readonly #signal: AbortSignal
  readonly #deadline: NodeJS.Timeout
  readonly #reading: FileReading
  #totals = noRows()
  #writer: FileWriter<unknown> | undefined
  #rejects: RejectsWriter | undefined
  /** The sink has been fenced and asked by this attempt. */
  #asked = false
  /** A commit was begun, and whether its rows are in the sink is not in the ledger yet. */
  #inDoubt = false
  #format: string | null

  constructor(job: JobContext, claim: Claim, schemaVersion: number, stop: AbortSignal) {
    this.#job = job
    this.#claim = claim
    this.#schemaVersion = schemaVersion
    this.#file = attemptFile(job, claim, schemaVersion)
    this.#format = claim.entry.format
    this.#lease = new LeaseKeeper(job, claim)
    this.#stop = stop
    const late = new AbortController()
    const { fileDeadlineMs } = job.budgets
    this.#deadline = setTimeout(() => late.abort(tooLate(claim.entry.key, fileDeadlineMs)), Math.min(fileDeadlineMs, 2 ** 31 - 1))
    this.#signal = AbortSignal.any([stop, this.#lease.signal, late.signal])
    this.#reading = new FileReading(job, this.#file, this.#signal)
  }

  async import(): Promise<FileOutcome> {
    const job = this.#job
    const { entry } = this.#claim
    await probe('P07', this.#file.place)
    if (entry.crashes >= job.settings.maxCrashes) throw workerLost(entry)
    if (entry.inDoubt || this.#claim.settleOnly) {
      const receipt = await this.#settleDoubt()
      if (receipt !== null) return await this.#complete(receipt, countsOf(receipt), [])
      if (this.#claim.settleOnly) return await this.#endSettled()
    }
    const signal = this.#signal
    const { decoder, exchange } = await this.#reading.open(entry)
    this.#format = decoder.format
    const { schema, pins } = await pinTypes(job, this.#schemaVersion, exchange.schema, entry.key, signal)
    const { batchRows, batchBytes } = job.budgets
    const start = { schema, file: this.#file.context, batchRows, batchBytes, cells: job.rejects?.cells === true }
    let { mapping, rows } = exchange.start(start)
    const plan = planHash(job, this.#schemaVersion, pins, decoder)
    if (entry.dirty && entry.plan !== plan) throw planGone(entry.key)
    await this.#lease.mark({ plan, schemaVersion: this.#schemaVersion })
    await probe('P09', this.#file.place)

    const { rowCount } = exchange
    const about = { file: this.#file, plan, schema, rowCount, signal }
    const validated = validatesFirst(job) ? await validateRows(job, { ...about, rows, totals: this.#totals }) : undefined
    if (validated !== undefined) {
      this.#totals = noRows()
      const again = await this.#reading.again()
      ;({ mapping, rows } = again.start(start))
    }
    const answer = await begin(job.sink, this.#file.sinkFile, signal)
    this.#asked = true
    if (!('write' in answer)) {
      job.events.emit('fileSettled', { file: this.#file.context, receipt: answer })
      await probe('P11', this.#file.place)
      return await this.#complete(answer, countsOf(answer), [])
    }
    this.#writer = answer
    this.#rejects = await RejectsWriter.begin(job, about)
    job.events.emit('fileStarted', { file: this.#file.context, attempt: entry.attempts })
    await copyRows(job, {
      ...about,
      mapping,
      rows,
      writer: answer,
      rejects: this.#rejects,
      validated,
      totals: this.#totals,
      bytesRead: () => this.#reading.bytesRead,
      beforeFirstWrite: async () => {
        if (job.sink.delivery !== 'transactional') await this.#lease.mark({ dirty: true })
      },
    })
    this.#checkTotals(rowCount)
    await probe('P17', this.#file.place)
    if (this.#rejects !== undefined) {
      await this.#rejects.commit(this.#totals.rowsRejected)
      await probe('P26', this.#file.place)
    }
    await this.#lastLook()
    await probe('P18', this.#file.place)
    return await this.#commit(answer, [...(mapping.warnings ?? []), ...this.#totals.issues])
  }

  /** Ends the attempt in the ledger by what went wrong. Must not throw. */
  async endBy(thrown: unknown): Promise<FileOutcome> {
    const stopped = this.#stop.aborted
    const cause = this.#signal.aborted ? (this.#signal.reason as unknown) : thrown
    const error = cause instanceof ImportError ? cause : sourceErrorFrom(thrown, this.#claim.entry.key)
    const writer = this.#writer
    this.#writer = undefined
    if (writer !== undefined) await abortWriter(writer, error)
    await this.#rejects?.abort(error)
    // Another worker's claim outranks a stop.
    const verdict: Verdict =
      stopped && error.code !== 'FENCED' && error.code !== 'JOB_DELETED'
        ? { as: 'release', notBeforeMs: 0, error: null }
        : judge(error, this.#claim, this.#job.settings.maxAttempts)
    try {
      return await this.#record(verdict)
    } catch (failure) {
      // The ledger cannot be written: the lease runs out and the next claim asks the sink.
      return this.#outcome('lost', storeErrorFrom(failure))
    }
  }

  async release(): Promise<void> {
    this.#lease.release()
    clearTimeout(this.#deadline)
    await this.#reading.close()
  }

  async #settleDoubt(): Promise<Receipt | null> {
    const receipt = await settle(this.#job, this.#file.sinkFile, this.#signal)
    this.#asked = true
    if (receipt === null) await this.#lease.mark({ inDoubt: false })
    this.#job.events.emit('fileSettled', { file: this.#file.context, receipt })
    return receipt
  }

  /** "Not committed", and this claim may not write: the last attempt was the last one, or the job is not active. */
  async #endSettled(): Promise<FileOutcome> {
    const { entry } = this.#claim
    if (entry.attempts <= this.#job.settings.maxAttempts) return await this.#record({ as: 'release', notBeforeMs: 0, error: null })
    const last = entry.error === null ? new SinkError('COMMIT_IN_DOUBT', 'a commit was not answered', {}) : importErrorFrom(entry.error)
    return await this.#record({ as: 'fail', error: exhausted(this.#claim, last) })
  }

  #checkTotals(rowCount: number | undefined): void {
    const { rowsRead, rowsWritten, rowsRejected } = this.#totals
    if (rowsRead === rowsWritten + rowsRejected && (rowCount === undefined || rowCount === rowsRead)) return
    throw rowsLost(this.#claim.entry.key, this.#totals, rowCount)
  }

  /** Just before the commit: is the claim still ours, for long enough? */
  async #lastLook(): Promise<void> {
    const { clock, settings } = this.#job
    const asked = clock.monotonicMs()
    await this.#lease.mark()
    // The lease runs from when the store wrote it, at the earliest from when it was asked.
    if (clock.monotonicMs() - asked > (1 - COMMIT_MARGIN) * settings.leaseMs) throw lostClaim(this.#claim)
    this.#signal.throwIfAborted()
  }

  async #commit(writer: FileWriter<unknown>, issues: readonly Issue[]): Promise<FileOutcome> {
    const { rowsRead, rowsWritten: rows, rowsRejected: rejected } = this.#totals
    const counts: FileCounts = { rowsRead, rowsWritten: rows, rowsRejected: rejected }
    const { context, sinkFile } = this.#file
    const seal = async (transaction: unknown): Promise<void> => {
      const receipt: Receipt = {
        rows,
        rejected,
        schemaVersion: context.schemaVersion,
        fence: sinkFile.fence,
        committedAt: this.#job.clock.now().toISOString(),
      }
      const ending = this.#completeEnding(receipt, counts, issues)
      if (!(await this.#job.store.ledger.finish(this.#claim, ending, { transaction, signal: this.#signal }))) throw lostClaim(this.#claim)
    }
    let receipt: Receipt
    this.#inDoubt = true
    try {
      receipt = await abortable(
        writer.commit({ rows, rejected }, { signal: this.#signal, ...(this.#job.shared ? { seal } : {}) }),
        this.#signal,
      )
    } catch (error) {
      return await this.#afterDoubtfulCommit(writer, error, counts, issues)
    }
    this.#writer = undefined
    await probe('P22', this.#file.place)
    if (receipt.rows + receipt.rejected !== rowsRead) {
      this.#inDoubt = false
      throw wrongReceipt(this.#claim.entry.key, receipt, rowsRead)
    }
    return await this.#complete(receipt, counts, issues)
  }

  /** A rejected commit proves nothing: mark the doubt, fence, ask, and only then say what happened. */
  async #afterDoubtfulCommit(
    writer: FileWriter<unknown>,
    thrown: unknown,
    counts: FileCounts,
    issues: readonly Issue[],
  ): Promise<FileOutcome> {
    const error = thrown instanceof ImportError || !this.#signal.aborted ? sinkErrorFrom(thrown, this.#claim.entry.key) : thrown
    this.#writer = undefined
    const { leaseMs } = this.#job.settings
    const fresh = AbortSignal.timeout(Math.max(1_000, leaseMs))
    const renewing = this.#job.store.ledger.renew(this.#claim, { leaseMs, inDoubt: true, signal: fresh })
    const renewal = await abortable(renewing, fresh)
      .catch((failure: unknown) => {
        throw storeErrorFrom(failure)
      })
      .finally(() => abortWriter(writer, error))
    if (renewal === undefined) {
      // Shared database: the seal may have gone through, and the row is then no longer claimed.
      const sealed = this.#job.shared && (await this.#sealedByUs(fresh))
      return sealed ? this.#imported(sealed, counts, issues) : this.#outcome('lost', null)
    }
    if (this.#job.sink.delivery === 'transactional' && !(error instanceof ImportError && error.code === 'FENCED')) {
      const receipt = await settle(this.#job, this.#file.sinkFile, fresh)
      this.#asked = true
      this.#job.events.emit('fileSettled', { file: this.#file.context, receipt })
      if (receipt !== null) return await this.#complete(receipt, counts, issues)
    }
    await this.#lease.mark({ inDoubt: false })
    this.#inDoubt = false
    throw error
  }

  async #sealedByUs(signal: AbortSignal): Promise<Receipt | false> {
    const { key, version } = this.#claim.entry
    const entries = await this.#job.store.ledger.files(this.#job.id, { key, limit: 1_000, signal })
    const receipt = entries.find((entry) => entry.version === version)?.receipt
    return receipt?.fence === this.#claim.fence ? receipt : false
  }

  #completeEnding(receipt: Receipt, counts: FileCounts, issues: readonly Issue[]): Ending {
    return {
      as: 'complete',
      receipt,
      counts,
      format: this.#format,
      issues: issues.slice(0, 100),
      replacesKey: this.#file.sinkFile.replacesKey,
    }
  }

  /** Rule W5: refused only by a higher fence. */
  async #complete(receipt: Receipt, counts: FileCounts, issues: readonly Issue[]): Promise<FileOutcome> {
    const ending = this.#completeEnding(receipt, counts, issues)
    const finished = await this.#finish(ending)
    return finished ? this.#imported(receipt, counts, issues) : this.#outcome('lost', null)
  }

  #imported(receipt: Receipt, counts: FileCounts, issues: readonly Issue[]): FileOutcome {
    const warnings = issues.filter(({ severity }) => severity === 'warning')
    this.#job.events.emit('fileImported', { file: this.#file.context, counts, receipt, warnings })
    return { as: 'imported', key: this.#claim.entry.key, rowsRejected: counts.rowsRejected, error: null }
  }

  /** Writes a verdict to the ledger, settling first where an earlier claim may have reached the sink. */
  async #record(verdict: Verdict): Promise<FileOutcome> {
    const { key } = this.#claim.entry
    if (verdict.as === 'lost') return await this.#lostOrBehind(verdict.error)
    if (verdict.as === 'release' || verdict.as === 'retry') await this.#keepDoubt()
    if (verdict.as === 'release') {
      const error = verdict.error?.toJSON()
      const released = await this.#finish({ as: 'release', notBeforeMs: verdict.notBeforeMs, ...(error === undefined ? {} : { error }) })
      return this.#outcome(released ? 'released' : 'lost', verdict.error)
    }
    if (verdict.as === 'retry') {
      const { error, notBeforeMs } = verdict
      if (!(await this.#finish({ as: 'retry', notBeforeMs, error: error.toJSON() }))) return this.#outcome('lost', error)
      const nextTryAt = new Date(this.#job.clock.now().getTime() + notBeforeMs)
      this.#job.events.emit('fileRetried', { file: this.#file.context, attempt: this.#claim.entry.attempts, error, nextTryAt })
      return this.#outcome('retried', error)
    }
    let receipt: Receipt | null
    try {
      receipt = await this.#settleBeforeEnd()
      if (receipt === null) await this.#dropRejects()
    } catch (failure) {
      return await this.#stillSettling(sinkErrorFrom(failure, key))
    }
    if (receipt !== null) return await this.#complete(receipt, countsOf(receipt), [])
    await probe('P25', this.#file.place)
    if (verdict.as === 'skip') {
      if (!(await this.#finish({ as: 'skip', rule: verdict.rule }))) return this.#outcome('lost', null)
      this.#job.events.emit('fileSkipped', { file: this.#file.object, rule: verdict.rule })
      return this.#outcome('skipped', null)
    }
    const { error } = verdict
    const partialRows = this.#job.sink.delivery === 'transactional' ? 0 : Math.max(this.#claim.entry.partialRows, this.#totals.rowsWritten)
    const located = error.location.key === undefined ? withKey(error, key) : error
    const issues = error.issues.length > this.#totals.issues.length ? error.issues : this.#totals.issues
    if (!(await this.#finish({ as: 'fail', error: located.toJSON(), issues, partialRows }))) return this.#outcome('lost', error)
    this.#job.events.emit('fileFailed', { file: this.#file.context, error: located, partialRows })
    return this.#outcome('failed', located)
  }

  /** Nobody may take a file for untouched whose rows may be in the sink: the next claim has to know. */
  async #keepDoubt(): Promise<void> {
    if (this.#inDoubt) await this.#lease.mark({ inDoubt: true })
  }

  /** The sink does not answer: until it has, the file has no end. It waits, and no attempt is used up. */
  async #stillSettling(error: ImportError): Promise<FileOutcome> {
    if (error.code === 'FENCED') return await this.#lostOrBehind(error)
    const notBeforeMs = Math.max(error.retryAfterMs ?? 0, fileBackoffMs(this.#claim.entry.attempts))
    return await this.#record({ as: 'release', notBeforeMs, error })
  }

  /** Without this a zombie's rows could appear in a file that the ledger calls failed. */
  async #settleBeforeEnd(): Promise<Receipt | null> {
    const { first, entry } = this.#claim
    const isSettled = !this.#inDoubt && (this.#asked || (first && !entry.inDoubt))
    if (isSettled || this.#job.sink.delivery !== 'transactional') return null
    const receipt = await settle(this.#job, this.#file.sinkFile, AbortSignal.timeout(Math.max(1_000, this.#job.settings.leaseMs)))
    this.#asked = true
    if (receipt !== null) this.#job.events.emit('fileSettled', { file: this.#file.context, receipt })
    return receipt
  }

  /** Refused rows of a file that is not imported would be mended in vain. */
  async #dropRejects(): Promise<void> {
    if (!(this.#rejects?.mayHold ?? !this.#claim.first)) return
    await dropRejects(this.#job, this.#file, AbortSignal.timeout(Math.max(1_000, this.#job.settings.leaseMs)))
  }

  /**
   * The sink refuses our fence. If the ledger still calls the claim ours, the sink has seen a higher one than this store
   * ever gave: the store was restored from a backup, and must go above.
   */
  async #lostOrBehind(refusal: ImportError): Promise<FileOutcome> {
    const { ledger } = this.#job.store
    const { fence } = this.#claim
    const signal = AbortSignal.timeout(Math.max(1_000, this.#job.settings.leaseMs))
    if (this.#lease.signal.aborted || (await ledger.renew(this.#claim, { leaseMs: this.#job.settings.leaseMs, signal })) === undefined)
      return this.#outcome('lost', null)
    // A sink that does not say which number it holds is caught up with by doubling.
    const seen = (refusal.cause as { readonly fence?: unknown } | undefined)?.fence
    await ledger.raiseFence(typeof seen === 'number' && Number.isSafeInteger(seen) ? Math.max(seen, fence) : 2 * fence + 1_024, { signal })
    await this.#finish({ as: 'release', notBeforeMs: 0 })
    return this.#outcome('released', null)
  }

  /** The store may be away for a moment just now; the rows are in the sink, so a few tries are worth their while. */
  async #finish(ending: Ending): Promise<boolean> {
    for (let failures = 0; ; ) {
      const signal = AbortSignal.timeout(Math.max(1_000, this.#job.settings.leaseMs))
      try {
        return await abortable(this.#job.store.ledger.finish(this.#claim, ending, { signal }), signal)
      } catch (error) {
        const known = storeErrorFrom(error)
        if (!known.retryable || ++failures > 3) throw known
        await this.#job.clock.sleep(50 * 2 ** failures)
      }
    }
  }

  #outcome(as: FileOutcome['as'], error: ImportError | null): FileOutcome {
    return { as, key: this.#claim.entry.key, rowsRejected: this.#totals.rowsRejected, error }
  }
}

function countsOf({ rows, rejected }: Receipt): FileCounts {
  return { rowsRead: rows + rejected, rowsWritten: rows, rowsRejected: rejected }
}

function withKey(error: ImportError, key: string): ImportError {
  return importErrorFrom({ ...error.toJSON(), location: { ...error.location, key } })
}
