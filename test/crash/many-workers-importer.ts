import { writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'pg'
import type { JobStore } from '../../src/contracts/job-store.js'
import type { Sink } from '../../src/contracts/sink.js'
import { ImportError } from '../../src/errors.js'
import { ImportJob } from '../../src/job/import-job.js'
import { rowMapper } from '../../src/mappers/row-mapper/row-mapper.js'
import { ndjsonSink } from '../../src/sinks/ndjson/ndjson-sink.js'
import { postgresSink } from '../../src/sinks/postgres/postgres-sink.js'
import { memorySource } from '../../src/sources/memory/memory-source.js'
import { postgresStore } from '../../src/stores/postgres/postgres-store.js'
import { installProbe, type ProbePoint } from '../../src/util/probe.js'
import { keyOf, type ManyLine, type ManyPlan, randomFrom } from './many-workers-plan.js'

/** Longest time without a new import until it gives up. */
const PATIENCE_MS = 60_000
/** Before the first write, at the last look, inside the commit, between commit and ledger. */
const FREEZES: ReadonlySet<ProbePoint> = new Set(['P09', 'P18', 'P19', 'P22'])
const DEATHS: ReadonlySet<ProbePoint> = new Set(['P14', 'P20', 'P22'])

const plan = JSON.parse(process.argv[2] ?? '') as ManyPlan
const random = randomFrom(plan.seed)
const { signal } = new AbortController()

/** Synchronous: what was told is told, also when the process dies at once. */
function tell(line: ManyLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

installProbe((point) => {
  if (FREEZES.has(point) && random() < 0.03) {
    tell({ is: 'freezes' })
    process.kill(process.pid, 'SIGSTOP')
  } else if (DEATHS.has(point) && random() < 0.02) {
    tell({ is: 'dies' })
    process.kill(process.pid, 'SIGKILL')
  }
})

const isFenced = (error: unknown): boolean => error instanceof ImportError && error.code === 'FENCED'

/** Tells of receipts that are found, and of commits that are refused. */
function watchedSink<R>(sink: Sink<R>): Sink<R> {
  return {
    ...sink,
    async begin(file, options) {
      const answer = await sink.begin(file, options)
      if (!('write' in answer)) {
        tell({ is: 'settled', key: file.key })
        return answer
      }
      return {
        write: (batch, given) => answer.write(batch, given),
        abort: (reason, given) => answer.abort(reason, given),
        commit: (summary, given) =>
          answer.commit(summary, given).catch((error: unknown) => {
            if (isFenced(error)) tell({ is: 'refused', by: 'sink', key: file.key })
            throw error
          }),
      }
    },
  }
}

function watchedStore(store: JobStore): JobStore {
  return {
    ...store,
    ledger: {
      ...store.ledger,
      async finish(claim, ending, options) {
        const ended = await store.ledger.finish(claim, ending, options)
        if (!ended && ending.as === 'complete') tell({ is: 'refused', by: 'ledger', key: claim.entry.key })
        return ended
      },
    },
  }
}

/** The same objects in every process. */
function sourceOf({ files, rowsPerFile }: ManyPlan) {
  const objects: Record<string, string> = {}
  for (let file = 0; file < files; file++) {
    const rows = Array.from({ length: rowsPerFile }, (_, row) => `${file}-${row + 1},${row * file}`)
    objects[keyOf(file)] = `id,n\n${rows.join('\n')}\n`
  }
  return memorySource(objects)
}

const mapper = rowMapper({ signature: 'many/1', columns: { id: 'string', n: 'int64' }, map: ({ id, n }) => ({ id, n }) })

const newPool = (): Pool => new Pool({ connectionString: plan.postgres, max: 6 }).on('error', () => {})

function sinkOf(pool: Pool): Sink<object> {
  if (plan.sink === 'ndjson') return ndjsonSink({ folder: plan.folder, provenance: true })
  return postgresSink(plan.sink === 'postgres shared' ? pool : newPool(), { schema: plan.schema, table: 'rows' })
}

async function main(): Promise<void> {
  const pool = newPool()
  const store = watchedStore(postgresStore(pool, { schema: plan.schema }))
  const job = new ImportJob({
    id: 'many',
    source: sourceOf(plan),
    mapper,
    sink: watchedSink(sinkOf(pool)),
    store,
    workerId: plan.worker,
    leaseMs: plan.leaseMs,
    // The suite kills as often as it likes.
    maxCrashes: 1_000,
    maxAttempts: 1_000,
    budgets: { batchRows: 8 },
    isolation: 'inline',
  })
  job.on('fileImported', ({ file: { key } }) => tell({ is: 'imported', key }))
  job.on('fileFailed', ({ file: { key }, error }) => tell({ is: 'failed', key, error: `${error.code}: ${error.message}` }))
  let last = Date.now()
  let quiet = false
  while (!quiet && Date.now() - last < PATIENCE_MS) {
    const { outcome, imported, remaining, errors } = await job.runOnce()
    for (const { code, message } of errors) tell({ is: 'trouble', error: `${code}: ${message}` })
    if (imported > 0) last = Date.now()
    const tally = await store.ledger.tally('many', { signal }).catch(() => null)
    quiet = outcome === 'completed' && remaining === 0 && tally?.files.imported === plan.files
    if (!quiet && imported === 0) await delay(50)
  }
  await job.close()
  tell({ is: 'ended', quiet })
}

await main()
// Pools keep idle connections, and a process with them alive.
process.exit(0)
