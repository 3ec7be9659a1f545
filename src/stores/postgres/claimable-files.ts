import type { FileRow } from '../file-row.js'
import { leaseLost, waitsFor } from '../file-transitions.js'
import { fileCodec } from '../record-codecs.js'
import type { KeyVersions } from './key-versions.js'
import { TryAgain } from './postgres-errors.js'
import { RecordSql, timestamp } from './record-sql.js'
import type { TableSession } from './table-session.js'

const { select } = new RecordSql(fileCodec)

/**
 * Rows for a worker to take. Never waits for another worker: a row that another transaction holds is passed over, and so
 * is a row of whose key it holds another version. What is given is held with all versions of its key.
 */
export class ClaimableFiles {
  readonly #session: TableSession
  readonly #versions: KeyVersions
  readonly #busy = new Set<string>()
  #given = false

  constructor(session: TableSession, versions: KeyVersions) {
    this.#session = session
    this.#versions = versions
  }

  lost(jobNo: number, worker: string, now: number, inDoubtOnly: boolean, limit: number): Promise<readonly FileRow[]> {
    // A worker's id is all before the last slash.
    return this.#taken(
      jobNo,
      `t.state = 'claimed' ${inDoubtOnly ? 'AND t.in_doubt' : ''} AND (t.lease_until < ${timestamp('$4::bigint')} OR (t.owner <> $5
         AND regexp_replace(t.owner, '/[^/]*$', '') = regexp_replace($5, '/[^/]*$', '')))`,
      't.lease_until, t.file_no',
      [limit, now, worker],
      (row) => row.state === 'claimed' && leaseLost(row, worker, now),
    )
  }

  async claimable(jobNo: number, now: number, inDoubtOnly: boolean, limit: number): Promise<readonly FileRow[]> {
    const file = `${this.#session.schema}.file`
    const rows = await this.#taken(
      jobNo,
      // `waitsFor`, each half on its own partial index.
      `t.state = 'pending' ${inDoubtOnly ? 'AND t.in_doubt' : ''} AND t.not_before <= ${timestamp('$4::bigint')}
         AND NOT EXISTS (SELECT 1 FROM ${file} AS o WHERE o.job_no = $1 AND o.key = t.key AND o.state = 'claimed')
         AND (t.crashes > 0 OR t.in_doubt OR NOT EXISTS (SELECT 1 FROM ${file} AS o
           WHERE o.job_no = $1 AND o.key = t.key AND o.state = 'pending' AND (o.crashes > 0 OR o.in_doubt)))`,
      't.not_before, t.file_no',
      [limit, now],
      (row, versions) => row.state === 'pending' && !versions.some((other) => waitsFor(row, other)),
    )
    // Two workers may pass over the same key, each for the other's sake: neither may say that there is nothing to do.
    if (rows.length === 0 && this.#busy.size > 0 && !this.#given && !this.#session.lastTry) throw new TryAgain()
    return rows
  }

  async #taken(
    jobNo: number,
    condition: string,
    order: string,
    [limit, ...values]: readonly [number, ...unknown[]],
    stillStands: (row: FileRow, versions: readonly FileRow[]) => boolean,
  ): Promise<readonly FileRow[]> {
    for (;;) {
      const found = await this.#session.ask(
        `SELECT ${select} FROM ${this.#session.schema}.file AS t WHERE t.job_no = $1 AND t.key <> ALL($2::text[]) AND ${condition}
         ORDER BY ${order} LIMIT $3 FOR UPDATE OF t SKIP LOCKED`,
        jobNo,
        [...this.#busy],
        limit,
        ...values,
      )
      const rows = found.map((row) => fileCodec.read(row))
      const busy = await this.#versions.hold(
        jobNo,
        rows.map((row) => row.key),
      )
      const free: FileRow[] = []
      for (const row of rows) {
        const versions = busy.has(row.key) ? [] : await this.#versions.versions(jobNo, row.key)
        const now = versions.find(({ fileNo }) => fileNo === row.fileNo)
        if (now !== undefined && stillStands(now, versions)) free.push(now)
        else this.#busy.add(row.key)
      }
      if (free.length > 0 || rows.length === 0) {
        this.#given ||= free.length > 0
        return free
      }
    }
  }
}
