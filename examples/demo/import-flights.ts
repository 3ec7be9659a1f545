import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ImportJob, modelSchema } from 'lading'
import { duckdbSink } from 'lading/duckdb'
import { s3Source } from 'lading/s3'
import { sqliteStore } from 'lading/sqlite'
import { addFile } from './add-file.js'
import { BUCKET, startFlightsBucket } from './flights-bucket.js'
import type { ImportSummary } from './import-summary.js'
import { LOG_PREFIX } from './log-files.js'
import { type Manifest, prepareFlights } from './prepare.js'
import { printErrorByMonth } from './print-tables.js'
import { type ImportRun, runImport } from './run-import.js'
import { compareWithSource, errorByMonth } from './verify-import.js'

export interface FlightsOptions {
  /** Keeps the prepared files, the ledger and the database from run to run. */
  readonly folder: string
  readonly add?: boolean
  readonly reset?: boolean
  /** Only each n-th flight, for tests. */
  readonly every?: number
  readonly log: (line: string) => void
}

/** The main job on real files: S3 → four formats → a model schema → DuckDB, then a comparison with the source. */
export async function importFlights({
  folder,
  add = false,
  reset = false,
  every = 1,
  log,
}: FlightsOptions): Promise<ImportRun & { readonly ok: boolean }> {
  if (reset) await rm(folder, { recursive: true, force: true })
  const state = join(folder, 'state')
  await mkdir(state, { recursive: true })
  let prepared = 0
  log('Preparing the log files (kept for the next run) …')
  const manifest = await prepareFlights({ folder, every, onFile: () => prepared++ })
  if (prepared > 0)
    log(`Prepared ${prepared} files with ${manifest.rows.toLocaleString('en')} flights and ${manifest.broken.length} broken rows.`)
  if (add) log(`Added ${await addFile(join(folder, 'bucket'), `late-${Date.now()}`)}.`)

  const { s3, ingestionKey, files, bytes } = await startFlightsBucket(join(folder, 'bucket'))
  log(`${files} files, ${(bytes / 1e6).toFixed(1)} MB, are in s3://${BUCKET}/ at ${s3.endpoint}.`)
  const database = join(state, 'flights.duckdb')
  try {
    const job = new ImportJob({
      id: 'flight-delay/production',
      source: s3Source({
        url: `s3://${BUCKET}/${LOG_PREFIX}`,
        ingestionKey,
        endpoint: s3.endpoint,
        region: s3.region,
        credentials: s3.credentials,
      }),
      mapper: modelSchema({
        model: 'flight-delay',
        modelType: 'numeric',
        environment: 'production',
        // The flights are of 2001.
        timestampWindow: { past: 50, future: 1 },
        schema: {
          prediction_id: 'prediction_id',
          timestamp: 'prediction_ts',
          prediction_score: 'prediction_score',
          actual_score: 'actual_score',
          features: 'feature_',
          tags: 'tag_',
        },
      }),
      sink: duckdbSink({ database }),
      store: sqliteStore(join(state, 'imports.db')),
    })
    const run = await runImport(job, LOG_PREFIX, log)
    if (run.summary.rows === 0) return { ...run, ok: false }
    printErrorByMonth(log, await errorByMonth(database))
    return { ...run, ok: run.report.errors.length === 0 && (await check(database, manifest, run.summary, log)) }
  } finally {
    await s3.close()
  }
}

/** Is every flight in the database exactly once, and was exactly what we broke rejected? */
async function check(database: string, manifest: Manifest, { reasons }: ImportSummary, log: (line: string) => void): Promise<boolean> {
  const { lost, extra } = await compareWithSource(database, manifest)
  const keys = new Set(manifest.files.map(({ key }) => key))
  const rejected = new Set([...reasons.values()].flat().flatMap(({ key, row }) => (keys.has(key) ? [`${key}:${row}`] : [])))
  const broken = new Set(manifest.broken.map(({ key, row }) => `${key}:${row}`))
  const missed = [...broken].filter((place) => !rejected.has(place))
  const wronged = [...rejected].filter((place) => !broken.has(place))
  const ok = lost === 0 && extra === 0 && missed.length === 0 && wronged.length === 0
  log('')
  log(
    ok
      ? `Verified: all ${manifest.rows.toLocaleString('en')} flights are in the database exactly once, equal in every column (EXCEPT ALL both ways is empty); the ${broken.size} rejected rows are the ${broken.size} broken ones.`
      : `NOT VERIFIED: ${lost} flights missing, ${extra} rows too many; broken rows imported: ${list(missed)}; good rows rejected: ${list(wronged)}.`,
  )
  return ok
}

const list = (places: readonly string[]): string => (places.length === 0 ? 'none' : `${places.length} (${places.slice(0, 3).join(', ')})`)
