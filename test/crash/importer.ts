import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'pg'
import type { JobStore } from '../../src/contracts/job-store.js'
import { ImportJob } from '../../src/job/import-job.js'
import type { RunReport } from '../../src/job/job-report.js'
import { duckdbSink } from '../../src/sinks/duckdb/duckdb-sink.js'
import { ndjsonSink } from '../../src/sinks/ndjson/ndjson-sink.js'
import { postgresSink } from '../../src/sinks/postgres/postgres-sink.js'
import { rejectsFolder } from '../../src/sinks/rejects/rejects-folder.js'
import { s3Source } from '../../src/sources/s3/s3-source.js'
import { postgresStore } from '../../src/stores/postgres/postgres-store.js'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.js'
import { withInstruments } from '../../src/testing/instruments.js'
import { FaultInjector } from './fault-injector.js'
import type { ImporterLine, ImporterPlan, PlannedWorker, PostgresPlace } from './importer-plan.js'
import { logMapper } from './log-mapper.js'

/** Longest time until nothing is left to do. */
const PATIENCE_MS = 60_000

const signal = new AbortController().signal
const plan = JSON.parse(process.argv[2] ?? '') as ImporterPlan

/** Synchronous: what was told is told, also when the process dies at once. */
function tell(line: ImporterLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

interface Worker {
  readonly id: string
  readonly job: ImportJob
  readonly store: JobStore
  close(): Promise<void>
}

/** What a worker has of stores and sinks, on one pool where both are in Postgres. */
function placesOf(worker: string) {
  const { store, sink } = plan
  let pool: Pool | undefined
  const pooled = ({ url, schema }: PostgresPlace): Pool => {
    // The suite asks the server whom a worker of this name keeps waiting.
    pool ??= new Pool({ connectionString: url, max: 6, application_name: `${schema} ${worker}` }).on('error', () => {})
    return pool
  }
  return {
    store: store.kind === 'sqlite' ? sqliteStore(store.path) : postgresStore(pooled(store), { schema: store.schema }),
    sink:
      sink.kind === 'ndjson'
        ? ndjsonSink({ folder: sink.path, provenance: true })
        : sink.kind === 'duckdb'
          ? duckdbSink({ database: sink.path })
          : postgresSink(pooled(sink), { schema: sink.schema }),
    close: async () => await pool?.end(),
  }
}

function workerOf({ id, schema, leaseMs }: PlannedWorker): Worker {
  const { s3, rejectsPath, overwrites, batchRows } = plan
  const { store, sink, close } = placesOf(id)
  const options = {
    id: 'crash',
    source: s3Source({ ...s3, ownership: 'unchecked' as const }),
    mapper: logMapper(schema),
    sink,
    rejects: rejectsFolder({ folder: rejectsPath, cells: true }),
    store,
    workerId: id,
    leaseMs,
    overwrites,
    // The suite kills as often as it likes.
    maxCrashes: 1_000,
    budgets: { batchRows },
    // A bundle has no file for far sides, and what they survive is told elsewhere.
    isolation: 'inline' as const,
  }
  const job = new ImportJob(withInstruments(options, { process: {} }))
  job.on('fileImported', ({ file: { key, version, generation }, receipt: { fence, rows } }) => {
    tell({ is: 'imported', file: { key, version, generation, fence, rows } })
  })
  job.on('fileFailed', ({ file: { key }, error }) => tell({ is: 'failed', key, error: `${error.code}: ${error.message}` }))
  return {
    id,
    job,
    store,
    async close() {
      await job.close()
      await close()
    },
  }
}

async function runOnce({ id, job }: Worker): Promise<RunReport | null> {
  try {
    const report = await job.runOnce()
    const errors = report.errors.map(({ code, message }) => `${code}: ${message}`)
    tell({ is: 'run', worker: id, outcome: report.outcome, remaining: report.remaining, errors })
    return report
  } catch (error) {
    tell({ is: 'run', worker: id, outcome: 'rejected', remaining: -1, errors: [String(error)] })
    return null
  }
}

/** @returns false when something stands in the way that does not go by itself */
async function runUntilQuiet(worker: Worker, whileHeld = false): Promise<boolean> {
  const end = Date.now() + PATIENCE_MS
  let fruitless = 0
  while (Date.now() < end) {
    const report = await runOnce(worker)
    if (report === null) return false
    const { outcome, imported, remaining, errors } = report
    if (outcome === 'completed' && imported === 0 && remaining === 0 && errors.length === 0) return true
    fruitless = imported > 0 ? 0 : fruitless + 1
    // A transaction of the held worker is in the way: it ends when the worker is released.
    if (whileHeld && fruitless > 0 && errors.some(({ code }) => code === 'SINK_UNAVAILABLE')) return false
    const { now, nextAt } = await worker.store.ledger.due('crash', { signal })
    if (now === 0 && nextAt !== null) await delay(Math.min(1_000, Math.max(10, nextAt.getTime() - Date.now())))
    else if (imported === 0) await delay(50)
  }
  return false
}

async function main(): Promise<void> {
  const injector = new FaultInjector(plan.worker, ({ fault, key }) => tell({ is: 'hit', point: fault.point, act: fault.act, key }))
  const worker = workerOf(plan.worker)
  if (plan.successor === undefined) {
    const quiet = plan.untilQuiet ? await runUntilQuiet(worker) : (await runOnce(worker)) !== null
    await worker.close()
    return tell({ is: 'ended', quiet })
  }
  const run = runOnce(worker)
  await Promise.race([injector.held, run])
  await once(process.stdin, 'data')
  await delay(plan.worker.leaseMs)
  const successor = workerOf(plan.successor)
  await runUntilQuiet(successor, true)
  injector.release()
  await run
  const quiet = await runUntilQuiet(successor)
  await worker.close()
  await successor.close()
  process.stdin.destroy()
  tell({ is: 'ended', quiet })
}

await main()
