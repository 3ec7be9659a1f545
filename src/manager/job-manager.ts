import type { JobRow } from '../contracts/job-store.js'
import type { LedgerEntry } from '../contracts/ledger-entry.js'
import type { DryRunOptions, DryRunReport } from '../job/dry-run-report.js'
import type { Explanation } from '../job/explain.js'
import type { ImportJob } from '../job/import-job.js'
import { type ImportReceipt, importReceipts } from '../job/import-receipt.js'
import type { JobListener } from '../job/job-emitter.js'
import type { ImportJobEventName, ImportJobEvents } from '../job/job-events.js'
import type { JobPlan, PlanOptions } from '../job/job-plan.js'
import type { FilesOptions } from '../job/job-report.js'
import { ledgerFiles } from '../job/ledger-files.js'
import type { NotifyReport } from '../job/look-at-keys.js'
import { freshRow } from '../job/registration.js'
import type { FileChoice, ReimportChoice } from '../job/repeat-files.js'
import type { JobStatus } from '../model/job-status.js'
import type { BuiltJob } from './built-job.js'
import { changeRow, deletedJob, jobExists, loadRow, unknownJob } from './change-row.js'
import { diffSchemas } from './diff-schemas.js'
import { refusedByDryRun } from './dry-run-refusal.js'
import { FollowStore } from './follow-store.js'
import { checkDefinition, type JobDefinition } from './job-definition.js'
import { type JobDetails, jobDetails, type ManagedJobReport, managedReport } from './job-details.js'
import { Listeners } from './listeners.js'
import { type CheckedManagerOptions, checkManagerOptions, type JobManagerOptions } from './manager-options.js'
import { RunningJobs } from './running-jobs.js'
import { changedMapper, type SchemaChange } from './schema-change.js'
import type { DiffOptions, SchemaDiff } from './schema-diff.js'
import { type StoredDefinition, storedForm } from './stored-definition.js'

const STORE_DEADLINE_MS = 30_000

export interface ListJobsOptions {
  /** Start after this id (exclusive). */
  readonly after?: string | undefined
  /** @defaultValue 50 */
  readonly limit?: number | undefined
  /** @defaultValue `['active', 'inactive']` */
  readonly status?: JobStatus | readonly JobStatus[] | undefined
}

export interface EditSchemaOptions {
  /**
   * Called with the rows whose outcome changes on recorded files, before anything is stored; unless it answers `true`, the
   * job stays as it is.
   */
  readonly accept?: ((diff: SchemaDiff) => boolean | Promise<boolean>) | undefined
  /** Which files and rows are compared for `accept`. */
  readonly diff?: DiffOptions | undefined
  /** Failed files are tried again, under the edited schema. @defaultValue false */
  readonly retryFailed?: boolean | undefined
}

/**
 * Many import jobs of stored definitions: creates them after a dry run that passes, runs the active ones, and pauses,
 * edits and deletes them. Runs from its construction to `close`: a manager made after a crash goes on with what is active.
 *
 * Managers of several processes may share one store. What one of them does the others see: a pause at their next claim,
 * everything else within `followIntervalMs`.
 */
export class JobManager implements AsyncDisposable {
  readonly #options: CheckedManagerOptions
  readonly #listeners: Listeners
  readonly #running: RunningJobs
  readonly #follow: FollowStore | null
  readonly #now: () => Date

  /** @throws ConfigError `CONFIG_INVALID` */
  constructor(options: JobManagerOptions) {
    this.#options = checkManagerOptions(options)
    const { store, followIntervalMs, run } = this.#options
    this.#now = () => new Date()
    this.#listeners = new Listeners(this.#now)
    this.#running = new RunningJobs(this.#options, this.#listeners, () => this.#follow?.nudge())
    this.#follow = run ? new FollowStore(store, followIntervalMs, (row) => this.#running.tryToFollow(row)) : null
  }

  /** Resolves when all active jobs of the store have been started here; rejects when the store does not answer. */
  async ready(): Promise<void> {
    await this.#follow?.ready()
  }

  /** Listens to all jobs that run here, now and later; every payload has the job's id. A listener that throws harms no import. */
  on<K extends ImportJobEventName>(event: K, listener: JobListener<K>): this {
    this.#listeners.on(event, listener)
    return this
  }

  once<K extends ImportJobEventName>(event: K, listener: JobListener<K>): this {
    const first = (payload: ImportJobEvents[K]): unknown => {
      this.#listeners.off(event, first)
      return listener(payload)
    }
    this.#listeners.on(event, first)
    return this
  }

  off<K extends ImportJobEventName>(event: K, listener: JobListener<K>): this {
    this.#listeners.off(event, listener)
    return this
  }

  /** What a job of this definition would find and make of it; nothing is stored. Resolves also when something is wrong. */
  async dryRun(definition: JobDefinition, options: DryRunOptions = {}): Promise<DryRunReport<unknown>> {
    const built = await this.#running.build({ definition: checkDefinition(definition), revision: 0 })
    try {
      return await built.job.dryRun(options)
    } finally {
      await this.#running.discard(built)
    }
  }

