import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { JobStore } from '../../src/contracts/job-store.js'
import { ImportJob } from '../../src/job/import-job.js'
import { IMPORT_JOB_EVENTS, type ImportJobEventName, type ImportJobEvents } from '../../src/job/job-events.js'
import type { JobDefinition } from '../../src/manager/job-definition.js'
import { JobManager } from '../../src/manager/job-manager.js'
import type { JobManagerOptions } from '../../src/manager/manager-options.js'
import { modelSchema } from '../../src/mappers/model-schema/model-schema.js'
import { parseModelSchema } from '../../src/mappers/model-schema/parse-model-schema.js'
import { type MemorySink, memorySink } from '../../src/sinks/memory/memory-sink.js'
import { type MemorySource, memorySource } from '../../src/sources/memory/memory-source.js'
import { memoryStore } from '../../src/stores/memory/memory-store.js'

export interface World {
  readonly store: JobStore
  /** A folder by name, made at first sight. */
  folder(name: string): MemorySource
  /** All jobs write here unless their definition names another table. */
  table(name?: string): MemorySink<object>
  readonly build: JobManagerOptions['build']
  manager(options?: Partial<JobManagerOptions>): JobManager
}

/** What a host has: places, tables, a store, and the one function that puts a job together. */
export function world(store: JobStore = memoryStore()): World {
  const folders = new Map<string, MemorySource>()
  const tables = new Map<string, MemorySink<object>>()
  const kept = <T>(map: Map<string, T>, name: string, make: () => T): T => {
    const known = map.get(name) ?? make()
    map.set(name, known)
    return known
  }
  const folder = (name: string): MemorySource => kept(folders, name, () => ({ ...memorySource({}), place: `memory:${name}/` }))
  const table = (name = 'table'): MemorySink<object> => kept(tables, name, () => memorySink<object>())
  // A memory store lives on when its manager closes, as a database does.
  const open: JobStore = { jobs: store.jobs, ledger: store.ledger }
  const build: JobManagerOptions['build'] = ({ id, source, mapper, sink, settings }, { store: given }) =>
    new ImportJob({
      id,
      source: folder(String(source.folder)),
      mapper: modelSchema(parseModelSchema(mapper)),
      sink: table(sink.table === undefined ? undefined : String(sink.table)),
      store: given,
      isolation: 'inline',
      pollIntervalMs: 15,
      ...settings,
    })
  const manager = (options: Partial<JobManagerOptions> = {}): JobManager =>
    new JobManager({ store: open, followIntervalMs: 30, build, ...options })
  return { store: open, folder, table, build, manager }
}

export const clicks: JobDefinition = {
  id: 'clicks',
  source: { folder: 'clicks' },
  mapper: {
    model: 'clicks',
    modelType: 'numeric',
    environment: 'production',
    schema: { prediction_id: 'id', prediction_score: 'score', features: 'feature/' },
  },
  sink: {},
}

/** Rows `prefix1`… with a score and a feature. */
export function clicksCsv(prefix: string, rows: number, header = 'id,score,feature/age'): string {
  return `${header}\n${Array.from({ length: rows }, (_, i) => `${prefix}${i + 1},${i}.5,${20 + i}\n`).join('')}`
}

/** Waits for what happens by itself; a test that waits in vain says what it saw. */
export async function until<T>(look: () => Promise<T> | T, holds: (seen: T) => boolean, what = 'it'): Promise<T> {
  const end = performance.now() + 8_000
  for (;;) {
    const seen = await look()
    if (holds(seen)) return seen
    if (performance.now() > end) throw new Error(`${what} did not come; at last: ${JSON.stringify(seen)}`)
    await delay(5)
  }
}

/** Waits until nothing is pending or in flight and so many files are imported. */
export async function imported(manager: JobManager, id: string, files: number) {
  return await until(
    async () => (await manager.get(id))?.tally.files,
    (counts) => counts !== undefined && counts.imported === files && counts.pending + counts.claimed === 0,
    `${files} imported files`,
  )
}

/** Every figure of a job is what its ledger's rows say. */
export async function expectTrueCounters(manager: JobManager, id: string): Promise<void> {
  const counted = { pending: 0, claimed: 0, imported: 0, failed: 0, skipped: 0 }
  const sums = { rowsRead: 0, rowsWritten: 0, rowsRejected: 0, bytes: 0 }
  let last: Date | null = null
  for await (const { state, counts, size, finishedAt } of manager.files(id)) {
    counted[state]++
    if (state !== 'imported' || counts === null) continue
    sums.rowsRead += counts.rowsRead
    sums.rowsWritten += counts.rowsWritten
    sums.rowsRejected += counts.rowsRejected
    sums.bytes += size
    if (last === null || (finishedAt !== null && finishedAt > last)) last = finishedAt
  }
  const details = await manager.get(id)
  expect(details?.tally).toMatchObject({ files: counted, ...sums, lastImportedAt: last })
  expect(details?.lastImport?.finishedAt ?? null).toEqual(last)
  expect(details?.failed).toHaveLength(counted.failed)
}

/** Everything that all jobs of a manager said, in order. */
export function eventLog(manager: JobManager) {
  const log: { readonly name: ImportJobEventName; readonly event: { readonly jobId: string } }[] = []
  for (const name of IMPORT_JOB_EVENTS) manager.on(name, (event) => void log.push({ name, event }))
  return {
    names: (id: string): ImportJobEventName[] => log.filter(({ event }) => event.jobId === id).map(({ name }) => name),
    of: <K extends ImportJobEventName>(name: K): ImportJobEvents[K][] =>
      log.filter((entry) => entry.name === name).map(({ event }) => event as ImportJobEvents[K]),
  }
}
