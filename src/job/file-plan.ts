import type { FileDecoder } from '../contracts/file-decoder.js'
import type { Pin } from '../contracts/job-store.js'
import type { FileSchema } from '../model/data-type.js'
import type { FileIdentity } from '../model/file.js'
import { canonicalJson, sha256 } from '../util/canonical-json.js'
import { probe } from '../util/probe.js'
import type { JobContext } from './job-context.js'

/** The columns whose types were taken from a sample, with the types that hold for the schema version. */
export interface PinnedSchema {
  readonly schema: FileSchema
  readonly pins: readonly Pin[]
}

/** Names that this process has seen pinned, per store and schema version: `schemaPinned` is told once. */
const told = new WeakMap<object, Set<string>>()

/** Pins guessed types before any write: the first worker's win, and all later files are read with them. */
export async function pinTypes(
  job: JobContext,
  schemaVersion: number,
  schema: FileSchema,
  key: string,
  signal: AbortSignal,
): Promise<PinnedSchema> {
  const guessed = new Map<string, Pin>()
  for (const { name, type, guessed: isGuess } of schema.columns) {
    if (isGuess === true && !guessed.has(name)) guessed.set(name, { column: name, type })
  }
  if (guessed.size === 0) return { schema, pins: [] }
  const pins = await job.store.jobs.pin(job.id, schemaVersion, [...guessed.values()], { signal })
  await probe('P08', { jobId: job.id, key, worker: job.worker })
  const known = told.get(job.store) ?? new Set()
  told.set(job.store, known)
  const fresh = pins.map(({ column }) => column).filter((column) => !known.has(canonicalJson([job.id, schemaVersion, column])))
  for (const column of fresh) known.add(canonicalJson([job.id, schemaVersion, column]))
  if (fresh.length > 0) job.events.emit('schemaPinned', { schemaVersion, columns: fresh })
  const types = new Map(pins.map(({ column, type }) => [column, type]))
  const columns = schema.columns.map((column) =>
    column.guessed === true ? { ...column, type: types.get(column.name) ?? column.type } : column,
  )
  return { schema: { columns }, pins }
}

/** Hash of all that decides which rows come in which batches. */
export function planHash(job: JobContext, schemaVersion: number, pins: readonly Pin[], decoder: FileDecoder): string {
  const { batchRows, batchBytes } = job.budgets
  // What else is read changes where a batch is full.
  const cells = job.rejects?.cells === true ? { cells: true } : {}
  const sorted = [...pins].sort((a, b) => (a.column < b.column ? -1 : 1))
  return sha256(
    canonicalJson({ schemaVersion, pins: sorted, batchRows, batchBytes, decoder: `${decoder.format} ${decoder.revision}`, ...cells }),
  ).slice(0, 32)
}

/** Equal token, equal content: the plan decides the cut, the identity the bytes. */
export function batchToken({ jobId, key, version, generation }: FileIdentity, plan: string, firstRow: number, rowsRead: number): string {
  return sha256(canonicalJson([jobId, key, version, generation, plan, firstRow, rowsRead])).slice(0, 40)
}