  /**
   * Stores a job after a dry run that passes; it is then `active` and polling.
   *
   * @throws ConfigError `CONFIG_INVALID` for the definition, `DRY_RUN_FAILED` with everything that was found in `issues` and
   * the report as `cause`, `JOB_EXISTS`; StoreError `JOB_DELETED` for the id of a deleted job
   */
  async create(given: JobDefinition, options: DryRunOptions = {}): Promise<JobDetails> {
    const { store } = this.#options
    const stored: StoredDefinition = { definition: checkDefinition(given), revision: 0 }
    const { id } = stored.definition
    const known = await store.jobs.load(id, { signal: AbortSignal.timeout(STORE_DEADLINE_MS) })
    if (known !== undefined) throw known.status === 'deleted' ? deletedJob(id) : jobExists(id)
    const built = await this.#running.build(stored)
    let row: JobRow | undefined
    try {
      const report = await built.job.dryRun(options)
      if (!report.ok) throw refusedByDryRun(id, report)
      const fresh = freshRow(built.seam.context, storedForm(stored))
      row = await store.jobs.save(fresh, { signal: AbortSignal.timeout(STORE_DEADLINE_MS) })
      if (row === undefined) throw jobExists(id)
    } catch (error) {
      await this.#running.discard(built)
      throw error
    }
    return await this.#followed(row, built)
  }

