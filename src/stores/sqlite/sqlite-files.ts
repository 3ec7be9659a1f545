import type { ObjectInfo } from '../../model/object-info.js'
import type { FileRow } from '../file-row.js'
import { leaseLost } from '../file-transitions.js'
import { fileCodec } from '../record-codecs.js'
import type { FileQuery, ResetSum, StoreTables } from '../store-tables.js'
import { integer, integerOrNull, type SqlRow } from '../stored-values.js'
import type { SqlValue } from './client.js'
import { recordSql } from './record-sql.js'
import type { Statements } from './statements.js'

type FileTable = Pick<
  StoreTables,
  'unknown' | 'file' | 'versions' | 'insertFile' | 'saveFile' | 'claimed' | 'lost' | 'claimable' | 'pending' | 'reset' | 'files' | 'count'
>

const { columns, marks, sets } = recordSql(fileCodec)
const SELECT = `SELECT ${columns} FROM lading_file`

/** The page's keys and versions as one JSON text; `wantsDiscovery` as a condition. */
const UNKNOWN = `
  SELECT o.key AS i FROM json_each(?) AS o LEFT JOIN lading_file AS f
    ON f.job_no = ? AND f.key = json_extract(o.value, '$[0]') AND f.version = json_extract(o.value, '$[1]')
  WHERE f.file_no IS NULL OR (f.state = 'imported' AND f.replaced_by IS NOT NULL) OR (f.state = 'skipped' AND (
    f.rule IN ('superseded', 'vanished') OR (f.rule <> 'overwrite_ignored' AND coalesce(f.rules_version, 0) < ?)))`

/** Each on its own partial index, which SQLite uses only when its condition stands there word for word. */
const PENDING = "job_no = ? AND state = 'pending'"
const PENDING_IN_DOUBT = `${PENDING} AND in_doubt = 1`

const RESET = `state = 'pending', rule = NULL, not_before = ?, owner = NULL, lease_until = NULL, attempts = 0, crashes = 0, returns = 0,
  rows_read = NULL, rows_written = NULL, rows_rejected = NULL, format = NULL, error = NULL, issues = NULL, receipt = NULL, finished_at = NULL`
const NEXT_GENERATION = 'generation = generation + 1, in_doubt = 0, dirty = 0, plan = NULL, schema_version = NULL'

