import type { JobStore } from '../../src/contracts/job-store.js'
import type { AttemptEntry, LedgerEntry, Tally } from '../../src/contracts/ledger-entry.js'
import type { ObjectSource } from '../../src/contracts/object-source.js'
import { SinkError, SourceError, StoreError } from '../../src/errors.js'
import { ImportJob } from '../../src/job/import-job.js'
import { withInstruments } from '../../src/testing/instruments.js'
import { installProbe } from '../../src/util/probe.js'
import { lineDecoder } from './line-decoder.js'
import { LogBucket, type LogRecord, logMapper } from './log-objects.js'
import { PlayedProcess } from './played-process.js'
import type { Rates, Scenario } from './scenario.js'
import { SeededRandom } from './seeded-random.js'
import { type SimulatedSink, type SunkRow, turnedSink } from './simulated-sink.js'
import { Turns, type Waiting } from './turns.js'
import { VirtualTime } from './virtual-time.js'

export const JOB = 'simulated'
export const MAX_ATTEMPTS = 2
const LEASE_MS = 60_000
/** Faults have stopped; by then everything has an end. */
const CALM_MS = 4 * 3_600_000
/** So long nothing is left to do before it is called quiet: two polls. */
const QUIET_MS = 120_000

/** Calls before a file is claimed: less can go wrong there, and they are many. */
const FINDING = new Set('load save schemaVersion takePoll keepPoll unknown discover due list stat claim P01 P02 P04 P05'.split(' '))

/** From the last look to the answer of the sink: most can go wrong here. */
const COMMITTING = new Set('P18 commit P19 P20 P21 P22'.split(' '))

function weightOf({ name }: Waiting): number {
  const call = name.replace(', done', '')
  return FINDING.has(call) ? 0.2 : COMMITTING.has(call) ? 10 : 0.8
}

export interface Worker {
  readonly process: PlayedProcess
  readonly workerId: string
  readonly schema: number
  readonly job: ImportJob<LogRecord>
}

/** What one worker told by its events. */
export interface Told {
  readonly event: 'fileImported' | 'fileFailed'
  readonly key: string
  readonly version: string
  readonly generation: number
  readonly fence: number
}

/** Everything that is left when all is quiet. */
export interface Outcome {
  readonly scenario: Scenario
  readonly bucket: LogBucket
  readonly entries: readonly LedgerEntry[]
  readonly attempts: ReadonlyMap<string, readonly AttemptEntry[]>
  readonly tally: Tally
  readonly rows: readonly SunkRow[]
  readonly told: readonly Told[]
  /** Schema versions by their number in the store. */
  readonly schemas: number
  readonly quiet: boolean
  /** What happened, for people and to compare two runs. */
  readonly trace: readonly string[]
}

/** Many workers over one bucket, one store and one sink, in an order, with faults and at a speed that all come from one seed. */
export class Simulation {
  readonly #random: SeededRandom
  readonly #scenario: Scenario
  readonly #time = new VirtualTime()
  readonly #turns = new Turns()
  readonly #bucket = new LogBucket()
  readonly #store: JobStore
  readonly #sink: SimulatedSink
  readonly #trace: string[] = []
  readonly #told: Told[] = []
  /** Numbers that the store gave the schemas. */
  readonly #numbers = new Map<number, number>()
  #workers: Worker[] = []
  #started = 0
  #schema = 1

  constructor(seed: number, scenario: Scenario) {
    this.#random = new SeededRandom(seed)
    this.#scenario = scenario
    this.#store = scenario.store(() => this.#time.now())
    this.#sink = scenario.sink(this.#turns)
  }

