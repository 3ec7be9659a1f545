import { changedTally } from '../job-tally.js'
import { attemptCodec, jobCodec, pollCodec, tallyCodec } from '../record-codecs.js'
import type { StoreTables, TallyRecord } from '../store-tables.js'
import { integer, presentRow, text } from '../stored-values.js'
import { recordSql } from './record-sql.js'
import { sqliteFiles } from './sqlite-files.js'
import type { Statements } from './statements.js'

const jobSql = recordSql(jobCodec)
const attemptSql = recordSql(attemptCodec)
const pollSql = recordSql(pollCodec)
const tallySql = recordSql(tallyCodec)

/** {@link StoreTables} of one connection; the caller has a transaction open. */
export function sqliteTables(sql: Statements): StoreTables {
  const selectJob = `SELECT ${jobSql.columns} FROM lading_job`
  const selectAttempt = `SELECT ${attemptSql.columns} FROM lading_attempt`
  const tally = (jobNo: number): TallyRecord =>
    tallyCodec.read(presentRow(sql.get(`SELECT ${tallySql.columns} FROM lading_job_tally WHERE job_no = ?`, jobNo), 'lading_job_tally'))
  return {
    ...sqliteFiles(sql),

    job(id) {
      const row = sql.get(`${selectJob} WHERE id = ?`, id)
      return row && jobCodec.read(row)
    },

    jobs(after, limit) {
      const most = Math.max(0, limit)
      const found =
        after === undefined
          ? sql.all(`${selectJob} ORDER BY id LIMIT ?`, most)
          : sql.all(`${selectJob} WHERE id > ? ORDER BY id LIMIT ?`, after, most)
      return found.map((row) => jobCodec.read(row))
    },

    insertJob(values, now) {
      const job = { ...values, jobNo: integer(sql.get('SELECT coalesce(max(job_no), 0) + 1 AS n FROM lading_job') ?? {}, 'n') }
      sql.run(
        `INSERT INTO lading_job (${jobSql.columns}, created_at, changed_at) VALUES (${jobSql.marks}, ?, ?)`,
        ...jobCodec.values(job),
        now,
        now,
      )
      sql.run('INSERT INTO lading_job_poll (job_no, next_poll_at) VALUES (?, ?)', job.jobNo, now)
      sql.run('INSERT INTO lading_job_tally (job_no) VALUES (?)', job.jobNo)
      return job
    },

    saveJob: (job, now) =>
      sql.run(`UPDATE lading_job SET ${jobSql.sets}, changed_at = ? WHERE job_no = ?`, ...jobCodec.values(job), now, job.jobNo),

    schemaNumber(jobNo, hash) {
      const row = sql.get('SELECT version FROM lading_job_schema WHERE job_no = ? AND hash = ?', jobNo, hash)
      return row && integer(row, 'version')
    },

    insertSchema: (jobNo, number, hash, body, now) =>
      sql.run(
        'INSERT INTO lading_job_schema (job_no, version, hash, body, created_at) VALUES (?, ?, ?, ?, ?)',
        jobNo,
        number,
        hash,
        body,
        now,
      ),

    pinned(jobNo, schemaVersion, column) {
      const row = sql.get(
        'SELECT type FROM lading_job_pin WHERE job_no = ? AND schema_version = ? AND column_name = ?',
        jobNo,
        schemaVersion,
        column,
      )
      return row && text(row, 'type')
    },

    insertPin: (jobNo, schemaVersion, column, type) =>
      sql.run(
        'INSERT INTO lading_job_pin (job_no, schema_version, column_name, type) VALUES (?, ?, ?, ?)',
        jobNo,
        schemaVersion,
        column,
        type,
      ),

    attempt(fileNo, fence) {
      const row = sql.get(`${selectAttempt} WHERE file_no = ? AND fence = ?`, fileNo, fence)
      return row && attemptCodec.read(row)
    },

    insertAttempt: (attempt) =>
      sql.run(`INSERT INTO lading_attempt (${attemptSql.columns}) VALUES (${attemptSql.marks})`, ...attemptCodec.values(attempt)),

    saveAttempt: (attempt) =>
      sql.run(
        `UPDATE lading_attempt SET ${attemptSql.sets} WHERE file_no = ? AND fence = ?`,
        ...attemptCodec.values(attempt),
        attempt.fileNo,
        attempt.fence,
      ),

    attempts: (jobNo, key) =>
      sql
        .all(
          `SELECT f.version AS file_version, a.* FROM lading_file AS f JOIN lading_attempt AS a ON a.file_no = f.file_no
           WHERE f.job_no = ? AND f.key = ? ORDER BY a.fence`,
          jobNo,
          key,
        )
        .map((row) => ({ ...attemptCodec.read(row), version: text(row, 'file_version') })),

    tally,

    changeTally: (jobNo, change) =>
      sql.run(
        `UPDATE lading_job_tally SET ${tallySql.sets} WHERE job_no = ?`,
        ...tallyCodec.values(changedTally(tally(jobNo), change)),
        jobNo,
      ),

    poll: (jobNo) =>
      pollCodec.read(presentRow(sql.get(`SELECT ${pollSql.columns} FROM lading_job_poll WHERE job_no = ?`, jobNo), 'lading_job_poll')),

    savePoll: (jobNo, poll) => sql.run(`UPDATE lading_job_poll SET ${pollSql.sets} WHERE job_no = ?`, ...pollCodec.values(poll), jobNo),

    nextFence: () => integer(presentRow(sql.get('UPDATE lading_meta SET fence = fence + 1 RETURNING fence'), 'lading_meta'), 'fence'),

    raiseFence: (above) => sql.run('UPDATE lading_meta SET fence = max(fence, ?)', above),
  }
}
