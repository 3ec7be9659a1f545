import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { S3Double } from '../../src/testing/s3-double/s3-double.js'
import type { ProbePoint } from '../../src/util/probe.js'
import { dropSchema, freshSchema } from '../servers/postgres-server.js'
import { checkOutcome, type Difference } from './check-outcome.js'
import { type Combination, POINTS } from './combination.js'
import type {
  ImporterLine,
  ImporterPlan,
  Overwrites,
  PlannedFault,
  PlannedWorker,
  PostgresPlace,
  SchemaEdition,
  SinkPlace,
  StorePlace,
} from './importer-plan.js'
import { ImporterProcess } from './importer-process.js'
import type { LogData, LogObject } from './log-data.js'
import { needsPostgres, type Pair } from './pairs.js'
import { keepsWaiting } from './postgres-place.js'
import { type LedgerState, readLedger } from './read-ledger.js'

/** Of a worker that will freeze: others wait for its end. */
const SHORT_LEASE_MS = 1_000
/** Of all others: a worker of the same name takes over at once. */
const LONG_LEASE_MS = 60_000

/** What all runs share. */
export interface Stage {
  readonly double: S3Double
  readonly data: LogData
  readonly program: string
  /** Gets a folder per run. */
  readonly folder: string
  readonly batchRows: number
  /** Of a server, for the pairs that need one. */
  readonly postgres: string
}

export interface RunResult extends Difference {
  /** Every planned fault struck. */
  readonly hit: boolean
  readonly trouble: string
}

let runs = 0

/** One import with one fault (and one that leads to it), taken up again, and checked against what must be there. */
export async function runCombination(stage: Stage, combination: Combination): Promise<RunResult> {
  const run = await CrashRun.start(stage, combination)
  try {
    return await run.result()
  } finally {
    await run.end()
  }
}

/**
 * One import that is killed at every point, one after the other, by the same worker: each start takes up what the one
 * before left, and comes a little further.
 */
export async function runGauntlet(stage: Stage, pair: Pair): Promise<RunResult> {
  const run = await CrashRun.start(stage, { pair, mode: 'kill', point: 'P23', nth: 1, lead: null, between: 'nothing' })
  try {
    return await run.gauntlet()
  } finally {
    await run.end()
  }
}

/** A receipt is found right after a commit that nobody heard of. */
const EVERY_POINT: readonly ProbePoint[] = [
  ...POINTS.filter((point) => point < 'P21' && point !== 'P11').flatMap((point) => (point === 'P17' ? [point, 'P26' as const] : [point])),
  'P24',
  'P21',
  'P11',
  'P22',
  'P23',
]

/** The points at which a pair is killed in a row. */
export const gauntletOf = ({ without }: Pair): readonly ProbePoint[] => EVERY_POINT.filter((point) => !without.includes(point))

class CrashRun {
  readonly #stage: Stage
  readonly #combination: Combination
  readonly #folder: string
  readonly #bucket: string
  readonly #schema = freshSchema()
  readonly #objects: Map<string, LogObject>
  readonly #processes: ImporterProcess[] = []
  #before: LedgerState | null = null

  private constructor(stage: Stage, combination: Combination, folder: string) {
    this.#stage = stage
    this.#combination = combination
    this.#folder = folder
    this.#bucket = `crash-${++runs}`
    this.#objects = new Map(stage.data.firsts.map((object) => [object.key, object]))
  }

