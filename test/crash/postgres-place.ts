import { open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'
import { poolAt } from '../servers/postgres-server.js'
import type { PostgresPlace } from './importer-plan.js'

export async function withPool<T>(url: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = poolAt(url, { max: 2 })
  try {
    return await work(pool)
  } finally {
    await pool.end()
  }
}

const ROWS_AT_A_TIME = 20_000

/** Writes what the sink holds into a file of JSON lines. @returns false when it has no table of rows yet */
export async function writeRows({ url, schema }: PostgresPlace, path: string): Promise<boolean> {
  return await withPool(url, async (pool) => {
    const { rows: known } = await pool.query<{ name: string }>(
      "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = $1 AND table_name = 'prediction'",
      [schema],
    )
    const columns = new Set(known.map(({ name }) => name))
    if (columns.size === 0) return false
    const zone = columns.has('tags') ? "p.tags ->> 'zone'" : 'NULL'
    const line = `json_build_object('key', f.key, 'version', f.version, 'generation', f.generation, 'row', p.row_no, 'prediction_id', p.prediction_id,
      'at', (extract(epoch FROM p.timestamp) * 1000000)::bigint, 'score', p.prediction_score, 'actual', p.actual_score,
      'feature_city', p.features ->> 'city', 'feature_amount', (p.features ->> 'amount')::bigint, 'tag_zone', ${zone})::text`
    const file = await open(path, 'w')
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await client.query(
        `DECLARE held CURSOR FOR SELECT ${line} AS line FROM ${schema}.prediction p JOIN ${schema}.import_file f USING (file_no)`,
      )
      for (;;) {
        const { rows } = await client.query<{ line: string }>(`FETCH ${ROWS_AT_A_TIME} FROM held`)
        if (rows.length === 0) return true
        await file.write(`${rows.map((row) => row.line).join('\n')}\n`)
      }
    } finally {
      await client.query('ROLLBACK')
      client.release()
      await file.close()
    }
  })
}

/** Resolves once somebody waits for a lock of this worker, or when there is no more to wait for. */
export async function keepsWaiting({ url, schema }: PostgresPlace, worker: string, signal: AbortSignal): Promise<void> {
  await withPool(url, async (pool) => {
    while (!signal.aborted) {
      const { rows } = await pool.query(
        `SELECT 1 FROM pg_stat_activity AS waiting, unnest(pg_blocking_pids(waiting.pid)) AS blocker(pid)
         JOIN pg_stat_activity AS held ON held.pid = blocker.pid WHERE held.application_name = $1`,
        [`${schema} ${worker}`],
      )
      if (rows.length > 0) return
      await delay(100)
    }
  })
}