  async run(): Promise<Outcome> {
    const restore = this.#time.install(() => this.#random.next())
    // In the middle of a transaction nobody can wait.
    installProbe((point) => (point === 'P03' ? undefined : this.#turns.take('probe', point)))
    try {
      await this.#storm()
      const quiet = await this.#calm()
      return await this.#outcome(quiet)
    } finally {
      for (const { process } of this.#workers) process.kill()
      installProbe(undefined)
      restore()
    }
  }

  async #storm(): Promise<void> {
    const { workers, keys, steps } = this.#scenario
    for (let i = 0; i < keys; i++) await this.#put(`k${i}.lines`)
    for (let i = 0; i < workers; i++) this.#start()
    for (let i = 0; i < steps; i++) {
      await this.#time.settle()
      await this.#step()
    }
  }

  async #step(): Promise<void> {
    const random = this.#random
    const { rates } = this.#scenario
    if (random.chance(rates.bucket)) return await this.#changeBucket()
    if (random.chance(rates.start)) return this.#start()
    if (random.chance(rates.edit)) return this.#edit()
    if (random.chance(rates.pause)) return await this.#pause()
    if (random.chance(rates.repeat)) return this.#repeat()
    if (random.chance(rates.thaw)) return this.#thaw()
    const ready = this.#turns.ready(this.#time.monotonicMs())
    if (ready.length === 0 || random.chance(rates.time)) {
      if (!this.#time.advance() && ready.length === 0) this.#start()
      return
    }
    this.#turn(random.pick(ready))
  }

  #thaw(): void {
    const frozen = this.#workers.filter(({ process }) => !process.runs && !process.dead)
    if (frozen.length > 0) this.#random.pick(frozen).process.thaw()
  }

  /** Lets one call go on, or not. */
  #turn(one: Waiting): void {
    const random = this.#random
    const rates = scaled(this.#scenario.rates, weightOf(one))
    const say = (what: string): void => this.#say(`${one.process.name} ${what} at ${one.name}`)
    if (random.chance(rates.crash)) {
      say('dies')
      one.process.kill()
    } else if (random.chance(rates.freeze)) {
      say('freezes')
      one.process.freeze()
      const ms = random.pick([5_000, 70_000, 70_000, 200_000, null])
      if (ms !== null) this.#time.after(ms, () => one.process.thaw())
    } else if (random.chance(rates.slow)) {
      const ms = random.pick([1_000, 15_000, 45_000, 70_000, 2_000_000])
      one.slowUntil = this.#time.monotonicMs() + ms
      this.#time.after(ms, () => {})
      say(`is held ${ms} ms`)
    } else if (random.chance(rates.error)) {
      say('fails')
      this.#turns.end(one, this.#error(one))
    } else {
      say('goes on')
      this.#turns.end(one)
    }
  }

  #error({ part, name }: Waiting): Error {
    const message = `injected at ${name}`
    if (this.#random.chance(0.5)) return new Error(message)
    if (part === 'store') return new StoreError('STORE_UNAVAILABLE', message, { retryable: true })
    if (part === 'source') return new SourceError('SOURCE_UNAVAILABLE', message, { retryable: true })
    return this.#random.chance(0.5)
      ? new SinkError('SINK_UNAVAILABLE', message, { retryable: true })
      : new SinkError('SINK_FAILED', message, { retryable: true })
  }

  /** Faults stop; the frozen go on at once, or only when all others have come to their end. */
  async #calm(): Promise<boolean> {
    this.#say('calm')
    const row = await this.#job()
    if (row?.status === 'inactive') await this.#store.jobs.save({ ...row, status: 'active' }, { signal: forever })
    const late = this.#workers.filter(({ process }) => !process.runs && !process.dead && this.#random.chance(0.5))
    for (const { process } of this.#workers) if (!late.some((worker) => worker.process === process)) process.thaw()
    const quietBefore = await this.#settleDown()
    for (const { process } of late) process.thaw()
    return (await this.#settleDown()) && quietBefore
  }

  /** Whoever was held goes on, then a worker that nothing befalls brings everything to its end. */
  async #settleDown(): Promise<boolean> {
    const end = this.#time.monotonicMs() + CALM_MS
    // What is called from now on does not wait.
    this.#turns.on = false
    // Whoever was held before its schema had a number makes it the current one; then there is a newer one.
    let deployed = false
    let found = false
    for (let busy = this.#time.monotonicMs(); this.#time.monotonicMs() < end; ) {
      await this.#time.settle()
      const held = this.#turns.ready(Number.POSITIVE_INFINITY)
      if (held.length > 0) {
        this.#turns.end(this.#random.pick(held))
        continue
      }
      if (!deployed) this.#edit()
      deployed = true
      found ||= await this.#isAllFound()
      if (!found || (await this.#isAtWork())) busy = this.#time.monotonicMs()
      else if (this.#time.monotonicMs() - busy > QUIET_MS) return true
      if (!this.#time.advance()) return false
    }
    return false
  }

  async #isAtWork(): Promise<boolean> {
    const { files } = await this.#store.ledger.tally(JOB, { signal: forever })
    return files.pending + files.claimed > 0
  }

  async #isAllFound(): Promise<boolean> {
    const entries = await this.#store.ledger.files(JOB, { limit: 1_000, signal: forever })
    return [...this.#bucket.present].every(([key, version]) => entries.some((entry) => entry.key === key && entry.version === version))
  }

  #start(): void {
    const scenario = this.#scenario
    const random = this.#random
    const gone = this.#workers.filter(({ process }) => process.dead)
    this.#workers = this.#workers.filter(({ process }) => !process.dead)
    if (this.#workers.filter(({ process, schema }) => process.runs && schema === this.#schema).length > scenario.workers) return
    // A restart, which has its files back at once, or a stranger.
    const again = gone.length > 0 && random.chance(0.5) ? random.pick(gone).workerId : null
    const number = ++this.#started
    const workerId = again ?? `w${number}`
    const process = new PlayedProcess(`p${number}(${workerId})`)
    const batchRows = random.pick(scenario.batchRows)
    this.#say(`${process.name} starts, schema ${this.#schema}, ${batchRows} rows a batch`)
    const job = process.run(() => this.#build(process, workerId, batchRows))
    this.#workers.push({ process, workerId, schema: this.#schema, job })
    process.run(() => job.start())
  }

  #build(process: PlayedProcess, workerId: string, batchRows: number): ImportJob<LogRecord> {
    const { overwrites } = this.#scenario
    const turns = this.#turns
    const schema = this.#schema
    const options = {
      id: JOB,
      source: turnedSource(this.#bucket.source, turns),
      mapper: logMapper(schema),
      sink: turnedSink(this.#sink, turns),
      store: turnedStore(this.#store, turns, (number) => this.#numbers.set(schema, number)),
      decoders: [lineDecoder],
      isolation: 'inline' as const,
      overwrites,
      workerId,
      pollIntervalMs: 50_000,
      leaseMs: LEASE_MS,
      maxAttempts: MAX_ATTEMPTS,
      budgets: { batchRows },
    }
    const job = new ImportJob<LogRecord>(withInstruments(options, { clock: this.#time, process }))
    job.on('fileImported', ({ file: { key, version, generation }, receipt: { fence } }) =>
      this.#told.push({ event: 'fileImported', key, version, generation, fence }),
    )
    job.on('fileFailed', ({ file: { key, version, generation } }) =>
      this.#told.push({ event: 'fileFailed', key, version, generation, fence: 0 }),
    )
    return job
  }

  async #changeBucket(): Promise<void> {
    const key = `k${this.#random.integer(0, this.#scenario.keys - 1)}.lines`
    if (this.#bucket.present.has(key) && this.#random.chance(0.2)) {
      this.#say(`${key} is deleted`)
      this.#bucket.delete(key)
    } else await this.#put(key)
  }

  async #put(key: string): Promise<void> {
    await this.#bucket.put(key, this.#bucket.next(key, this.#random, this.#scenario.again))
    this.#say(`${key} is put: ${this.#bucket.present.get(key)}`)
  }

  /** From here on workers start with a newer schema; the older ones are stopped, or find out by themselves. */
  #edit(): void {
    this.#schema++
    this.#start()
    for (const { process, job, schema } of this.#workers) {
      if (schema === this.#schema || !process.runs || this.#random.chance(0.3)) continue
      const timeoutMs = this.#random.pick([0, 20_000])
      this.#say(`${process.name} is stopped`)
      // A probe in the middle of it may fail: then it goes on stopping unheard.
      process.run(() => job.stop({ timeoutMs }).catch(() => {}))
    }
  }

  async #pause(): Promise<void> {
    const row = await this.#job()
    if (row === undefined) return
    const status = row.status === 'active' ? 'inactive' : 'active'
    this.#say(`the job is ${status}`)
    await this.#store.jobs.save({ ...row, status }, { signal: forever })
  }

  /** Retries failed files, or reimports imported ones, by a worker that runs. */
  #repeat(): void {
    const running = this.#workers.filter(({ process }) => process.runs)
    if (running.length === 0) return
    const { process, job } = this.#random.pick(running)
    const key = `k${this.#random.integer(0, this.#scenario.keys - 1)}.lines`
    const reimports = this.#scenario.overwrites === 'replace' && this.#random.chance(0.5)
    this.#say(`${key} is ${reimports ? 'reimported' : 'retried'}`)
    // What the store refuses at this moment is not repeated.
    process.run(() => (reimports ? job.reimport({ key }) : job.retry({ key })).catch(() => {}))
  }

  #job(): ReturnType<JobStore['jobs']['load']> {
    return this.#store.jobs.load(JOB, { signal: forever })
  }

  #say(what: string): void {
    this.#trace.push(`${this.#time.monotonicMs()} ${what}`)
  }

  async #outcome(quiet: boolean): Promise<Outcome> {
    const { ledger } = this.#store
    const entries = await ledger.files(JOB, { limit: 1_000, signal: forever })
    const attempts = new Map<string, readonly AttemptEntry[]>()
    for (const { key } of entries) attempts.set(key, await ledger.attempts(JOB, key, { signal: forever }))
    return {
      scenario: this.#scenario,
      bucket: this.#bucket,
      entries,
      attempts,
      tally: await ledger.tally(JOB, { signal: forever }),
      rows: this.#sink.rows().map((row) => ({ ...row, record: { ...row.record, schema: this.#numbers.get(row.record.schema) ?? 0 } })),
      told: this.#told,
      schemas: this.#schema,
      quiet,
      trace: this.#trace,
    }
  }
}

function scaled(rates: Rates, by: number): Rates {
  return { ...rates, crash: rates.crash * by, freeze: rates.freeze * by, slow: rates.slow * by, error: rates.error * by }
}

const forever = new AbortController().signal

function turnedStore({ jobs, ledger }: JobStore, turns: Turns, onNumber: (number: number) => void): JobStore {
  const numbering: JobStore['jobs'] = {
    ...jobs,
    async schemaVersion(...args) {
      const answer = await jobs.schemaVersion(...args)
      onNumber(answer.number)
      return answer
    },
  }
  const writes = ['claim', 'renew', 'finish', 'discover', 'takePoll', 'keepPoll', 'reset'] as const
  return {
    jobs: turns.around('store', numbering, ['load', 'save', 'schemaVersion', 'pin'], ['save', 'schemaVersion', 'pin']),
    ledger: turns.around('store', ledger, [...writes, 'unknown', 'files', 'due'], writes),
  }
}

/** Pages of two objects, each as old as the turn that it waits for. */
function turnedSource(source: ObjectSource, turns: Turns): ObjectSource {
  const opened = turns.around('source', source, ['open', 'stat'])
  return new Proxy(opened, {
    get(target, name) {
      if (name !== 'list') return Reflect.get(target, name, target)
      return async function* list(options: Parameters<ObjectSource['list']>[0]) {
        for await (const page of source.list(options)) {
          for (let at = 0; at === 0 || at < page.length; at += 2) {
            await turns.take('source', 'list')
            yield page.slice(at, at + 2)
          }
        }
      }
    },
  })
}
