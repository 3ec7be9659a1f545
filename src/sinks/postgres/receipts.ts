import type { SinkFile } from '../../model/file.js'
import type { CommitSummary, Receipt } from '../../model/receipt.js'
import { fenced } from '../fenced.js'
import type { Session } from './session.js'

const columns = 'rows, rejected, schema_version, fence, (extract(epoch FROM committed_at) * 1000)::bigint AS committed_ms, file_no, facts'

/** Fences and receipts in the tables of a sink. */
export class Receipts {
  readonly #schema: string

  /** @param schema quoted */
  constructor(schema: string) {
    this.#schema = schema
  }

  /**
   * Raises the fence of (job, key), or locks it when it is this one already. Waits for a commit of the same key.
   *
   * @throws SinkError `FENCED` when it is higher
   */
  async raiseFence(session: Session, file: SinkFile): Promise<void> {
    const [raised] = await session.rows(
      `INSERT INTO ${this.#schema}.sink_fence AS f VALUES ($1, $2, $3) ON CONFLICT (job, key) DO UPDATE SET fence = excluded.fence
       WHERE f.fence <= excluded.fence RETURNING fence`,
      [file.jobId, file.key, file.fence],
    )
    if (raised !== undefined) return
    const [newer] = await session.rows(`SELECT fence FROM ${this.#schema}.sink_fence WHERE job = $1 AND key = $2`, [file.jobId, file.key])
    throw fenced(file, newer === undefined ? undefined : Number(newer.fence))
  }

  async find(session: Session, { jobId, key, version, generation }: SinkFile): Promise<Receipt | undefined> {
    const sql = `SELECT ${columns} FROM ${this.#schema}.import_file WHERE job = $1 AND key = $2 AND version = $3 AND generation = $4`
    const [row] = await session.rows(sql, [jobId, key, version, generation])
    return row === undefined ? undefined : receiptOf(row)
  }

  /** `undefined` when there is one already. `facts`: the table that the rows go to; null without rows. */
  async insert(
    session: Session,
    file: SinkFile,
    { rows, rejected }: CommitSummary,
    facts: string | null,
  ): Promise<SinkReceipt | undefined> {
    const { jobId, key, version, generation, fence, schemaVersion, sourceTime } = file
    const [row] = await session.rows(
      `INSERT INTO ${this.#schema}.import_file (job, key, version, generation, fence, schema_version, source_time, rows, rejected, committed_at, facts)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp(), $10) ON CONFLICT (job, key, version, generation) DO NOTHING
       RETURNING ${columns}`,
      [jobId, key, version, generation, fence, schemaVersion, sourceTime.toISOString(), rows, rejected, facts],
    )
    return row === undefined ? undefined : receiptOf(row)
  }
}

export interface SinkReceipt extends Receipt {
  readonly detail: { readonly fileNo: number; readonly table: string | null }
}

/** 64-bit integers come as text. */
function receiptOf(row: Readonly<Record<string, unknown>>): SinkReceipt {
  return {
    rows: Number(row.rows),
    rejected: Number(row.rejected),
    schemaVersion: Number(row.schema_version),
    fence: Number(row.fence),
    committedAt: new Date(Number(row.committed_ms)).toISOString(),
    detail: { fileNo: Number(row.file_no), table: row.facts as string | null },
  }
}