  /** A job with its last import, its failed files and where their errors are; deleted jobs too. `undefined`: no such job. */
  async get(id: string): Promise<JobDetails | undefined> {
    const { store } = this.#options
    const row = await store.jobs.load(id, { signal: AbortSignal.timeout(STORE_DEADLINE_MS) })
    return row && (await jobDetails(store, row, this.#running, this.#now()))
  }

  /** Jobs in order of id, a page of them: go on with the last one's id as `after`. */
  async list({ after, limit = 50, status = ['active', 'inactive'] }: ListJobsOptions = {}): Promise<readonly ManagedJobReport[]> {
    const { store } = this.#options
    const wanted: readonly JobStatus[] = typeof status === 'string' ? [status] : status
    const rows: JobRow[] = []
    for (let from = after; rows.length < limit; ) {
      const signal = AbortSignal.timeout(STORE_DEADLINE_MS)
      const page = await store.jobs.list({ limit: 500, signal, ...(from === undefined ? {} : { after: from }) })
      rows.push(...page.filter((row) => wanted.includes(row.status)))
      from = page.at(-1)?.id
      if (from === undefined) break
    }
    return await Promise.all(rows.slice(0, limit).map((row) => managedReport(store, row, this.#running, this.#now())))
  }

  /** What the ledger knows about a job's files, in key order; of one state, below one prefix. */
  files(id: string, options: FilesOptions = {}): AsyncGenerator<LedgerEntry> {
    return ledgerFiles(this.#options.store, id, options)
  }

  /** Evidence of each import, in key order. */
  receipts(id: string, options: Omit<FilesOptions, 'state'> = {}): AsyncGenerator<ImportReceipt> {
    return importReceipts(this.#options.store, id, options)
  }

  /**
   * Sets the status to `inactive`: no process takes another file of it once this resolves. Files in flight end, or are
   * given back here with `inFlight: 'abort'`; what is in doubt is settled. New files wait for `start`.
   *
   * @throws ConfigError `JOB_UNKNOWN`; StoreError `JOB_DELETED`
   */
  async pause(id: string, { inFlight = 'finish' }: { readonly inFlight?: 'finish' | 'abort' | undefined } = {}): Promise<JobDetails> {
    const row = await this.#setStatus(id, 'inactive')
    if (inFlight === 'abort') await this.#running.abortFiles(id)
    return await this.#followed(row)
  }

  /**
   * Sets the status to `active`; files that came meanwhile are taken at once. A job that could not go on is built anew.
   *
   * @throws ConfigError `JOB_UNKNOWN`; StoreError `JOB_DELETED`
   */
  async start(id: string): Promise<JobDetails> {
    const row = await this.#setStatus(id, 'active')
    await this.#running.endFailed(id)
    return await this.#followed(row)
  }

  /**
   * Stores another schema, as a version of its own, and maps all files that are begun from now on by it; files in flight
   * end under theirs, imported ones stay as they are. An equal schema changes nothing.
   *
   * @throws ConfigError `JOB_UNKNOWN`, `CONFIG_INVALID` with the issues of the schema; StoreError `JOB_DELETED`
   */
  async editSchema(id: string, change: SchemaChange, options: EditSchemaOptions = {}): Promise<JobDetails> {
    const { accept, diff = {}, retryFailed = false } = options
    let candidate: BuiltJob | undefined
    const row = await changeRow(this.#options.store, id, async (current) => {
      if (candidate !== undefined) await this.#running.discard(candidate)
      candidate = undefined
      const edited = changedMapper(current, change)
      if (edited === null) return current
      candidate = await this.#running.build(edited)
      const agreed = accept === undefined || (await accept(await this.#diff(current, candidate, diff))) === true
      if (agreed) return { ...current, definition: storedForm(edited) }
      await this.#running.discard(candidate)
      candidate = undefined
      return current
    })
    const followed = await this.#followed(row, candidate)
    if (!retryFailed || candidate === undefined) return followed
    await this.retry(id)
    return (await this.get(id)) ?? followed
  }

  /** The rows whose outcome an edit changes, on files that are recorded and still there; nothing is stored. */
  async diffSchema(id: string, change: SchemaChange, options: DiffOptions = {}): Promise<SchemaDiff> {
    const row = await loadRow(this.#options.store, id)
    const edited = changedMapper(row, change)
    if (edited === null) return { files: [], rows: 0, gained: 0, lost: 0, changed: 0 }
    const candidate = await this.#running.build(edited)
    try {
      return await this.#diff(row, candidate, options)
    } finally {
      await this.#running.discard(candidate)
    }
  }

  /**
   * Sets the status to `deleted`: the job stops, its history is kept, its id is never used again, and nothing that was
   * imported is undone. Deleting a deleted job is no error.
   *
   * @throws ConfigError `JOB_UNKNOWN`
   */
  async delete(id: string): Promise<void> {
    const { store } = this.#options
    if (!(await store.jobs.remove(id, { signal: AbortSignal.timeout(STORE_DEADLINE_MS) }))) throw unknownJob(id)
    await this.#running.tryToFollow(await loadRow(store, id))
  }

  /**
   * Failed files once more, as if for the first time. Resolves to how many.
   *
   * @throws ConfigError `JOB_UNKNOWN`; StoreError `JOB_DELETED`
   */
  async retry(id: string, which: FileChoice = {}): Promise<number> {
    return await this.#use(id, (job) => job.retry(which))
  }

  /**
   * Imported files again, each as the next generation, in the place of what is there. Resolves to how many.
   *
   * @param which.allowDuplicates for sinks that cannot replace: the rows are then there twice
   * @throws ConfigError `CONFIG_INVALID` when the job cannot replace; `JOB_UNKNOWN`; StoreError `JOB_DELETED`
   */
  async reimport(id: string, which: ReimportChoice): Promise<number> {
    return await this.#use(id, (job) => job.reimport(which))
  }

  /**
   * Looks at these keys of a job now, as `ImportJob.notify` does: hints of a queue or a webhook.
   *
   * @throws ConfigError `JOB_UNKNOWN`; StoreError `JOB_DELETED`
   */
  async notify(id: string, keys: readonly string[]): Promise<NotifyReport> {
    return await this.#use(id, (job) => job.notify(keys))
  }

  /**
   * Why an object is where it is, decision by decision, and what happens next.
   *
   * @throws ConfigError `JOB_UNKNOWN`; StoreError `JOB_DELETED`
   */
  async explain(id: string, key: string): Promise<Explanation> {
    return await this.#use(id, (job) => job.explain(key))
  }

  /**
   * What a job's next poll will do and cost.
   *
   * @throws ConfigError `JOB_UNKNOWN`; StoreError `JOB_DELETED`
   */
  async plan(id: string, options: PlanOptions = {}): Promise<JobPlan> {
    return await this.#use(id, (job) => job.plan(options))
  }

  /** Stops all jobs, as `ImportJob.stop` does, closes their sources and sinks, and then the store. */
  async close(options: { readonly timeoutMs?: number | undefined } = {}): Promise<void> {
    await this.#follow?.stop()
    await this.#running.close(options.timeoutMs)
    await this.#options.store.close?.()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #setStatus(id: string, status: 'active' | 'inactive'): Promise<JobRow> {
    return await changeRow(this.#options.store, id, (row) => {
      this.#running.hear(row)
      return row.status === status ? row : { ...row, status }
    })
  }

  /** The row is durable: that a job cannot be run here just now is told by its health. */
  async #followed(row: JobRow, candidate?: BuiltJob): Promise<JobDetails> {
    await this.#running.tryToFollow(row, candidate)
    const { store } = this.#options
    return await jobDetails(store, await loadRow(store, row.id), this.#running, this.#now())
  }

  async #use<T>(id: string, work: (job: ImportJob) => Promise<T>): Promise<T> {
    const row = await loadRow(this.#options.store, id)
    if (row.status === 'deleted') throw deletedJob(id)
    return await this.#running.use(row, ({ job }) => work(job))
  }

  async #diff(row: JobRow, candidate: BuiltJob, options: DiffOptions): Promise<SchemaDiff> {
    return await this.#running.use(row, (built) =>
      diffSchemas(this.#options.store, row, this.#running.lastKey(row.id), built, candidate, options),
    )
  }
}
