import Database from 'libsql'
import type { CallOptions } from '../../../src/contracts/call-options.js'
import type { JobStore } from '../../../src/contracts/job-store.js'
import type { PollOutcome, Scheduler } from '../../../src/contracts/scheduler.js'
import { ImportJob } from '../../../src/job/import-job.js'
import { rowMapper } from '../../../src/mappers/row-mapper/row-mapper.js'
import { memorySink } from '../../../src/sinks/memory/memory-sink.js'
import { sqliteStore } from '../../../src/stores/sqlite/sqlite-store.js'
import { withInstruments } from '../../../src/testing/instruments.js'
import { manualClock } from '../../../src/testing/manual-clock.js'
import type { ManyKeys } from './many-keys.js'

export const POLL_INTERVAL_MS = 10_000
const JOB = 'many-keys'
const TABLES = ['lading_job', 'lading_job_schema', 'lading_job_pin', 'lading_job_poll', 'lading_job_tally', 'lading_file', 'lading_attempt']
const RECEIPT = JSON.stringify({ rows: 1, rejected: 0, schemaVersion: 1, fence: 1, committedAt: '2026-01-01T00:00:00.000Z' })

/** One poll, as events and clocks tell of it. */
export interface PollTold {
  readonly hotCalls: number
  readonly sweepCalls: number
  readonly discovered: number
  /** By this machine's clock. */
  readonly ms: number
}

/** A started job whose polls run one interval apart by a clock that the test moves. */
export class PollingRig {
  readonly job: ImportJob<object>
  readonly store: JobStore
  readonly imported = new Set<string>()
  readonly #clock = manualClock()
  readonly #database: InstanceType<typeof Database>
  readonly #source: ManyKeys
  #poll: ((options: CallOptions) => Promise<PollOutcome>) | undefined
  #told: Omit<PollTold, 'ms'> | undefined
  #mayClaim = false
  #onImported: () => void = () => {}

  /** @param path of the database, a file */
  constructor(path: string, source: ManyKeys) {
    this.#source = source
    this.#database = new Database(path)
    const store = sqliteStore(this.#database as never, { now: () => this.#clock.now() })
    const claim: JobStore['ledger']['claim'] = async (jobId, options) =>
      this.#mayClaim ? await store.ledger.claim(jobId, options) : { claims: [], skipped: [] }
    this.store = { ...store, ledger: { ...store.ledger, claim } }
    const scheduler: Scheduler = {
      start: (_, poll) => {
        this.#poll = poll
      },
      stop: async () => {},
    }
    const mapper = rowMapper({ signature: 'many-keys/1', columns: { id: 'string' }, map: ({ id }) => ({ id }) })
    const options = { id: JOB, source, mapper, sink: memorySink<object>(), store: this.store, scheduler, isolation: 'inline' as const }
    this.job = new ImportJob<object>(withInstruments(options, { clock: this.#clock }))
    this.job.on('pollCompleted', ({ hotCalls, sweepCalls, discovered }) => {
      this.#told = { hotCalls, sweepCalls, discovered }
    })
    this.job.on('fileImported', ({ file }) => {
      this.imported.add(file.key)
      this.#onImported()
    })
    this.job.start()
  }

  /** The first lap finds everything; then the ledger is told that all of it was imported, which is not what is measured. */
  async firstLap(): Promise<PollTold> {
    const told = await this.poll()
    this.#database.exec(`UPDATE lading_file SET state = 'imported', rows_read = 1, rows_written = 1, rows_rejected = 0, schema_version = 1, fence = 1,
      receipt = '${RECEIPT}', finished_at = discovered_at, as_of = discovered_at;
      UPDATE lading_job_tally SET imported = ${told.discovered}, rows_written = ${told.discovered}`)
    this.#countWrites()
    this.#mayClaim = true
    return told
  }

  /** Moves the clock on by one interval, and polls. */
  async poll(): Promise<PollTold> {
    this.#clock.advance(POLL_INTERVAL_MS)
    this.#told = undefined
    const [started, calls] = [performance.now(), this.#source.listCalls]
    const { ok } = (await this.#poll?.({ signal: new AbortController().signal })) ?? { ok: false }
    const ms = performance.now() - started
    const told = this.#told as Omit<PollTold, 'ms'> | undefined
    if (!ok || told === undefined) throw new Error('the poll was not completed')
    if (told.hotCalls + told.sweepCalls !== this.#source.listCalls - calls)
      throw new Error('the event tells of other requests than were made')
    return { ...told, ms }
  }

  /** Polls until these keys are imported. @returns polls that it took */
  async pollsUntilImported(keys: readonly string[], most: number): Promise<number> {
    for (let polls = 1; polls <= most; polls++) {
      const { discovered } = await this.poll()
      if (discovered > 0) await this.#allImported()
      if (keys.every((key) => this.imported.has(key))) return polls
    }
    throw new Error(`not imported after ${most} polls`)
  }

  /** Rows written since the last time, by table. */
  writes(): Readonly<Record<string, number>> {
    const rows = this.#database.prepare('SELECT name, count(*) AS rows FROM written GROUP BY name').all() as {
      name: string
      rows: number
    }[]
    this.#database.exec('DELETE FROM written')
    return Object.fromEntries(rows.map(({ name, rows }) => [name, rows]))
  }

  async close(): Promise<void> {
    await this.job.close()
    this.#database.close()
  }

  /** Whatever may be claimed is. */
  async #allImported(): Promise<void> {
    const { signal } = new AbortController()
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        this.#onImported = resolve
      })
      const { imported, pending, claimed } = (await this.store.ledger.tally(JOB, { signal })).files
      if (pending + claimed === 0) return
      if (imported < 0) throw new Error('a tally below zero')
      await changed
    }
  }

  #countWrites(): void {
    this.#database.exec('CREATE TEMP TABLE written (name TEXT NOT NULL)')
    for (const table of TABLES) {
      for (const what of ['INSERT', 'UPDATE', 'DELETE']) {
        this.#database.exec(
          `CREATE TEMP TRIGGER ${table}_${what} AFTER ${what} ON main.${table} BEGIN INSERT INTO written VALUES ('${table}'); END`,
        )
      }
    }
  }
}
