import type { JobRow, JobStore } from '../contracts/job-store.js'
import { type ImportError, StoreError } from '../errors.js'
import type { ImportJob } from '../job/import-job.js'
import { schemaOf } from '../job/job-seam.js'
import { storeErrorFrom } from '../job/retry-policy.js'
import type { JobStatus } from '../model/job-status.js'
import type { Json } from '../model/json.js'
import { canonicalJson } from '../util/canonical-json.js'
import { Semaphore } from '../util/semaphore.js'
import { type BuiltJob, buildJob } from './built-job.js'
import type { Listeners } from './listeners.js'
import type { CheckedManagerOptions } from './manager-options.js'
import { SharedParts } from './shared-parts.js'
import { type StoredDefinition, storedDefinition, storedForm } from './stored-definition.js'
import { Turns } from './turns.js'

const STORE_DEADLINE_MS = 30_000
/** Two processes may edit and number one schema at the same moment; then one looks again. */
const MOST_TRIES = 5

interface Known {
  readonly edition: number
  readonly status: JobStatus
}

interface RunningJob {
  readonly built: BuiltJob
  /** The stored definition, as text that can be compared. */
  readonly definition: string
}

/** The jobs of this process: makes what runs here agree with what the store says. */
export class RunningJobs {
  readonly #options: CheckedManagerOptions
  readonly #store: JobStore
  readonly #listeners: Listeners
  readonly #files: Semaphore
  readonly #polls: Semaphore
  readonly #onOutdated: (id: string) => void
  readonly #turns = new Turns()
  readonly #parts = new SharedParts()
  readonly #running = new Map<string, RunningJob>()
  readonly #failures = new Map<string, ImportError>()
  /** What rows last said. */
  readonly #known = new Map<string, Known>()
  /** One name per job, also for the one that takes over after an edit. */
  readonly #workers = new Map<string, string>()
  readonly #ending = new Map<ImportJob, Promise<void>>()
  /** Of files that were imported here, by job: the last key. */
  readonly #lastKeys = new Map<string, string>()
  #closed = false

  /** @param onOutdated called when a job here has an older schema than its row */
  constructor(options: CheckedManagerOptions, listeners: Listeners, onOutdated: (id: string) => void) {
    this.#options = options
    this.#store = options.store
    this.#listeners = listeners
    this.#onOutdated = onOutdated
    this.#files = new Semaphore(options.maxConcurrentFiles)
    this.#polls = new Semaphore(options.maxConcurrentPolls)
  }

  get(id: string): ImportJob | undefined {
    return this.#running.get(id)?.built.job
  }

  /** Why a job that should run here could not be built. */
  failure(id: string): ImportError | undefined {
    return this.#failures.get(id)
  }

  /** Key of the file that was imported here last. */
  lastKey(id: string): string | undefined {
    return this.#lastKeys.get(id)
  }

