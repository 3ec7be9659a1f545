import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresStore } from '../../src/stores/postgres/postgres-store.js'
import { dropSchema, freshSchema, poolAt, startPostgres } from '../servers/postgres-server.js'
import { bundleProgram } from './bundle-importer.js'
import { keyOf, type ManyLine, type ManyPlan, randomFrom } from './many-workers-plan.js'

const all = process.env.LADING_CRASH === 'all'
const seed = Number(process.env.LADING_CRASH_SEED ?? Date.now() % 1_000_000)
const ROWS_PER_FILE = 20
const LEASE_MS = 500

const { signal } = new AbortController()
const server = await startPostgres()
const missing = 'missing' in server ? server.missing : undefined
const url = 'url' in server ? server.url : ''
let folder: string
let program: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-many-'))
  program = await bundleProgram(fileURLToPath(new URL('many-workers-importer.ts', import.meta.url)), folder)
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  if ('stop' in server) await server.stop()
})

/** Processes that import the same files; now and then one of them stands still past its lease, or dies and is started again. */
class Swarm {
  readonly lines: ManyLine[] = []
  freezes = 0
  deaths = 0
  readonly #plan: Omit<ManyPlan, 'worker' | 'seed'>
  readonly #random = randomFrom(seed)
  readonly #living = new Set<ChildProcess>()
  readonly #ended: Promise<void>[] = []
  #started = 0

  constructor(plan: Omit<ManyPlan, 'worker' | 'seed'>) {
    this.#plan = plan
  }

