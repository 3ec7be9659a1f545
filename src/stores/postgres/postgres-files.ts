import type { FileRow } from '../file-row.js'
import { fileCodec } from '../record-codecs.js'
import type { FileQuery, ResetChoice, StoreTables } from '../store-tables.js'
import { integer, integerOrNull, type SqlRow } from '../stored-values.js'
import { afterAllUnder } from './after-all-under.js'
import { ClaimableFiles } from './claimable-files.js'
import { KeyVersions } from './key-versions.js'
import { milliseconds, RecordSql, timestamp } from './record-sql.js'
import type { TableSession } from './table-session.js'

type FileTable = Pick<
  StoreTables,
  | 'expect'
  | 'unknown'
  | 'file'
  | 'versions'
  | 'insertFile'
  | 'saveFile'
  | 'claimed'
  | 'lost'
  | 'claimable'
  | 'pending'
  | 'reset'
  | 'files'
  | 'count'
>

const { select } = new RecordSql(fileCodec)

/** `wantsDiscovery` as a condition. */
const WANTED = `t.file_no IS NULL OR (t.state = 'imported' AND t.replaced_by IS NOT NULL) OR (t.state = 'skipped' AND (
  t.rule IN ('superseded', 'vanished') OR (t.rule <> 'overwrite_ignored' AND coalesce(t.rules_version, 0) < $3::bigint)))`

const RESET = `state = 'pending', rule = NULL, not_before = ${timestamp('$1::bigint')}, owner = NULL, lease_until = NULL, attempts = 0,
  crashes = 0, returns = 0, rows_read = NULL, rows_written = NULL, rows_rejected = NULL, format = NULL, error = NULL, issues = NULL,
  receipt = NULL, finished_at = NULL`
const NEXT_GENERATION = 'generation = t.generation + 1, in_doubt = false, dirty = false, plan = NULL, schema_version = NULL'

/** What no text of Postgres holds: U+0000, and halves of characters. */
const UNSTORABLE = /[\0\p{Cs}]/u