/** The table of files. */
export function sqliteFiles(sql: Statements): FileTable {
  const rows = (found: readonly SqlRow[]): readonly FileRow[] => found.map((row) => fileCodec.read(row))
  const claimed = (jobNo: number): readonly FileRow[] =>
    rows(sql.all(`${SELECT} WHERE job_no = ? AND state = 'claimed' ORDER BY lease_until, file_no`, jobNo))
  const counted = (condition: string, ...values: SqlValue[]): number =>
    integer(sql.get(`SELECT count(*) AS n FROM (SELECT 1 FROM lading_file WHERE ${condition} LIMIT ?)`, ...values) ?? {}, 'n')

  return {
    unknown(jobNo, page: readonly ObjectInfo[], rulesVersion) {
      const names = JSON.stringify(page.map(({ key, version }) => [key, version]))
      return sql.all(UNKNOWN, names, jobNo, rulesVersion).map((row) => integer(row, 'i'))
    },

    file(jobNo, key, version) {
      const row = sql.get(`${SELECT} WHERE job_no = ? AND key = ? AND version = ?`, jobNo, key, version)
      return row && fileCodec.read(row)
    },

    versions: (jobNo, key) => rows(sql.all(`${SELECT} WHERE job_no = ? AND key = ? ORDER BY file_no`, jobNo, key)),

    insertFile(jobNo, values) {
      const next = sql.get('SELECT coalesce(max(file_no), 0) + 1 AS n FROM lading_file') ?? {}
      const row = { ...values, fileNo: integer(next, 'n') }
      sql.run(`INSERT INTO lading_file (job_no, ${columns}) VALUES (?, ${marks})`, jobNo, ...fileCodec.values(row))
      return row
    },

    saveFile: (_jobNo, row) => sql.run(`UPDATE lading_file SET ${sets} WHERE file_no = ?`, ...fileCodec.values(row), row.fileNo),

    claimed,

    lost: (jobNo, worker, now, inDoubtOnly, limit) =>
      claimed(jobNo)
        .filter((row) => leaseLost(row, worker, now) && (!inDoubtOnly || row.inDoubt))
        .slice(0, limit),

    claimable: (jobNo, now, inDoubtOnly, limit) =>
      rows(
        sql.all(
          `${SELECT} AS f WHERE ${inDoubtOnly ? PENDING_IN_DOUBT : PENDING} AND not_before <= ? AND NOT EXISTS (
             SELECT 1 FROM lading_file AS o WHERE o.job_no = f.job_no AND o.key = f.key AND (o.state = 'claimed' OR (o.state = 'pending'
             AND (o.crashes > 0 OR o.in_doubt = 1) AND f.crashes = 0 AND f.in_doubt = 0)))
           ORDER BY not_before, file_no LIMIT ?`,
          jobNo,
          now,
          limit,
        ),
      ),

    pending(jobNo, now, inDoubtOnly, most) {
      const which = inDoubtOnly ? PENDING_IN_DOUBT : PENDING
      const next = sql.get(`SELECT min(not_before) AS at FROM lading_file WHERE ${which} AND not_before > ?`, jobNo, now) ?? {}
      return {
        due: counted(`${which} AND not_before <= ?`, jobNo, now, most),
        later: counted(`${which} AND not_before > ?`, jobNo, now, most),
        nextAt: integerOrNull(next, 'at'),
      }
    },

    reset(jobNo, which, now) {
      const { condition, values } = conditionOf(jobNo, which, which.state === 'imported' ? ['replaced_by IS NULL'] : [])
      const sum = sql.get(
        `SELECT count(*) AS files, coalesce(sum(rows_written), 0) AS rows_written, coalesce(sum(rows_rejected), 0) AS rows_rejected,
           coalesce(sum(size), 0) AS bytes FROM lading_file WHERE ${condition}`,
        ...values,
      )
      const resets = which.state === 'imported' || which.nextGeneration ? `${RESET}, ${NEXT_GENERATION}` : RESET
      sql.run(`UPDATE lading_file SET ${resets} WHERE ${condition}`, now, ...values)
      return sumOf(sum ?? {})
    },

    files(jobNo, query: FileQuery) {
      const { condition, values } = conditionOf(jobNo, query, [])
      const limit = Math.max(0, query.limit)
      const page = rows(sql.all(`${SELECT} WHERE ${condition} ORDER BY key, file_no LIMIT ?`, ...values, limit))
      const last = page.at(-1)
      if (last === undefined || page.length < limit) return page
      const rest = sql.all(`${SELECT} WHERE ${condition} AND key = ? AND file_no > ? ORDER BY file_no`, ...values, last.key, last.fileNo)
      return [...page, ...rows(rest)]
    },

    count(jobNo) {
      const counts = { pending: 0, claimed: 0, failed: 0, skipped: 0 }
      const found = sql.all("SELECT state, count(*) AS n FROM lading_file WHERE job_no = ? AND state <> 'imported' GROUP BY state", jobNo)
      for (const row of found) counts[row.state as keyof typeof counts] = integer(row, 'n')
      return counts
    },
  }
}

/** A choice of files as a condition; all values are bound. */
function conditionOf(
  jobNo: number,
  { after, under, key, state }: Omit<FileQuery, 'limit'>,
  more: readonly string[],
): { readonly condition: string; readonly values: readonly SqlValue[] } {
  const terms = ['job_no = ?', ...more]
  const values: SqlValue[] = [jobNo]
  const add = (term: string, ...bound: SqlValue[]): void => {
    terms.push(term)
    values.push(...bound)
  }
  if (state !== undefined) add('state = ?', state)
  if (state !== undefined && state !== 'imported') add("state <> 'imported'")
  if (key !== undefined) add('key = ?', key)
  if (after !== undefined) add('key > ?', after)
  // No UTF-8 text has a byte FF: all keys that begin so lie below.
  if (under !== undefined) add("key >= ? AND key < ? || CAST(x'FF' AS TEXT)", under, under)
  return { condition: terms.join(' AND '), values }
}

function sumOf(row: SqlRow): ResetSum {
  return {
    files: integer(row, 'files'),
    rowsWritten: integer(row, 'rows_written'),
    rowsRejected: integer(row, 'rows_rejected'),
    bytes: integer(row, 'bytes'),
  }
}
