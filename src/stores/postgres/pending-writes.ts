import type { FileRow } from '../file-row.js'
import { changedTally } from '../job-tally.js'
import { attemptCodec, fileCodec, tallyCodec } from '../record-codecs.js'
import type { AttemptRecord, TallyRecord } from '../store-tables.js'
import { presentRow } from '../stored-values.js'
import type { Query } from './postgres-session.js'
import { RecordSql } from './record-sql.js'

const file = new RecordSql(fileCodec)
const attempt = new RecordSql(attemptCodec)
const tally = new RecordSql(tallyCodec)

/**
 * What a transaction has yet to write: a page of a thousand files is one statement. Flushed before the next answer is
 * asked for, and before COMMIT; the tally, which all workers of a job share, only then.
 */
export class PendingWrites {
  readonly #newFiles = new Map<number, FileRow>()
  readonly #files = new Map<number, FileRow>()
  readonly #newAttempts: AttemptRecord[] = []
  readonly #attempts: AttemptRecord[] = []
  readonly #statements: (readonly [string, readonly unknown[]])[] = []
  readonly #tallies = new Map<number, TallyRecord>()
  #jobNo = 0

  insertFile(jobNo: number, row: FileRow): void {
    this.#jobNo = jobNo
    this.#newFiles.set(row.fileNo, row)
  }

  saveFile(row: FileRow): void {
    const rows = this.#newFiles.has(row.fileNo) ? this.#newFiles : this.#files
    rows.set(row.fileNo, row)
  }

  insertAttempt(record: AttemptRecord): void {
    this.#newAttempts.push(record)
  }

  saveAttempt(record: AttemptRecord): void {
    this.#attempts.push(record)
  }

  run(sql: string, ...values: readonly unknown[]): void {
    this.#statements.push([sql, values])
  }

  changeTally(jobNo: number, change: TallyRecord): void {
    this.#tallies.set(jobNo, changedTally(this.#tallies.get(jobNo) ?? nothing, change))
  }

  async flush(query: Query, schema: string): Promise<void> {
    const newFiles = taken(this.#newFiles)
    if (newFiles.length > 0) {
      await query(`INSERT INTO ${schema}.file (job_no, ${file.columns}) SELECT $2::bigint, ${file.values} FROM ${file.records}`, [
        file.json(newFiles),
        this.#jobNo,
      ])
    }
    await this.#update(
      query,
      `${schema}.file AS t SET ${file.sets}`,
      `${file.records} WHERE t.file_no = r.file_no`,
      file,
      taken(this.#files),
    )
    const newAttempts = this.#newAttempts.splice(0)
    if (newAttempts.length > 0) {
      await query(`INSERT INTO ${schema}.attempt (${attempt.columns}) SELECT ${attempt.values} FROM ${attempt.records}`, [
        attempt.json(newAttempts),
      ])
    }
    const same = 't.file_no = r.file_no AND t.fence = r.fence'
    const attempts = this.#attempts.splice(0)
    await this.#update(query, `${schema}.attempt AS t SET ${attempt.sets}`, `${attempt.records} WHERE ${same}`, attempt, attempts)
    for (const [sql, values] of this.#statements.splice(0)) await query(sql, values)
  }

  /** The tally too: the last statement of a transaction. */
  async finish(query: Query, schema: string): Promise<void> {
    await this.flush(query, schema)
    for (const [jobNo, change] of this.#tallies) {
      await query(
        `UPDATE ${schema}.job_tally AS t SET imported = t.imported + r.imported, rows_written = t.rows_written + r.rows_written,
           rows_rejected = t.rows_rejected + r.rows_rejected, bytes = t.bytes + r.bytes,
           last_imported_at = greatest(t.last_imported_at, to_timestamp(r.last_imported_at / 1000.0))
         FROM ${tally.records} WHERE t.job_no = $2::bigint`,
        [tally.json([change]), jobNo],
      )
    }
    this.#tallies.clear()
  }

  async #update<T extends object>(query: Query, set: string, from: string, sql: RecordSql<T>, records: readonly T[]): Promise<void> {
    if (records.length === 0) return
    const written = await query(`UPDATE ${set} FROM ${from} RETURNING 1 AS one`, [sql.json(records)])
    // They were read in this very transaction, and none is ever deleted.
    if (written.length !== records.length) presentRow(undefined, set.slice(0, set.indexOf(' ')))
  }
}

function taken<K, V>(map: Map<K, V>): readonly V[] {
  const values = [...map.values()]
  map.clear()
  return values
}

const nothing: TallyRecord = { imported: 0, rowsWritten: 0, rowsRejected: 0, bytes: 0, lastImportedAt: null }
