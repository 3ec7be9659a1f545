import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { SinkFile } from '../../model/file.js'
import type { CommitSummary, Receipt } from '../../model/receipt.js'
import { fenced } from '../fenced.js'
import type { DuckDBApi } from './duckdb-api.js'

const raise = `INSERT INTO sink_fence VALUES ($1, $2, $3::BIGINT) ON CONFLICT (job, key) DO UPDATE SET fence = excluded.fence
  WHERE sink_fence.fence <= excluded.fence RETURNING fence`
const columns = 'rows, rejected, schema_version, fence, epoch_ms(committed_at), file_no, facts'

export async function rowsOf(connection: DuckDBConnection, sql: string, values: DuckDBValue[] = []): Promise<DuckDBValue[][]> {
  return (await connection.runAndReadAll(sql, values)).getRows()
}

/**
 * Raises the fence of (job, key), or locks it when it is this one already.
 *
 * @throws SinkError `FENCED` when it is higher
 */
export async function raiseFence(connection: DuckDBConnection, { jobId, key, ...file }: SinkFile): Promise<void> {
  const raised = await rowsOf(connection, raise, [jobId, key, BigInt(file.fence)])
  if (raised.length > 0) return
  const [newer] = await rowsOf(connection, 'SELECT fence FROM sink_fence WHERE job = $1 AND key = $2', [jobId, key])
  throw fenced({ jobId, key, ...file }, newer === undefined ? undefined : Number(newer[0]))
}

export async function findReceipt(
  connection: DuckDBConnection,
  { jobId, key, version, generation }: SinkFile,
): Promise<Receipt | undefined> {
  const sql = `SELECT ${columns} FROM import_file WHERE job = $1 AND key = $2 AND version = $3 AND generation = $4::INTEGER`
  const [row] = await rowsOf(connection, sql, [jobId, key, version, generation])
  return row === undefined ? undefined : receiptOf(row)
}

/** `undefined` when there is one already. `facts`: the table that the rows go to; null without rows. */
export async function insertReceipt(
  connection: DuckDBConnection,
  api: DuckDBApi,
  file: SinkFile,
  { rows, rejected }: CommitSummary,
  facts: string | null,
): Promise<(Receipt & { readonly detail: { readonly fileNo: number } }) | undefined> {
  const { jobId, key, version, generation, fence, schemaVersion, sourceTime } = file
  const sql = `INSERT INTO import_file (job, key, version, generation, fence, schema_version, source_time, rows, rejected, committed_at, facts)
    VALUES ($1, $2, $3, $4::INTEGER, $5::BIGINT, $6::INTEGER, $7, $8::BIGINT, $9::BIGINT, $10, $11::VARCHAR)
    ON CONFLICT (job, key, version, generation) DO NOTHING RETURNING ${columns}`
  const timeOf = (ms: number): DuckDBValue => new api.DuckDBTimestampTZValue(BigInt(ms) * 1000n)
  const [row] = await rowsOf(connection, sql, [
    ...[jobId, key, version, generation, BigInt(fence), schemaVersion, timeOf(sourceTime.getTime())],
    ...[BigInt(rows), BigInt(rejected), timeOf(Date.now()), facts],
  ])
  return row === undefined ? undefined : receiptOf(row)
}

function receiptOf(row: DuckDBValue[]): Receipt & { readonly detail: { readonly fileNo: number; readonly table: string | null } } {
  const [rows, rejected, schemaVersion, fence, committedMs, fileNo] = row.map(Number) as [number, number, number, number, number, number]
  const table = row[6] as string | null
  const committedAt = new Date(committedMs).toISOString()
  return { rows, rejected, schemaVersion, fence, committedAt, detail: { fileNo, table } }
}
