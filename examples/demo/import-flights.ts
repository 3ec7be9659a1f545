import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { JobManager, type ManagedJobReport } from 'lading'
import { duckdbSink, type JoinReport } from 'lading/duckdb'
import { sqliteStore } from 'lading/sqlite'
import { addFile } from './add-file.js'
import { actuals, buildFlightJob, FLIGHTS_MODEL, partner, predictions } from './flight-jobs.js'
import { BUCKET, PARTNER_BUCKET, startFlightsBucket } from './flights-bucket.js'
import { type ImportSummary, importSummary } from './import-summary.js'
import { PREFIX } from './log-files.js'
import { type Manifest, prepareFlights } from './prepare.js'
import { printErrorByMonth, printJobs, printJoinReport, printLedger, printRun } from './print-tables.js'
import { type FlightsRun, runFlights, untilJob } from './run-flights.js'
import { showProgress } from './show-progress.js'
import { readBack } from './verify-import.js'

export interface FlightsOptions {
  /** Keeps the prepared files, the ledger and the database from run to run. */
  readonly folder: string
  readonly add?: boolean
  readonly reset?: boolean
  /** Only each n-th flight, for tests. */
  readonly every?: number
  readonly log: (line: string) => void
}

export interface FlightsResult {
  readonly ok: boolean
  readonly run: FlightsRun
  /** Of the predictions. */
  readonly summary: ImportSummary
  readonly jobs: readonly ManagedJobReport[]
  readonly join: JoinReport
}

/** Many jobs on real files: S3 → four formats → model schemas → DuckDB, delayed actuals joined, then a comparison with the source. */
export async function importFlights({ folder, add = false, reset = false, every = 1, log }: FlightsOptions): Promise<FlightsResult> {
  if (reset) await rm(folder, { recursive: true, force: true })
  const state = join(folder, 'state')
  await mkdir(state, { recursive: true })
  let prepared = 0
  log('Preparing the log files (kept for the next run) …')
  const manifest = await prepareFlights({ folder, every, onFile: () => prepared++ })
  // Another log under the same names: what was imported is of no use.
  if (prepared > 0) {
    await rm(state, { recursive: true, force: true })
    await mkdir(state)
    log(`Prepared ${prepared} files with ${manifest.rows.toLocaleString('en')} flights and ${manifest.broken.length} broken rows.`)
  }
  if (add) log(`Added ${await addFile(join(folder, 'bucket'), `late-${Date.now()}`)}.`)

  const bucket = await startFlightsBucket(join(folder, 'bucket'))
  const { s3, files, bytes } = bucket
  log(`${files} files, ${(bytes / 1e6).toFixed(1)} MB, are in s3://${BUCKET}/ at ${s3.endpoint}.`)
  const database = join(state, 'flights.duckdb')
  const sink = duckdbSink({ database })
  const manager = new JobManager({ store: sqliteStore(join(state, 'imports.db')), build: buildFlightJob(bucket, sink) })
  const endProgress = showProgress(manager, PREFIX, log)
  try {
    const run = await runFlights(manager, [predictions, actuals, partner], log)
    endProgress()
    const summary = await importSummary(manager.files(predictions.id))
    printRun(log, { ...run, files: run.imported })
    printLedger(log, summary, 'In the ledger, of the predictions')
    const join = await sink.joinReport()
    printJoinReport(log, join)
    await manager.pause(actuals.id)
    s3.setTags(PARTNER_BUCKET, undefined)
    await untilJob(manager, partner.id, ({ health }) => health.state === 'blocked')
    const jobs = await manager.list()
    printJobs(log, jobs)
    await manager.close()
    const ok = run.errors.length === 0 && (await check(database, manifest, summary, join, log))
    return { ok, run, summary, jobs, join }
  } finally {
    endProgress()
    await manager.close()
    await s3.close()
  }
}

/** Is every flight in the database exactly once, with the delay it had, and was exactly what we broke rejected? */
async function check(
  database: string,
  manifest: Manifest,
  { reasons }: ImportSummary,
  { models }: JoinReport,
  log: (line: string) => void,
): Promise<boolean> {
  const { lost, extra, months } = await readBack(database, manifest)
  printErrorByMonth(log, months)
  const keys = new Set(manifest.files.map(({ key }) => key))
  const rejected = new Set([...reasons.values()].flat().flatMap(({ key, row }) => (keys.has(key) ? [`${key}:${row}`] : [])))
  const broken = new Set(manifest.broken.map(({ key, row }) => `${key}:${row}`))
  const missed = [...broken].filter((place) => !rejected.has(place))
  const wronged = [...rejected].filter((place) => !broken.has(place))
  const flights = models.find(({ model }) => model === FLIGHTS_MODEL)
  const isJoined = flights?.waiting === 0 && flights.outcomesWaiting === manifest.actuals.strays
  const ok = lost === 0 && extra === 0 && missed.length === 0 && wronged.length === 0 && isJoined
  log('')
  log(
    ok
      ? `Verified: all ${manifest.rows.toLocaleString('en')} flights are in the database exactly once with their actuals, equal in every column (EXCEPT ALL both ways is empty); the ${broken.size} rejected rows are the ${broken.size} broken ones.`
      : `NOT VERIFIED: ${lost} flights missing, ${extra} rows too many; ${flights?.waiting} without an actual, ${flights?.outcomesWaiting} actuals without a prediction; broken rows imported: ${list(missed)}; good rows rejected: ${list(wronged)}.`,
  )
  return ok
}

const list = (places: readonly string[]): string => (places.length === 0 ? 'none' : `${places.length} (${places.slice(0, 3).join(', ')})`)
