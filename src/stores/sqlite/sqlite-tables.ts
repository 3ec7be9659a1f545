import { StoreError } from '../../errors.js'
import type { StoreTables } from '../store-tables.js'
import { attemptCodec, jobCodec, pollCodec, tallyCodec } from './codecs.js'
import { sqliteFiles } from './sqlite-files.js'
import { integer, type SqlRow, type Statements, text } from './statements.js'

/** {@link StoreTables} of one connection; the caller has a transaction open. */
export function sqliteTables(sql: Statements): StoreTables {
  const selectJob = `SELECT ${jobCodec.columns} FROM lading_job`
  const selectAttempt = `SELECT ${attemptCodec.columns} FROM lading_attempt`
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
        `INSERT INTO lading_job (${jobCodec.columns}, created_at, changed_at) VALUES (${jobCodec.marks}, ?, ?)`,
        ...jobCodec.values(job),
        now,
        now,
      )
      sql.run('INSERT INTO lading_job_poll (job_no, next_poll_at) VALUES (?, ?)', job.jobNo, now)
      sql.run('INSERT INTO lading_job_tally (job_no) VALUES (?)', job.jobNo)
      return job
    },

    saveJob: (job, now) =>
      sql.run(`UPDATE lading_job SET ${jobCodec.sets}, changed_at = ? WHERE job_no = ?`, ...jobCodec.values(job), now, job.jobNo),

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
      sql.run(`INSERT INTO lading_attempt (${attemptCodec.columns}) VALUES (${attemptCodec.marks})`, ...attemptCodec.values(attempt)),

    saveAttempt: (attempt) =>
      sql.run(
        `UPDATE lading_attempt SET ${attemptCodec.sets} WHERE file_no = ? AND fence = ?`,
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

    tally: (jobNo) =>
      tallyCodec.read(one(sql.get(`SELECT ${tallyCodec.columns} FROM lading_job_tally WHERE job_no = ?`, jobNo), 'job_tally')),

    saveTally: (jobNo, tally) =>
      sql.run(`UPDATE lading_job_tally SET ${tallyCodec.sets} WHERE job_no = ?`, ...tallyCodec.values(tally), jobNo),

    poll: (jobNo) => pollCodec.read(one(sql.get(`SELECT ${pollCodec.columns} FROM lading_job_poll WHERE job_no = ?`, jobNo), 'job_poll')),

    savePoll: (jobNo, poll) => sql.run(`UPDATE lading_job_poll SET ${pollCodec.sets} WHERE job_no = ?`, ...pollCodec.values(poll), jobNo),

    nextFence: () => integer(one(sql.get('UPDATE lading_meta SET fence = fence + 1 RETURNING fence'), 'meta'), 'fence'),

    raiseFence: (above) => sql.run('UPDATE lading_meta SET fence = max(fence, ?)', above),
  }
}

function one(row: SqlRow | undefined, table: string): SqlRow {
  if (row !== undefined) return row
  throw new StoreError('LEDGER_UNREADABLE', `A row of the table lading_${table} is missing from the job store.`, {
    remedy: 'Restore the file from a backup. Nothing was changed.',
  })
}
