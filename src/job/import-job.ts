import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { CallOptions } from '../contracts/call-options.js'
import type { JobRow } from '../contracts/job-store.js'
import type { LedgerEntry } from '../contracts/ledger-entry.js'
import type { AccessFinding } from '../contracts/object-source.js'
import type { PollOutcome, Scheduler } from '../contracts/scheduler.js'
import type { SchemaMapper } from '../contracts/schema-mapper.js'
import type { Sink } from '../contracts/sink.js'
import { builtInDecoders } from '../decoders/detect/built-in-decoders.js'
import { ConfigError, ImportError } from '../errors.js'
import { isolationEngine } from '../isolation/isolation-mode.js'
import type { JobPhase } from '../model/job-status.js'
import { intervalScheduler } from '../schedulers/interval/interval-scheduler.js'
import { functionSink } from '../sinks/function/function-sink.js'
import { clockKey, clockOf } from '../util/clock.js'
import { probe } from '../util/probe.js'
import { processOf } from '../util/process-identity.js'
import { checkAccess } from './check-access.js'
import { Discovery } from './discovery.js'
import { dryRun } from './dry-run.js'
import type { DryRunOptions, DryRunReport } from './dry-run-report.js'
import { type Explanation, explain } from './explain.js'
import type { FileOutcome } from './file-run.js'
import { type ImportReceipt, importReceipts } from './import-receipt.js'
import { Importing } from './importing.js'
import type { JobContext } from './job-context.js'
import { JobEmitter } from './job-emitter.js'
import type { ImportJobEventName, ImportJobEvents } from './job-events.js'
import { JobHealth } from './job-health.js'
import { checkOptions, type ImportJobOptions } from './job-options.js'
import { type JobPlan, jobPlan, type PlanOptions } from './job-plan.js'
import type { FilesOptions, JobReport, RunOnceOptions, RunReport } from './job-report.js'
import { type Management, openSeam } from './job-seam.js'
import { ledgerFiles } from './ledger-files.js'
import type { NotifyReport } from './look-at-keys.js'
import { OwnershipCheck } from './ownership-check.js'
import { type Registration, register } from './registration.js'
import { rejectsSinkOf } from './rejects-option.js'
import { type FileChoice, type ReimportChoice, reimportFiles, retryFiles } from './repeat-files.js'
import { storeErrorFrom } from './retry-policy.js'
import { selectionOf } from './selection.js'
import { soloGateOf } from './solo-gate.js'
import { discoveryBound, pagesPerPoll, readCursor } from './sweep-cursor.js'

const MOST_ERRORS = 100
const STORE_DEADLINE_MS = 30_000
const NOTIFY_DEADLINE_MS = 120_000

/** One period of work: a `runOnce`, or from `start` to `stop`. */
interface Work {
  readonly stopClaiming: AbortController
  readonly abortFiles: AbortController
  readonly ended: Promise<void>
}

/**
 * A configured, resumable import from one source to one sink: finds new files, decodes, maps and writes each exactly once
 * in effect, and remembers what it did in the store.
 *
 * Wire it once, listen with `on`, then either `start()` it or call `runOnce()` from a scheduler of your own.
 */
export class ImportJob<out R = unknown> implements AsyncDisposable {
  readonly id: string
  readonly #job: JobContext
  readonly #health: JobHealth
  readonly #ownership: OwnershipCheck
  readonly #discovery: Discovery
  readonly #importing: Importing
  readonly #scheduler: Scheduler
  /** `null` when the host brought its own scheduler. */
  readonly #pollIntervalMs: number | null
  readonly #dryRun: (options: DryRunOptions) => Promise<DryRunReport<R>>
  #work: Work | null = null
  #phase: JobPhase = 'idle'
  #registration: Registration | null = null