  static async start(stage: Stage, combination: Combination): Promise<CrashRun> {
    const run = new CrashRun(stage, combination, await mkdtemp(join(stage.folder, 'run-')))
    await mkdir(join(run.#folder, 'sink'))
    stage.double.createBucket(run.#bucket)
    for (const { key, bytes } of run.#objects.values()) stage.double.putObject(run.#bucket, key, bytes)
    return run
  }

  async result(): Promise<RunResult> {
    const { mode, point, nth, lead } = this.#combination
    const act = mode === 'kill' ? 'kill' : mode === 'error' ? 'throw' : this.#combination.pair.oneProcess ? 'hold' : 'stop'
    const fault: PlannedFault = { point, nth, act }
    if (lead?.act === 'kill') await this.#killed([{ point: lead.point, nth: 1, act: 'kill' }])
    const faults: PlannedFault[] = lead?.act === 'throw' ? [{ point: lead.point, nth: 1, act: 'throw' }, fault] : [fault]
    if (act === 'kill') await this.#killed(faults)
    else if (act === 'throw') await this.#failed(faults)
    else if (act === 'hold') await this.#heldBeside(faults)
    else await this.#stopped(faults)
    return await this.#checked(lead === null ? [point] : [lead.point, point])
  }

  async gauntlet(): Promise<RunResult> {
    const points = gauntletOf(this.#combination.pair)
    for (const point of points) {
      const faults: PlannedFault[] = point === 'P24' ? [{ point: 'P16', nth: 1, act: 'throw' }] : []
      await this.#launch({ worker: this.#worker('w', 1, [...faults, { point, nth: 1, act: 'kill' }]) }).struck('kill')
      await this.#processes.at(-1)?.exited
    }
    await this.#launch({ worker: this.#worker('w', 1), untilQuiet: true }).ended()
    return await this.#checked(points.flatMap((point) => (point === 'P24' ? ['P16', point] : [point])))
  }

  /** @param planned the points that had to be hit, in order */
  async #checked(planned: readonly string[]): Promise<RunResult> {
    const lines: ImporterLine[] = this.#processes.flatMap((process) => process.lines)
    const difference = await checkOutcome({
      data: this.#stage.data,
      sink: this.#sink,
      rejectsPath: this.#rejectsPath,
      store: this.#store,
      rowsPath: join(this.#folder, 'rows.ndjson'),
      delivery: this.#combination.pair.delivery,
      overwrites: this.#overwrites,
      bucket: this.#objects,
      lines,
      before: this.#before,
      edited: this.#nextSchema === 2,
    })
    const hits = lines.flatMap((line) => (line.is === 'hit' ? [line.point] : []))
    return {
      ...difference,
      hit: hits.join() === planned.join(),
      trouble: this.#processes.map((process) => process.trouble).join('\n--\n'),
    }
  }

  async end(): Promise<void> {
    for (const process of this.#processes) process.kill()
    await Promise.all(this.#processes.map((process) => process.exited))
    for (const key of this.#objects.keys()) this.#stage.double.deleteObject(this.#bucket, key)
    await rm(this.#folder, { recursive: true })
    if (needsPostgres(this.#combination.pair)) await dropSchema(this.#stage.postgres, this.#schema)
  }

  async #killed(faults: readonly PlannedFault[]): Promise<void> {
    const last = faults.at(-1)?.point === this.#combination.point
    const process = this.#launch({ worker: this.#worker('w', 1, faults, LONG_LEASE_MS) })
    await process.struck('kill')
    await process.exited
    if (!last) return
    await this.#between(process)
    await this.#launch({ worker: this.#worker('w', this.#nextSchema), untilQuiet: true }).ended()
  }

  async #failed(faults: readonly PlannedFault[]): Promise<void> {
    const process = this.#launch({ worker: this.#worker('w', 1, faults, LONG_LEASE_MS) })
    await process.ended()
    await this.#between(process)
    await this.#launch({ worker: this.#worker('w', this.#nextSchema), untilQuiet: true }).ended()
  }

  /** SIGSTOP, the lease passes, another process finishes, SIGCONT. */
  async #stopped(faults: readonly PlannedFault[]): Promise<void> {
    const zombie = this.#launch({ worker: this.#worker('w', 1, faults, SHORT_LEASE_MS) })
    await zombie.struck('stop')
    await this.#between(zombie)
    await delay(SHORT_LEASE_MS)
    const other = this.#launch({ worker: this.#worker('x', this.#nextSchema), untilQuiet: true })
    await this.#endsOrWaits(other, 'w')
    zombie.wake()
    await zombie.ended()
    await other.ended()
    // Whatever the zombie broke, nobody mends it after this.
  }

  /** A transaction that stands still on a server holds up the others: then the worker is woken before they end. */
  async #endsOrWaits(process: ImporterProcess, frozen: string): Promise<void> {
    if (!needsPostgres(this.#combination.pair)) return await process.ended()
    const ended = new AbortController()
    const waits = keepsWaiting(this.#postgres, frozen, ended.signal)
    await Promise.race([process.ended(), waits]).finally(() => ended.abort())
    await waits
  }

  async #heldBeside(faults: readonly PlannedFault[]): Promise<void> {
    const both = this.#launch({
      worker: this.#worker('w', 1, faults, SHORT_LEASE_MS),
      successor: this.#worker('x', this.#nextSchema),
    })
    await both.struck('hold')
    await this.#between(both)
    both.go()
    await both.ended()
  }

  /** What the combination wants between the fault and the next worker. */
  async #between(process: ImporterProcess): Promise<void> {
    this.#before = await readLedger(this.#store)
    this.#checkTold()
    if (!this.#combination.between.startsWith('overwrite')) return
    const hit = process.hits.at(-1)?.key
    const imported = this.#before.entries.find(({ state }) => state === 'imported')?.key
    const pending = this.#before.entries.findLast(({ state }) => state === 'pending')?.key
    const { data, double } = this.#stage
    for (const key of [hit, imported, pending]) {
      if (key === undefined || key === null) continue
      const object = data.object(key, 2)
      double.putObject(this.#bucket, key, object.bytes)
      this.#objects.set(key, object)
    }
  }

  /** What a process told before it died is in the ledger. */
  #checkTold(): void {
    for (const line of this.#processes.flatMap((process) => process.lines)) {
      if (line.is !== 'imported') continue
      const entry = this.#before?.entries.find(({ key, version }) => key === line.file.key && version === line.file.version)
      if (entry?.state !== 'imported') throw new Error(`${line.file.key} was told as imported and is ${entry?.state}`)
    }
  }

  #launch(plan: Pick<ImporterPlan, 'worker' | 'successor'> & { readonly untilQuiet?: boolean }): ImporterProcess {
    const { endpoint, region, credentials } = this.#stage.double
    const { accessKeyId, secretAccessKey } = credentials
    const process = new ImporterProcess(this.#stage.program, {
      s3: { endpoint, region, credentials: { accessKeyId, secretAccessKey }, url: `s3://${this.#bucket}/in/` },
      sink: this.#sink,
      rejectsPath: this.#rejectsPath,
      store: this.#store,
      overwrites: this.#overwrites,
      batchRows: this.#stage.batchRows,
      untilQuiet: false,
      ...plan,
    })
    this.#processes.push(process)
    return process
  }

  #worker(id: string, schema: SchemaEdition, faults: readonly PlannedFault[] = [], leaseMs = LONG_LEASE_MS): PlannedWorker {
    return { id, schema, faults, leaseMs }
  }

  get #sink(): SinkPlace {
    const { sink } = this.#combination.pair
    if (sink === 'postgres') return { kind: sink, ...this.#postgres }
    return { kind: sink, path: join(this.#folder, 'sink', ...(sink === 'duckdb' ? ['rows.duckdb'] : [])) }
  }

  get #store(): StorePlace {
    const { store } = this.#combination.pair
    return store === 'postgres' ? { kind: store, ...this.#postgres } : { kind: store, path: join(this.#folder, 'ledger.db') }
  }

  get #postgres(): PostgresPlace {
    return { url: this.#stage.postgres, schema: this.#schema }
  }

  get #rejectsPath(): string {
    return join(this.#folder, 'rejects')
  }

  get #overwrites(): Overwrites {
    const { between } = this.#combination
    return between.startsWith('overwrite-') ? (between.slice('overwrite-'.length) as Overwrites) : 'ignore'
  }

  get #nextSchema(): SchemaEdition {
    return this.#combination.between === 'edit' ? 2 : 1
  }
}
