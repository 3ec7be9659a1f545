import type { FileRow } from '../file-row.js'
import { fileCodec } from '../record-codecs.js'
import { integer, type SqlRow } from '../stored-values.js'
import { RecordSql } from './record-sql.js'
import type { TableSession } from './table-session.js'

const { select } = new RecordSql(fileCodec)

/** All versions of the keys that a transaction deals with, read once and then as the transaction has changed them. */
export class KeyVersions {
  readonly #session: TableSession
  readonly #known = new Map<string, FileRow[]>()
  readonly #fileNos: number[] = []

  constructor(session: TableSession) {
    this.#session = session
  }

  async expect(jobNo: number, keys: readonly string[], inserts: number): Promise<void> {
    const wanted = [...new Set(keys)].filter((key) => !this.#known.has(key))
    if (wanted.length > 0) {
      // One discovery of a job at a time: two would not see each other's new versions of a key.
      const { schema } = this.#session
      if (inserts > 0) await this.#session.ask(`SELECT 1 AS one FROM ${schema}.job_poll WHERE job_no = $1 FOR UPDATE`, jobNo)
      const found = await this.#read(jobNo, wanted, this.#session.holds ? 'FOR UPDATE OF t' : '')
      for (const key of wanted) this.#known.set(key, [])
      for (const row of found) this.#known.get(row.key)?.push(row)
    }
    if (inserts > 0) await this.#reserve(inserts)
  }

  async versions(jobNo: number, key: string): Promise<readonly FileRow[]> {
    await this.expect(jobNo, [key], 0)
    return [...(this.#known.get(key) ?? [])]
  }

  async file(jobNo: number, key: string, version: string): Promise<FileRow | undefined> {
    const known = this.#known.get(key)
    if (known !== undefined) return known.find((row) => row.version === version)
    const [row] = await this.#session.ask(
      `SELECT ${select} FROM ${this.#session.schema}.file AS t WHERE t.job_no = $1 AND t.key = $2 AND t.version = $3
       ${this.#session.holds ? 'FOR UPDATE OF t' : ''}`,
      jobNo,
      key,
      version,
    )
    return row && fileCodec.read(row)
  }

  /**
   * Takes hold of all versions of the keys without waiting for anyone. Resolves to the keys of which another
   * transaction holds a version: what is to become of that one is not known yet.
   */
  async hold(jobNo: number, keys: readonly string[]): Promise<ReadonlySet<string>> {
    const wanted = [...new Set(keys)].filter((key) => !this.#known.has(key))
    if (wanted.length === 0) return new Set()
    const { schema } = this.#session
    const found = await this.#session.ask(
      `SELECT ${select}, (SELECT count(*) FROM ${schema}.file AS o WHERE o.job_no = t.job_no AND o.key = t.key) AS versions
       FROM ${schema}.file AS t WHERE t.job_no = $1 AND t.key = ANY($2::text[]) ORDER BY t.file_no FOR UPDATE OF t SKIP LOCKED`,
      jobNo,
      wanted,
    )
    const busy = new Set<string>()
    for (const key of wanted) {
      const rows = found.filter((row) => row.key === key)
      if (rows.length > 0 && rows.length === integer(rows[0] as SqlRow, 'versions'))
        this.#known.set(
          key,
          rows.map((row) => fileCodec.read(row)),
        )
      else busy.add(key)
    }
    return busy
  }

  async insert(jobNo: number, values: Omit<FileRow, 'fileNo'>): Promise<FileRow> {
    if (this.#fileNos.length === 0) await this.#reserve(1)
    const row = { ...values, fileNo: this.#fileNos.shift() as number }
    this.#known.get(row.key)?.push(row)
    this.#session.pending.insertFile(jobNo, row)
    return row
  }

  save(row: FileRow): void {
    const known = this.#known.get(row.key)
    const at = known?.findIndex(({ fileNo }) => fileNo === row.fileNo) ?? -1
    if (known !== undefined && at !== -1) known[at] = row
    this.#session.pending.saveFile(row)
  }

  async #read(jobNo: number, keys: readonly string[], lock: string): Promise<readonly FileRow[]> {
    const rows: readonly SqlRow[] = await this.#session.ask(
      `SELECT ${select} FROM ${this.#session.schema}.file AS t WHERE t.job_no = $1 AND t.key = ANY($2::text[]) ORDER BY t.file_no ${lock}`,
      jobNo,
      keys,
    )
    return rows.map((row) => fileCodec.read(row))
  }

  async #reserve(count: number): Promise<void> {
    const missing = count - this.#fileNos.length
    if (missing <= 0) return
    const rows = await this.#session.ask(
      `SELECT nextval('${this.#session.schema.replaceAll("'", "''")}.file_seq') AS n FROM generate_series(1, $1::bigint)`,
      missing,
    )
    this.#fileNos.push(...rows.map((row) => integer(row, 'n')).sort((a, b) => a - b))
  }
}