/** The table of files inside one transaction. */
export function postgresFiles(session: TableSession): FileTable {
  const { schema } = session
  const versions = new KeyVersions(session)
  const claimable = new ClaimableFiles(session, versions)
  const rows = (found: readonly SqlRow[]): readonly FileRow[] => found.map((row) => fileCodec.read(row))
  const one = async (sql: string, ...values: readonly unknown[]): Promise<SqlRow> => (await session.ask(sql, ...values))[0] ?? {}
  const counted = async (condition: string, jobNo: number, now: number, most: number): Promise<number> =>
    integer(await one(`SELECT count(*) AS n FROM (SELECT 1 FROM ${schema}.file WHERE ${condition} LIMIT $3) AS t`, jobNo, now, most), 'n')

  return {
    expect: (jobNo, keys, inserts) => versions.expect(jobNo, keys, inserts),
    versions: (jobNo, key) => versions.versions(jobNo, key),
    file: (jobNo, key, version) => versions.file(jobNo, key, version),
    insertFile: (jobNo, values) => versions.insert(jobNo, values),
    saveFile: (_jobNo, row) => versions.save(row),
    lost: (...of) => claimable.lost(...of),
    claimable: (...of) => claimable.claimable(...of),

    async unknown(jobNo, page, rulesVersion) {
      const named = page.map(({ key, version }, i) => ({ i, key, version }))
      const storable = named.filter(({ key, version }) => !UNSTORABLE.test(key) && !UNSTORABLE.test(version))
      const found = await session.ask(
        `SELECT o.i FROM json_to_recordset($1::json) AS o(i bigint, key text, version text)
         LEFT JOIN ${schema}.file AS t ON t.job_no = $2::bigint AND t.key = o.key AND t.version = o.version WHERE ${WANTED}`,
        JSON.stringify(storable),
        jobNo,
        rulesVersion,
      )
      const wanted = new Set(found.map((row) => integer(row, 'i')))
      for (const { i } of named) if (!storable.some((object) => object.i === i)) wanted.add(i)
      return [...wanted].sort((a, b) => a - b)
    },

    claimed: async (jobNo) =>
      rows(
        await session.ask(
          `SELECT ${select} FROM ${schema}.file AS t WHERE t.job_no = $1 AND t.state = 'claimed' ORDER BY t.lease_until, t.file_no`,
          jobNo,
        ),
      ),

    async pending(jobNo, now, inDoubtOnly, most) {
      const which = `job_no = $1 AND state = 'pending'${inDoubtOnly ? ' AND in_doubt' : ''}`
      const at = timestamp('$2::bigint')
      const next = await one(
        `SELECT ${milliseconds('min(not_before)')} AS at FROM ${schema}.file WHERE ${which} AND not_before > ${at}`,
        jobNo,
        now,
      )
      return {
        due: await counted(`${which} AND not_before <= ${at}`, jobNo, now, most),
        later: await counted(`${which} AND not_before > ${at}`, jobNo, now, most),
        nextAt: integerOrNull(next, 'at'),
      }
    },

    async reset(jobNo, which: ResetChoice, now) {
      const { condition, values } = conditionOf(jobNo, which, 2)
      const unreplaced = which.state === 'imported' ? ' AND t.replaced_by IS NULL' : ''
      const sets = which.state === 'imported' || which.nextGeneration ? `${RESET}, ${NEXT_GENERATION}` : RESET
      // What an UPDATE returns is what it wrote: the sums are of the rows as they were.
      const sum = await one(
        `WITH old AS (SELECT t.file_no, t.rows_written, t.rows_rejected, t.size FROM ${schema}.file AS t
           WHERE ${condition}${unreplaced} ORDER BY t.file_no FOR UPDATE OF t),
         done AS (UPDATE ${schema}.file AS t SET ${sets} FROM old WHERE t.file_no = old.file_no RETURNING t.file_no)
         SELECT count(*) AS files, coalesce(sum(old.rows_written), 0)::bigint AS rows_written,
           coalesce(sum(old.rows_rejected), 0)::bigint AS rows_rejected, coalesce(sum(old.size), 0)::bigint AS bytes
         FROM old JOIN done USING (file_no)`,
        now,
        ...values,
      )
      return {
        files: integer(sum, 'files'),
        rowsWritten: integer(sum, 'rows_written'),
        rowsRejected: integer(sum, 'rows_rejected'),
        bytes: integer(sum, 'bytes'),
      }
    },

    async files(jobNo, query: FileQuery) {
      const { condition, values } = conditionOf(jobNo, query, 1)
      const limit = Math.max(0, query.limit)
      const selected = `SELECT ${select} FROM ${schema}.file AS t WHERE ${condition}`
      const next = `$${values.length + 1}`
      const page = rows(await session.ask(`${selected} ORDER BY t.key, t.file_no LIMIT ${next}`, ...values, limit))
      const last = page.at(-1)
      if (last === undefined || page.length < limit) return page
      const rest = `${selected} AND t.key = ${next} AND t.file_no > $${values.length + 2} ORDER BY t.file_no`
      return [...page, ...rows(await session.ask(rest, ...values, last.key, last.fileNo))]
    },

    async count(jobNo) {
      const counts = { pending: 0, claimed: 0, failed: 0, skipped: 0 }
      const found = await session.ask(
        `SELECT state, count(*) AS n FROM ${schema}.file WHERE job_no = $1 AND state <> 'imported' GROUP BY state`,
        jobNo,
      )
      for (const row of found) counts[row.state as keyof typeof counts] = integer(row, 'n')
      return counts
    },
  }
}

/** A choice of files as a condition, its values bound from parameter `first` on. */
function conditionOf(
  jobNo: number,
  { after, under, key, state }: Omit<FileQuery, 'limit'>,
  first: number,
): { readonly condition: string; readonly values: readonly unknown[] } {
  const terms: string[] = []
  const values: unknown[] = []
  const add = (term: string, value: unknown): void => {
    terms.push(`${term} $${first + values.length}`)
    values.push(value)
  }
  add('t.job_no =', jobNo)
  if (state !== undefined) add('t.state =', state)
  if (state !== undefined && state !== 'imported') terms.push("t.state <> 'imported'")
  if (key !== undefined) add('t.key =', key)
  if (after !== undefined) add('t.key >', after)
  if (under !== undefined) {
    const end = afterAllUnder(under)
    add('t.key >=', under)
    if (end !== undefined) add('t.key <', end)
  }
  return { condition: terms.join(' AND '), values }
}
