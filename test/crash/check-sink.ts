import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { OpenSink } from './compare-rows.js'
import { withPool } from './postgres-place.js'
import type { LedgerState } from './read-ledger.js'

/** Fences, receipts and staging in the sink agree with the ledger, when nobody is at work. */
export async function checkSink(
  connection: DuckDBConnection,
  { place, catalog }: OpenSink,
  ledger: LedgerState,
  delivery: 'shared' | 'transactional',
): Promise<readonly string[]> {
  if (place.kind === 'ndjson') return await checkFolder(place.path, ledger)
  if (place.kind === 'postgres') {
    const { url, schema } = place
    return await withPool(url, async (pool) => {
      const ask: Ask = async (text) => (await pool.query({ text, rowMode: 'array' })).rows as unknown[][]
      const tables = `SELECT tablename FROM pg_tables WHERE schemaname = '${schema}' ORDER BY 1`
      return await checkDatabase(ask, { at: schema, tables, allowed: [...SINK_TABLES, ...STORE_TABLES] }, ledger, delivery)
    })
  }
  const ask: Ask = async (sql) => (await connection.runAndReadAll(sql)).getRows()
  const tables = `SELECT table_name FROM duckdb_tables() WHERE database_name = '${catalog}' ORDER BY ALL`
  return await checkDatabase(ask, { at: String(catalog), tables, allowed: SINK_TABLES }, ledger, delivery)
}

const SINK_TABLES = ['fact_column', 'import_file', 'inference_state', 'prediction', 'sink_fence']
const STORE_TABLES = ['attempt', 'file', 'job', 'job_pin', 'job_poll', 'job_schema', 'job_tally', 'meta']

type Ask = (sql: string) => Promise<readonly (readonly unknown[])[]>

/** Of each key only the marker of the last fence that asked is left, and it is empty. */
async function checkFolder(folder: string, { attempts }: LedgerState): Promise<string[]> {
  const problems: string[] = []
  const stage = join(folder, 'stage')
  const last = lastFence(attempts)
  for (const id of await readdir(stage)) {
    const markers = await readdir(join(stage, id))
    if (markers.length !== 1) problems.push(`${markers.length} fences stand in the stage: ${markers}`)
    for (const marker of markers) {
      if (Number(marker) > last) problems.push(`the sink knows fence ${marker}, the ledger gave ${last}`)
      const left = await readdir(join(stage, id, marker))
      if (left.length > 0) problems.push(`staging is left under fence ${marker}: ${left}`)
    }
  }
  for (const name of await readdir(join(folder, 'files'))) {
    const inside = (await readdir(join(folder, 'files', name))).sort().join()
    if (inside !== 'data.ndjson,receipt.json') problems.push(`a committed folder holds ${inside}`)
  }
  return problems
}

const lastFence = (attempts: LedgerState['attempts']): number => Math.max(0, ...[...attempts.values()].flat().map(({ fence }) => fence))

interface Place {
  readonly at: string
  /** Asks for the names of all tables. */
  readonly tables: string
  readonly allowed: readonly string[]
}

async function checkDatabase(
  ask: Ask,
  { at, tables, allowed }: Place,
  { entries, attempts }: LedgerState,
  delivery: 'shared' | 'transactional',
): Promise<string[]> {
  const problems: string[] = []
  const last = lastFence(attempts)
  const [[highest, fences] = []] = await ask(`SELECT coalesce(max(fence), 0), count(*) FROM ${at}.sink_fence`)
  if (Number(highest) > last) problems.push(`the sink knows fence ${highest}, the ledger gave ${last}`)
  if (delivery === 'shared' && Number(fences) > 0) problems.push(`${fences} fences stand beside the ledger's own`)
  const receipts = await ask(`SELECT key, version, generation, fence, rows, rejected FROM ${at}.import_file`)
  for (const [key, version, generation, fence, rows, rejected] of receipts) {
    const entry = entries.find((one) => one.key === key && one.version === version && one.generation === generation)
    const receipt = entry?.receipt
    if (
      entry?.state !== 'imported' ||
      receipt?.fence !== Number(fence) ||
      receipt.rows !== Number(rows) ||
      receipt.rejected !== Number(rejected)
    ) {
      problems.push(`the sink has a receipt of ${key} with fence ${fence}; in the ledger it is ${entry?.state} with ${receipt?.fence}`)
    }
  }
  for (const [table] of await ask(tables)) if (!allowed.includes(String(table))) problems.push(`the table ${table} is left`)
  return problems
}