  /** @param strikes at any time, besides those at probes */
  async run(processes: number, strikes: number): Promise<void> {
    for (let i = 0; i < processes; i++) this.#start(`w${i}`)
    let left = strikes
    const timer = setInterval(() => {
      const victims = [...this.#living]
      const victim = victims[Math.floor(this.#random() * victims.length)]
      if (victim === undefined || left-- <= 0) return
      if (this.#random() < 0.3) victim.kill('SIGKILL')
      else this.#freeze(victim)
    }, 150)
    // A process that stops itself may do so after it was woken from another stop: nobody stands still for good.
    const waking = setInterval(() => {
      for (const child of this.#living) child.kill('SIGCONT')
    }, 3_000)
    try {
      // Whoever dies is followed by another, who is waited for too.
      for (let i = 0; i < this.#ended.length; i++) await this.#ended[i]
    } finally {
      clearInterval(timer)
      clearInterval(waking)
      for (const child of this.#living) child.kill('SIGKILL')
    }
  }

  #start(worker: string): void {
    const plan: ManyPlan = { ...this.#plan, worker, seed: seed + ++this.#started * 7_919 }
    const child = spawn(process.execPath, [program, JSON.stringify(plan)], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#living.add(child)
    createInterface(child.stdout).on('line', (text) => {
      const line = JSON.parse(text) as ManyLine
      this.lines.push(line)
      if (line.is === 'freezes') this.#freeze(child)
    })
    this.#ended.push(
      new Promise((resolve, reject) => {
        child.on('close', (code, ended) => {
          this.#living.delete(child)
          if (code !== 0 && ended !== 'SIGKILL') return reject(new Error(`a process ended with ${ended ?? code}`))
          if (ended === 'SIGKILL') {
            this.deaths++
            // Under its name it takes its files over at once; under another, their leases must pass.
            this.#start(this.#random() < 0.5 ? worker : `${worker}+`)
          }
          resolve()
        })
      }),
    )
  }

  #freeze(child: ChildProcess): void {
    this.freezes++
    child.kill('SIGSTOP')
    setTimeout(() => child.kill('SIGCONT'), 400 + this.#random() * 800)
  }
}

/** Every row that the sink holds, as `key row id`. */
async function rowsIn({ sink, folder, schema }: Place, pool: Pool): Promise<string[]> {
  if (sink !== 'ndjson') {
    const text = `SELECT f.key, r.row_no, r.id FROM ${schema}.rows AS r JOIN ${schema}.import_file AS f USING (file_no)`
    const { rows } = await pool.query<{ key: string; row_no: string; id: string }>(text)
    return rows.map(({ key, row_no, id }) => `${key} ${row_no} ${id}`).sort()
  }
  const rows: string[] = []
  for (const name of await readdir(join(folder, 'files'))) {
    const text = await readFile(join(folder, 'files', name, 'data.ndjson'), 'utf8')
    for (const line of text.split('\n').slice(0, -1)) {
      const { _key, _row, id } = JSON.parse(line) as { _key: string; _row: number; id: string }
      rows.push(`${_key} ${_row} ${id}`)
    }
  }
  return rows.sort()
}

type Place = Pick<ManyPlan, 'sink' | 'folder' | 'schema'>

describe.skipIf(missing !== undefined)(`many workers on one Postgres store${missing === undefined ? '' : ` (${missing})`}`, () => {
  const sinks = ['ndjson', 'postgres shared', 'postgres apart'] as const
  const runs = all
    ? sinks.flatMap((sink) => [
        { sink, processes: 2, files: 1_000, strikes: 60 },
        { sink, processes: 8, files: 1_000, strikes: 120 },
      ])
    : sinks.map((sink) => ({ sink, processes: 2, files: 30, strikes: 4 }))

  test.each(runs)('$sink: $processes processes, $files files, frozen and killed: every row once', { timeout: 600_000 }, async (run) => {
    const { sink, processes, files, strikes } = run
    const schema = freshSchema()
    const place: Place = { sink, schema, folder: join(folder, schema) }
    const swarm = new Swarm({ ...place, postgres: url, files, rowsPerFile: ROWS_PER_FILE, leaseMs: LEASE_MS })
    const started = performance.now()
    const pool = poolAt(url, { max: 2 })
    try {
      await swarm.run(processes, strikes)
      const seconds = (performance.now() - started) / 1_000
      const { ledger } = postgresStore(pool, { schema })
      const entries = await ledger.files('many', { signal, limit: files + 1 })
      const attempts = await Promise.all(entries.map(({ key }) => ledger.attempts('many', key, { signal })))
      const tally = await ledger.tally('many', { signal })
      const of = (is: ManyLine['is'], by?: 'sink' | 'ledger'): number =>
        swarm.lines.filter((line) => line.is === is && (by === undefined || (line.is === 'refused' && line.by === by))).length
      console.info(
        `${sink}: ${processes} processes, ${files} files, leases of ${LEASE_MS} ms, seed ${seed}: ${seconds.toFixed(1)} s; ${swarm.freezes} freezes, ${swarm.deaths} deaths, ` +
          `${attempts.flat().filter(({ outcome }) => outcome === 'lost').length} lost leases, ${of('settled')} settled receipts, ` +
          `${of('refused', 'sink')} commits refused by the sink, ${of('refused', 'ledger')} by the ledger`,
      )

      const expected = Array.from({ length: files }, (_, file) =>
        Array.from({ length: ROWS_PER_FILE }, (_, row) => `${keyOf(file)} ${row + 1} ${file}-${row + 1}`),
      ).flat()
      expect(await rowsIn(place, pool)).toEqual(expected.sort())
      expect(entries.map(({ key, state }) => `${key} ${state}`)).toEqual(
        Array.from({ length: files }, (_, file) => `${keyOf(file)} imported`).sort(),
      )
      // Each was completed by one attempt, the one with its receipt or a later one that found it; fences rise.
      for (const [i, tries] of attempts.entries()) {
        expect(tries.filter(({ outcome }) => outcome === 'complete').length).toBe(1)
        expect(tries.map(({ fence }) => fence)).toEqual(tries.map(({ fence }) => fence).toSorted((a, b) => a - b))
        expect(tries.map(({ fence }) => fence)).toContain(entries[i]?.receipt?.fence)
      }
      expect([tally.files.imported, tally.rowsRead, tally.rowsWritten]).toEqual([files, files * ROWS_PER_FILE, files * ROWS_PER_FILE])
      // At most one event each: whoever is killed in between tells of none.
      const told = swarm.lines.flatMap((line) => (line.is === 'imported' ? [line.key] : []))
      expect(new Set(told).size).toBe(told.length)
      expect(swarm.lines.filter((line) => line.is === 'failed' || (line.is === 'ended' && !line.quiet))).toEqual([])
      expect(swarm.deaths + swarm.freezes).toBeGreaterThan(3)
    } finally {
      await pool.end()
      await dropSchema(url, schema)
      await rm(place.folder, { recursive: true, force: true })
    }
  })
})