  /** @throws ConfigError `CONFIG_INVALID`, `ISOLATION_UNAVAILABLE`: everything that is wrong with the options */
  constructor(options: ImportJobOptions<R>) {
    const { isolation, allBudgets, ...settings } = checkOptions(options)
    const clock = clockOf(options)
    // The one place where R is forgotten: from here on records only travel from this mapper to this sink.
    const mapper = options.mapper as SchemaMapper<unknown>
    const sink = (typeof options.sink === 'function' ? functionSink(options.sink) : options.sink) as Sink<unknown>
    const shared = sink.database !== undefined && sink.database === options.store.database
    checkDelivery(sink, settings.overwrites)
    const rejects = rejectsSinkOf(options.rejects, sink)
    const decoders = [...(options.decoders ?? []), ...builtInDecoders()]
    const events = new JobEmitter(options.id, () => clock.now())
    const worker = `${options.workerId ?? `${hostname().replaceAll('/', '-')}-${process.pid}-${randomBytes(4).toString('hex')}`}/${randomBytes(6).toString('hex')}`
    let management: Management | null = null
    this.id = options.id
    this.#job = {
      id: options.id,
      get worker() {
        return management?.worker ?? worker
      },
      get management() {
        return management
      },
      source: options.source,
      mapper,
      sink,
      rejects,
      store: options.store,
      decoders,
      isolation: isolationEngine(isolation, decoders, (reason) =>
        events.emit('isolationReduced', { from: 'process', to: 'thread', reason }),
      ),
      settings,
      selection: selectionOf(settings, options.source),
      budgets: allBudgets,
      events,
      clock,
      gate: soloGateOf(processOf(options)),
      shared,
    }
    openSeam(this, {
      context: this.#job,
      manage(given) {
        management = given
      },
    })
    this.#health = new JobHealth(events, clock)
    this.#ownership = new OwnershipCheck(this.#job, this.#health)
    this.#importing = new Importing(this.#job, this.#health, (signal) => this.#ownership.passes(signal))
    this.#discovery = new Discovery(this.#job, () => this.#importing.notify())
    this.#pollIntervalMs = options.scheduler === undefined ? settings.pollIntervalMs : null
    this.#scheduler = options.scheduler ?? intervalScheduler({ everyMs: settings.pollIntervalMs, [clockKey]: clock } as { everyMs: number })
    this.#dryRun = (dryRunOptions) => dryRun(this.#job, options.mapper, dryRunOptions)
  }

  /** Listens. A listener that throws or rejects harms no import: it is told to `listenerFailed`. */
  on<K extends ImportJobEventName>(event: K, listener: (event: ImportJobEvents[K]) => void): this {
    this.#job.events.on(event, listener)
    return this
  }

  once<K extends ImportJobEventName>(event: K, listener: (event: ImportJobEvents[K]) => void): this {
    this.#job.events.once(event, listener)
    return this
  }

  off<K extends ImportJobEventName>(event: K, listener: (event: ImportJobEvents[K]) => void): this {
    this.#job.events.off(event, listener)
    return this
  }

  /**
   * What the source finds when it tries each permission that an import needs: one finding per question, with what to add where
   * one is missing. Reads one byte at most and imports nothing. Resolves also when access is refused.
   */
  checkAccess(options: Partial<CallOptions> = {}): Promise<readonly AccessFinding[]> {
    return checkAccess(this.#job.source, options.signal ?? new AbortController().signal)
  }

  /** Access, listing, schema and records of a sample; writes nothing. Resolves also when something is wrong. */
  dryRun(options: DryRunOptions = {}): Promise<DryRunReport<R>> {
    return this.#dryRun(options)
  }

  /** What the next poll will do and cost, by what the store knows; changes nothing. */
  plan(options: PlanOptions = {}): Promise<JobPlan> {
    return jobPlan(this.#job, this.#pollIntervalMs, options)
  }

  /** Why an object is where it is, decision by decision, and what happens next. Asks the source for this one key; changes nothing. */
  explain(key: string, options: Partial<CallOptions> = {}): Promise<Explanation> {
    return explain(this.#job, key, this.#pollIntervalMs, options.signal ?? AbortSignal.timeout(STORE_DEADLINE_MS))
  }

  /**
   * Looks at these keys now, instead of when a listing comes to them. They are hints and not believed: each is looked up in
   * the source, then goes the way of a listed one. Nothing stored under a key is a normal answer.
   *
   * @throws what `register` and the source throw, where that concerns the whole job
   */
  async notify(keys: readonly string[], options: Partial<CallOptions> = {}): Promise<NotifyReport> {
    const signal = options.signal ?? AbortSignal.timeout(NOTIFY_DEADLINE_MS)
    if (this.#registration === null) await this.#register(signal)
    if (!(await this.#ownership.passes(signal))) throw this.#health.blockedBy('ownership') ?? signal.reason
    return await this.#discovery.notify(keys, signal)
  }

  /**
   * Failed files once more, as if for the first time. Resolves to how many. In a sink that is not transactional, rows that
   * a file left there under another schema stay.
   *
   * @throws ConfigError `JOB_UNKNOWN`; StoreError `JOB_DELETED`
   */
  async retry(which: FileChoice = {}): Promise<number> {
    const files = await retryFiles(this.#job, await this.#row(), which)
    if (files > 0) this.#importing.notify()
    return files
  }

  /**
   * Imported files again, each as the next generation, in the place of what is there. Resolves to how many.
   *
   * @throws ConfigError `CONFIG_INVALID` when the job cannot replace; `JOB_UNKNOWN`; StoreError `JOB_DELETED`
   */
  async reimport(which: ReimportChoice): Promise<number> {
    await this.#row()
    const files = await reimportFiles(this.#job, which)
    if (files > 0) this.#importing.notify()
    return files
  }

  /**
   * One whole listing, then everything that is due. Rejects only when it could not run at all: a store that does not
   * answer, a job of another place, a deleted job, an outdated schema. A second call while one runs, or after `start`,
   * resolves to `alreadyRunning`.
   */
  async runOnce(options: RunOnceOptions = {}): Promise<RunReport> {
    const nothing = { imported: 0, failed: 0, rejectedRows: 0, remaining: 0, errors: [] }
    if (this.#work !== null) return { outcome: 'alreadyRunning', ...nothing }
    const { work, end } = this.#beginWork()
    const deadline = options.deadlineMs === undefined ? undefined : setTimeout(() => work.stopClaiming.abort(), options.deadlineMs)
    const onAbort = (): void => {
      work.stopClaiming.abort()
      work.abortFiles.abort(options.signal?.reason)
    }
    options.signal?.addEventListener('abort', onAbort, { once: true })
    if (options.signal?.aborted === true) onAbort()
    try {
      return await this.#runWork(work, options.maxFiles ?? Number.POSITIVE_INFINITY)
    } finally {
      clearTimeout(deadline)
      options.signal?.removeEventListener('abort', onAbort)
      end()
    }
  }

  /** Polls until `stop`. Never throws; failures are events and `status().health`. Called while it runs, it does nothing. */
  start(): void {
    if (this.#work !== null) return
    const { work, end } = this.#beginWork()
    this.#job.events.emit('jobStarted', {})
    let loop: Promise<void> | null = null
    const stopped = work.stopClaiming.signal
    const poll = async ({ signal }: CallOptions): Promise<PollOutcome> => {
      const both = AbortSignal.any([signal, stopped])
      const leave = await this.#job.management?.polls.acquire(both).catch(() => null)
      if (leave === null) return { ok: false, more: false }
      try {
        const registration = await this.#registered(both)
        if (registration === null) return { ok: false, more: false, retryAfterMs: this.#health.waitMs('discovery') }
        loop ??= this.#importing.run(registration.schemaVersion, {
          stopClaiming: stopped,
          abortFiles: work.abortFiles.signal,
          maxFiles: Number.POSITIVE_INFINITY,
          ended: () => false,
          onOutcome: (outcome) => this.#learnFrom(outcome),
        })
        return await this.#poll(both)
      } finally {
        leave?.()
      }
    }
    stopped.addEventListener('abort', () => {
      void Promise.allSettled([this.#scheduler.stop()])
        .then(() => loop)
        .finally(() => {
          end()
          this.#job.events.emit('jobStopped', {})
        })
    })
    try {
      this.#scheduler.start(this.id, poll)
    } catch (error) {
      this.#health.fail(schedulerErrorFrom(error))
    }
  }

  /**
   * Claims nothing more, lets files in flight end within `timeoutMs`, then gives them back, which uses up no attempt.
   *
   * @param options.timeoutMs `stopTimeoutMs` by default
   */
  async stop(options: { readonly timeoutMs?: number | undefined } = {}): Promise<void> {
    const work = this.#work
    if (work === null) return
    this.#phase = 'stopping'
    work.stopClaiming.abort()
    await probe('P28', { jobId: this.id, worker: this.#job.worker })
    const giveBack = setTimeout(() => work.abortFiles.abort(), options.timeoutMs ?? this.#job.settings.stopTimeoutMs)
    await work.ended
    clearTimeout(giveBack)
    this.#phase = 'stopped'
  }

  /** `stop`, then closes source, sinks and store. */
  async close(): Promise<void> {
    await this.stop()
    const { source, sink, rejects, store } = this.#job
    const closed = await Promise.allSettled([source.close?.(), sink.close?.(), rejects?.close?.(), store.close?.()])
    for (const result of closed) if (result.status === 'rejected') throw result.reason
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Where the job stands. Rejects with what the store throws, and with `JOB_UNKNOWN` before its first run. */
  async status(): Promise<JobReport> {
    const { id, store, settings } = this.#job
    const signal = AbortSignal.timeout(STORE_DEADLINE_MS)
    const row = await this.#row()
    const [tally, poll] = await Promise.all([store.ledger.tally(id, { signal }), store.ledger.pollState(id, { signal })])
    const cursor = readCursor(poll.cursor)
    return {
      id,
      place: row.place,
      status: row.status,
      phase: this.#phase,
      health: this.#health.current,
      schemaVersion: row.schemaVersion,
      tally,
      discoveryBoundMs: discoveryBound(cursor, pagesPerPoll(cursor, settings), settings.pollIntervalMs),
      nextPollAt: this.#scheduler.nextPollAt ?? null,
    }
  }

  /** What the ledger knows, in key order. */
  files(options: FilesOptions = {}): AsyncGenerator<LedgerEntry> {
    return ledgerFiles(this.#job.store, this.id, options)
  }

  /** Evidence of each import, in key order: canonical JSON and its hash. */
  receipts(options: Omit<FilesOptions, 'state'> = {}): AsyncGenerator<ImportReceipt> {
    return importReceipts(this.#job.store, this.id, options)
  }

  async #row(): Promise<JobRow> {
    const { id, store } = this.#job
    const row = await store.jobs.load(id, { signal: AbortSignal.timeout(STORE_DEADLINE_MS) })
    if (row !== undefined) return row
    throw new ConfigError('JOB_UNKNOWN', `The store knows no job "${id}".`, { remedy: 'Run or start the job once: that writes it down.' })
  }

  #beginWork(): { readonly work: Work; readonly end: () => void } {
    let end = (): void => {}
    const ended = new Promise<void>((resolve) => {
      end = () => {
        this.#work = null
        this.#phase = 'idle'
        resolve()
      }
    })
    const work: Work = { stopClaiming: new AbortController(), abortFiles: new AbortController(), ended }
    this.#work = work
    this.#phase = 'polling'
    this.#health.restart()
    return { work, end }
  }

  async #runWork(work: Work, maxFiles: number): Promise<RunReport> {
    const { signal } = work.stopClaiming
    const errors: ImportError[] = []
    const keep = (error: ImportError | null): void => {
      if (error !== null && errors.length < MOST_ERRORS) errors.push(error)
    }
    const sums = { imported: 0, failed: 0, rejectedRows: 0 }
    const { row, schemaVersion } = await this.#register(signal)
    const active = row.status === 'active'
    const owned = !active || (await this.#ownership.passes(signal))
    if (!owned) keep(this.#health.blockedBy('ownership'))
    let listed = !active || !owned
    const discovering = listed
      ? null
      : this.#discovery.poll({ whole: true, pollIntervalMs: this.#pollIntervalMs, signal }).then((outcome) => {
          listed = true
          keep(outcome.error)
          if (outcome.error === null) this.#health.clear('discovery')
          else this.#health.report('discovery', outcome.error)
          this.#importing.notify()
        })
    if (owned) {
      await this.#importing.run(schemaVersion, {
        stopClaiming: signal,
        abortFiles: work.abortFiles.signal,
        maxFiles,
        ended: () => listed,
        onOutcome: (outcome) => {
          this.#learnFrom(outcome)
          if (outcome.as === 'imported') sums.imported++
          if (outcome.as === 'failed') sums.failed++
          if (outcome.as === 'imported' || outcome.as === 'failed') sums.rejectedRows += outcome.rowsRejected
          keep(outcome.error)
        },
      })
    }
    await discovering
    for (const error of [this.#health.failure, this.#health.blockedBy('ownership'), this.#health.blockedBy('importing')]) {
      if (error !== null && !errors.includes(error)) keep(error)
    }
    const { files } = await this.#job.store.ledger.tally(this.id, { signal: AbortSignal.timeout(30_000) })
    const { state } = this.#health.current
    const outcome = !active ? 'inactive' : signal.aborted ? 'deadline' : state === 'ok' ? 'completed' : 'blocked'
    return { outcome, ...sums, remaining: files.pending + files.claimed, errors }
  }

  async #poll(signal: AbortSignal): Promise<PollOutcome> {
    const row = await this.#job.store.jobs.load(this.id, { signal }).catch((error: unknown) => {
      if (!signal.aborted) this.#health.report('discovery', storeErrorFrom(error))
      return undefined
    })
    if (this.#health.failure !== null || row === undefined || row.status !== 'active') return { ok: row !== undefined, more: false }
    if (!(await this.#ownership.passes(signal))) return { ok: false, more: false, retryAfterMs: this.#health.waitMs('ownership') }
    const { error, retryAfterMs } = await this.#discovery.poll({ whole: false, pollIntervalMs: this.#pollIntervalMs, signal })
    if (error !== null) this.#health.report('discovery', error)
    else if (!signal.aborted) this.#health.clear('discovery')
    this.#importing.notify()
    return { ok: error === null, more: false, ...(retryAfterMs > 0 ? { retryAfterMs } : {}) }
  }

  async #registered(signal: AbortSignal): Promise<Registration | null> {
    if (this.#registration !== null) return this.#registration
    try {
      return await this.#register(signal)
    } catch (error) {
      if (!signal.aborted) this.#health.report('discovery', storeErrorFrom(error))
      return null
    }
  }

  async #register(signal: AbortSignal): Promise<Registration> {
    try {
      this.#registration = await register(this.#job, signal)
      return this.#registration
    } catch (error) {
      throw storeErrorFrom(error)
    }
  }

  /** A version that changed under its reader is looked up again at the next poll. */
  #learnFrom({ as, key }: FileOutcome): void {
    if (as === 'skipped') this.#discovery.hint(key)
  }
}

function checkDelivery(sink: Sink<unknown>, overwrites: 'ignore' | 'import' | 'replace'): void {
  if (!['transactional', 'idempotent', 'plain'].includes(sink.delivery)) {
    throw new ConfigError('CONFIG_INVALID', `The sink's \`delivery\` is ${JSON.stringify(sink.delivery)}.`, {
      remedy: "Declare 'transactional', 'idempotent' or 'plain'.",
    })
  }
  if (sink.database !== undefined && sink.delivery !== 'transactional') {
    throw new ConfigError('CONFIG_INVALID', 'The sink has a `database` and is not transactional.', {
      remedy: "Declare delivery: 'transactional', or leave `database` out.",
    })
  }
  if (overwrites === 'replace' && (sink.replaces !== true || sink.delivery !== 'transactional')) {
    throw new ConfigError('CONFIG_INVALID', "overwrites: 'replace' needs a transactional sink that `replaces`.", {
      remedy: "Use such a sink (DuckDB, Postgres, memory), or overwrites: 'import'.",
    })
  }
}

function schedulerErrorFrom(error: unknown): ImportError {
  if (error instanceof ImportError) return error
  return new ConfigError('CONFIG_INVALID', 'The scheduler could not be started.', {
    cause: error,
    remedy: 'See the cause; give each job a scheduler of its own.',
  })
}
