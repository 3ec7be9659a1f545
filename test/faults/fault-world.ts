import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LedgerEntry } from '../../src/contracts/ledger-entry.js'
import type { ObjectSource } from '../../src/contracts/object-source.js'
import { ImportJob } from '../../src/job/import-job.js'
import type { ImportJobSettings } from '../../src/job/job-options.js'
import type { RunReport } from '../../src/job/job-report.js'
import { ndjsonSink } from '../../src/sinks/ndjson/ndjson-sink.js'
import type { S3Place } from '../../src/sources/s3/s3-options.js'
import { s3Source } from '../../src/sources/s3/s3-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'
import type { Fault, FaultHandle } from '../../src/testing/s3-double/fault.js'
import { type S3Double, startS3Double } from '../../src/testing/s3-double/s3-double.js'
import { compareRows } from '../crash/compare-rows.js'
import type { LogData, LogObject } from '../crash/log-data.js'
import { logMapper } from '../crash/log-mapper.js'

export const bucket = 'customer-bucket'
export const role = { arn: 'arn:aws:iam::444455556666:role/importer', externalId: 'the-external-id' }
const signal = new AbortController().signal

/** What one run left. */
export interface FaultyRun {
  readonly report: RunReport
  readonly ms: number
  readonly entries: readonly LedgerEntry[]
  readonly losses: number
  readonly doubles: number
}

/** A bucket with the log in it, and a job that imports it through the real SDK. */
export class FaultWorld implements AsyncDisposable {
  readonly double: S3Double
  readonly data: LogData
  readonly #folder: string
  readonly #faults: FaultHandle[] = []
  readonly #store
  #clockMs = 0
  #job: ImportJob | undefined

  private constructor(double: S3Double, data: LogData, folder: string) {
    this.double = double
    this.data = data
    this.#folder = folder
    this.#store = memoryStore({ now: () => new Date(Date.now() + this.#clockMs) })
  }

  static async start(data: LogData, folder: string): Promise<FaultWorld> {
    const double = await startS3Double({ minSessionSeconds: 1 })
    const world = new FaultWorld(double, data, await mkdtemp(join(folder, 'faults-')))
    await mkdir(join(world.#folder, 'sink', 'files'), { recursive: true })
    double.createBucket(bucket, { tags: { 'arize-ingestion-key': 'the-key' } })
    for (const object of data.firsts) world.put(object)
    return world
  }

  put({ key, bytes }: LogObject): void {
    this.double.putObject(bucket, key, bytes)
  }

  get place(): S3Place {
    const { endpoint, stsEndpoint, region, credentials } = this.double
    return { url: `s3://${bucket}/in/`, endpoint, stsEndpoint, region, credentials }
  }

  /** Sets a fault; it is gone after {@link lift}. */
  fault(fault: Fault): void {
    this.#faults.push(this.double.fault(fault))
  }

  /** Each fault struck so often. */
  get hits(): readonly number[] {
    return this.#faults.map(({ hits }) => hits)
  }

  lift(): void {
    this.double.clearFaults()
  }

  /** A new process of the host, with these options. */
  use(source: ObjectSource = s3Source({ ...this.place, ownership: 'unchecked' }), settings: ImportJobSettings = {}): void {
    this.#job = new ImportJob({
      id: 'faulty',
      source,
      mapper: logMapper(1),
      sink: ndjsonSink({ folder: join(this.#folder, 'sink'), provenance: true }),
      store: this.#store,
      ...settings,
    })
  }

  async run(): Promise<FaultyRun> {
    if (this.#job === undefined) throw new Error('use() comes first')
    const started = performance.now()
    const report = await this.#job.runOnce()
    const ms = Math.round(performance.now() - started)
    // Whatever waits for its next try is due at the next run.
    this.#clockMs += 3_600_000
    const entries = await this.#store.ledger.files('faulty', { limit: 10_000, signal })
    return { report, ms, entries, ...(await this.#compare(entries)) }
  }

  /** Puts failed files back, as `retry` of the job will. */
  async retryFailed(): Promise<void> {
    await this.#store.ledger.reset('faulty', { state: 'failed' }, { nextGeneration: false, signal })
  }

  async #compare(entries: readonly LedgerEntry[]): Promise<{ losses: number; doubles: number }> {
    const connection = await this.data.instance.connect()
    try {
      const sink = { place: { kind: 'ndjson', path: join(this.#folder, 'sink') }, catalog: null, rowsPath: null } as const
      return await compareRows(connection, sink, entries)
    } finally {
      connection.closeSync()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#job?.close()
    await this.double.close()
    await rm(this.#folder, { recursive: true })
  }
}