  /** A job of a definition that may be stored nowhere yet. Give it to `follow`, or `discard` it. */
  async build({ definition, revision }: StoredDefinition): Promise<BuiltJob> {
    const built = await buildJob(this.#options.build, definition, this.#store)
    this.#parts.take(built)
    this.#manage(built, { definition, revision })
    return built
  }

  /** Closes the parts of a job that was built and does not run. */
  async discard(built: BuiltJob): Promise<void> {
    await this.#parts.release(built)
  }

  /** Work with a job, whether it runs here or not. */
  async use<T>(row: JobRow, work: (built: BuiltJob) => Promise<T>): Promise<T> {
    const running = this.#running.get(row.id)?.built
    if (running !== undefined) return await work(running)
    const stored = storedDefinition(row)
    if (stored === null) throw definedInCode(row.id)
    const built = await this.build(stored)
    try {
      return await work(built)
    } finally {
      await this.discard(built)
    }
  }

  /**
   * Makes this process agree with a row: starts the job, ends it, puts an edited one in its place.
   *
   * @param candidate already built of the row's definition; it is started or discarded
   * @throws what `build` and the store throw
   */
  follow(row: JobRow, candidate?: BuiltJob): Promise<void> {
    return this.#turns.take(row.id, async () => {
      let unused = candidate
      try {
        if (!this.hear(row)) return
        let current = candidate === undefined ? row : await this.#numberSchema(row, candidate)
        if (!(await this.#shouldRun(row))) return this.#end(row.id, row.status === 'deleted' ? 0 : undefined)
        if (this.#running.get(row.id)?.definition === canonicalJson(current.definition)) return
        unused ??= await this.build(storedDefinition(row) as StoredDefinition)
        if (candidate === undefined) current = await this.#numberSchema(row, unused)
        if (this.#closed) return
        this.#start(current, unused)
        unused = undefined
      } finally {
        if (unused !== undefined) await this.discard(unused)
      }
    })
  }

  /** What `follow` cannot do stays a state with a reason, and is tried again. */
  async tryToFollow(row: JobRow, candidate?: BuiltJob): Promise<void> {
    try {
      await this.follow(row, candidate)
      this.#failures.delete(row.id)
    } catch (thrown) {
      if (this.#closed) return
      const error = storeErrorFrom(thrown)
      const before = this.#failures.get(row.id)
      this.#failures.set(row.id, error)
      if (before?.code !== error.code) this.#listeners.emitter(row.id).emit('jobFailed', { error })
    }
  }

  /** False: the row was read before another that is known already. Tells what is new about its status. */
  hear({ id, status, edition }: JobRow): boolean {
    const known = this.#known.get(id)
    if (known !== undefined && known.edition > edition) return false
    this.#known.set(id, { edition, status })
    const previous = known?.status
    if (previous === undefined || previous === status || status === 'deleted') return true
    const emitter = this.#running.get(id)?.built.seam.context.events ?? this.#listeners.emitter(id)
    if (status === 'inactive') emitter.emit('jobPaused', { previous })
    else emitter.emit('jobResumed', { previous })
    return true
  }

  /** A job that could not go on is built anew by the next `follow`. */
  async endFailed(id: string): Promise<void> {
    await this.#turns.take(id, async () => {
      const report = await this.get(id)?.status()
      if (report?.health.state === 'failed') this.#end(id, undefined)
    })
  }

  /** Gives the files that are in flight here back. */
  async abortFiles(id: string): Promise<void> {
    await this.#turns.take(id, async () => {
      const job = this.get(id)
      if (job === undefined) return
      await job.stop({ timeoutMs: 0 })
      if (!this.#closed) job.start()
    })
  }

  /** Ends all jobs, together, and closes their parts. */
  async close(timeoutMs: number | undefined): Promise<void> {
    this.#closed = true
    for (const id of [...this.#running.keys()]) this.#end(id, timeoutMs)
    const stop = timeoutMs === undefined ? {} : { timeoutMs }
    await Promise.all([...this.#ending].flatMap(([job, ended]) => [job.stop(stop), ended]))
  }

  /** An active job, and a paused one whose files are in flight or in doubt: what was begun is settled. */
  async #shouldRun({ id, status, definition }: JobRow): Promise<boolean> {
    if (this.#closed || !this.#options.run || status === 'deleted' || definition === null) return false
    if (status === 'active') return true
    const signal = AbortSignal.timeout(STORE_DEADLINE_MS)
    const { now, waiting } = await this.#store.ledger.due(id, { signal })
    if (now + waiting > 0) return true
    return this.#running.has(id) && (await this.#store.ledger.tally(id, { signal })).files.claimed > 0
  }

  #manage(built: BuiltJob, { definition, revision }: StoredDefinition): void {
    const { id } = definition
    const worker = this.#workers.get(id) ?? built.seam.context.worker
    this.#workers.set(id, worker)
    built.seam.manage({
      worker,
      files: this.#files,
      polls: this.#polls,
      filesPerJob: this.#options.maxFilesPerJob ?? null,
      schema: { revision, body: definition.mapper as Json },
      onSuperseded: () => this.#onOutdated(id),
    })
  }

  /**
   * Numbers the job's schema. The stored definition is the truth: when another schema was numbered after it (an edit that
   * was overtaken between its two writes), it gets a new number.
   */
  async #numberSchema(row: JobRow, built: BuiltJob): Promise<JobRow> {
    const { jobs } = this.#store
    const signal = AbortSignal.timeout(STORE_DEADLINE_MS)
    let current = row
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { current: isCurrent } = await jobs.schemaVersion(row.id, schemaOf(built.seam.context), { signal })
      if (isCurrent) return current
      const stored = await jobs.load(row.id, { signal })
      if (stored?.edition !== current.edition) break
      const { definition } = storedDefinition(stored) as StoredDefinition
      const raised = { definition, revision: stored.schemaVersion + 1 }
      current = (await jobs.save({ ...stored, definition: storedForm(raised) }, { signal })) ?? current
      this.#manage(built, raised)
    }
    throw new StoreError('SCHEMA_SUPERSEDED', `The job "${row.id}" was edited at the same moment.`, {
      retryable: true,
      remedy: 'Nothing: it is looked at again.',
    })
  }

  #start(row: JobRow, built: BuiltJob): void {
    const { job } = built
    const before = this.#running.get(row.id)
    this.#running.set(row.id, { built, definition: canonicalJson(row.definition) })
    this.#listeners.attach(job)
    job.on('fileImported', ({ file }) => void this.#lastKeys.set(row.id, file.key))
    job.start()
    // What is in flight ends under the schema it began with.
    if (before !== undefined) this.#retire(before.built, before.built.seam.context.budgets.fileDeadlineMs)
  }

  #end(id: string, timeoutMs: number | undefined): void {
    const running = this.#running.get(id)
    if (running === undefined) return
    this.#running.delete(id)
    this.#retire(running.built, timeoutMs)
  }

  #retire(built: BuiltJob, timeoutMs: number | undefined): void {
    const { job } = built
    const ended = job
      .stop(timeoutMs === undefined ? {} : { timeoutMs })
      .then(() => this.#parts.release(built))
      .finally(() => {
        this.#listeners.detach(job)
        this.#ending.delete(job)
      })
    this.#ending.set(job, ended)
  }
}

export function definedInCode(id: string): StoreError {
  return new StoreError('JOB_UNKNOWN', `The job "${id}" is defined in code: there is no definition to build it from.`, {
    remedy: 'Do this where the job is built, on the ImportJob itself.',
  })
}
