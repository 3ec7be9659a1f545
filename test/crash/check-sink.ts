import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { OpenSink } from './compare-rows.js'
import type { LedgerState } from './read-ledger.js'

/** Fences, receipts and staging in the sink agree with the ledger, when nobody is at work. */
export async function checkSink(connection: DuckDBConnection, sink: OpenSink, ledger: LedgerState): Promise<readonly string[]> {
  return sink.catalog === null ? await checkFolder(sink.path, ledger) : await checkDatabase(connection, sink.catalog, ledger)
}

/** Of each key only the marker of the last fence that asked is left, and it is empty. */
async function checkFolder(folder: string, { attempts }: LedgerState): Promise<string[]> {
  const problems: string[] = []
  const stage = join(folder, 'stage')
  const last = Math.max(0, ...[...attempts.values()].flat().map(({ fence }) => fence))
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

async function checkDatabase(connection: DuckDBConnection, catalog: string, { entries, attempts }: LedgerState): Promise<string[]> {
  const problems: string[] = []
  const last = Math.max(0, ...[...attempts.values()].flat().map(({ fence }) => fence))
  const ask = async (sql: string): Promise<readonly (readonly unknown[])[]> => (await connection.runAndReadAll(sql)).getRows()
  const [[highest] = []] = await ask(`SELECT coalesce(max(fence), 0) FROM ${catalog}.sink_fence`)
  if (Number(highest) > last) problems.push(`the sink knows fence ${highest}, the ledger gave ${last}`)
  const receipts = await ask(`SELECT key, version, generation, fence, rows, rejected FROM ${catalog}.import_file`)
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
  const tables = (await ask(`SELECT table_name FROM duckdb_tables() WHERE database_name = '${catalog}' ORDER BY ALL`)).map(([name]) => name)
  for (const table of tables) {
    if (!['fact_column', 'import_file', 'inference_state', 'prediction', 'sink_fence'].includes(String(table)))
      problems.push(`the table ${table} is left`)
  }
  return problems
}
