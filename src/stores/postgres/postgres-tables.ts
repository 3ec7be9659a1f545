import { attemptCodec, jobCodec, pollCodec, tallyCodec } from '../record-codecs.js'
import type { JobRecord, StoreTables } from '../store-tables.js'
import { integer, presentRow, text } from '../stored-values.js'
import { TryAgain } from './postgres-errors.js'
import { postgresFiles } from './postgres-files.js'
import { RecordSql, timestamp } from './record-sql.js'
import type { TableSession } from './table-session.js'

const jobSql = new RecordSql(jobCodec)
const attemptSql = new RecordSql(attemptCodec)
const pollSql = new RecordSql(pollCodec)
const tallySql = new RecordSql(tallyCodec)

const LOCKS = { shared: 'FOR SHARE OF t', own: 'FOR UPDATE OF t' } as const

/** {@link StoreTables} of one transaction. */
export function postgresTables(session: TableSession): StoreTables {
  const { schema, pending } = session
  const fences = `'${schema.replaceAll("'", "''")}.fence_seq'`
  return {
    ...postgresFiles(session),

    async job(id, hold) {
      const lock = hold === undefined || !session.holds ? '' : LOCKS[hold]
      const [row] = await session.ask(`SELECT ${jobSql.select} FROM ${schema}.job AS t WHERE t.id = $1 ${lock}`, id)
      return row && jobCodec.read(row)
    },

    async jobs(after, limit) {
      const found = await session.ask(
        `SELECT ${jobSql.select} FROM ${schema}.job AS t WHERE $1::text IS NULL OR t.id > $1 ORDER BY t.id LIMIT $2`,
        after ?? null,
        Math.max(0, limit),
      )
      return found.map((row) => jobCodec.read(row))
    },

    async insertJob(values, now) {
      const [next] = await session.ask(`SELECT nextval(pg_get_serial_sequence('${schema.replaceAll("'", "''")}.job', 'job_no')) AS n`)
      const job: JobRecord = { ...values, jobNo: integer(presentRow(next, 'job'), 'n') }
      const inserted = await session.ask(
        `INSERT INTO ${schema}.job (${jobSql.columns}, created_at, changed_at) OVERRIDING SYSTEM VALUE
         SELECT ${jobSql.values}, ${timestamp('$2::bigint')}, ${timestamp('$2::bigint')} FROM ${jobSql.records}
         ON CONFLICT (id) DO NOTHING RETURNING 1 AS one`,
        jobSql.json([job]),
        now,
      )
      // Another worker was faster: the next try sees its row.
      if (inserted.length === 0) throw new TryAgain()
      pending.run(`INSERT INTO ${schema}.job_poll (job_no, next_poll_at) VALUES ($1, ${timestamp('$2::bigint')})`, job.jobNo, now)
      pending.run(`INSERT INTO ${schema}.job_tally (job_no) VALUES ($1)`, job.jobNo)
      return job
    },

    saveJob: (job, now) =>
      pending.run(
        `UPDATE ${schema}.job AS t SET ${jobSql.setsBut('job_no')}, changed_at = ${timestamp('$2::bigint')}
         FROM ${jobSql.records} WHERE t.job_no = r.job_no`,
        jobSql.json([job]),
        now,
      ),

    async schemaNumber(jobNo, hash) {
      const [row] = await session.ask(`SELECT version FROM ${schema}.job_schema WHERE job_no = $1 AND hash = $2`, jobNo, hash)
      return row && integer(row, 'version')
    },

    insertSchema: (jobNo, number, hash, body, now) =>
      pending.run(
        `INSERT INTO ${schema}.job_schema (job_no, version, hash, body, created_at) VALUES ($1, $2, $3, $4::json, ${timestamp('$5::bigint')})`,
        jobNo,
        number,
        hash,
        body,
        now,
      ),

    async pinned(jobNo, schemaVersion, column) {
      const [row] = await session.ask(
        `SELECT type::text AS type FROM ${schema}.job_pin WHERE job_no = $1 AND schema_version = $2 AND column_name = $3`,
        jobNo,
        schemaVersion,
        storable(column),
      )
      return row && text(row, 'type')
    },

    insertPin: (jobNo, schemaVersion, column, type) =>
      pending.run(
        `INSERT INTO ${schema}.job_pin (job_no, schema_version, column_name, type) VALUES ($1, $2, $3, $4::json)`,
        jobNo,
        schemaVersion,
        storable(column),
        type,
      ),

    async attempt(fileNo, fence) {
      const [row] = await session.ask(
        `SELECT ${attemptSql.select} FROM ${schema}.attempt AS t WHERE t.file_no = $1 AND t.fence = $2`,
        fileNo,
        fence,
      )
      return row && attemptCodec.read(row)
    },

    insertAttempt: (attempt) => pending.insertAttempt(attempt),
    saveAttempt: (attempt) => pending.saveAttempt(attempt),

    async attempts(jobNo, key) {
      const found = await session.ask(
        `SELECT f.version AS file_version, ${attemptSql.select} FROM ${schema}.file AS f
         JOIN ${schema}.attempt AS t ON t.file_no = f.file_no WHERE f.job_no = $1 AND f.key = $2 ORDER BY t.fence`,
        jobNo,
        key,
      )
      return found.map((row) => ({ ...attemptCodec.read(row), version: text(row, 'file_version') }))
    },

    async tally(jobNo) {
      const [row] = await session.ask(`SELECT ${tallySql.select} FROM ${schema}.job_tally AS t WHERE t.job_no = $1`, jobNo)
      return tallyCodec.read(presentRow(row, 'job_tally'))
    },

    changeTally: (jobNo, change) => pending.changeTally(jobNo, change),

    async poll(jobNo) {
      const lock = session.holds ? 'FOR UPDATE OF t' : ''
      const [row] = await session.ask(`SELECT ${pollSql.select} FROM ${schema}.job_poll AS t WHERE t.job_no = $1 ${lock}`, jobNo)
      return pollCodec.read(presentRow(row, 'job_poll'))
    },

    savePoll: (jobNo, poll) =>
      pending.run(
        `UPDATE ${schema}.job_poll AS t SET ${pollSql.sets} FROM ${pollSql.records} WHERE t.job_no = $2::bigint`,
        pollSql.json([poll]),
        jobNo,
      ),

    async nextFence() {
      // Both only rise, so their sum does: no lock that workers would wait for.
      const [row] = await session.ask(`SELECT fence_base + nextval(${fences}) AS fence FROM ${schema}.meta`)
      return integer(presentRow(row, 'meta'), 'fence')
    },

    async raiseFence(above) {
      await session.ask(
        `UPDATE ${schema}.meta SET fence_base = greatest(fence_base, $1::bigint -
           (SELECT last_value - (NOT is_called)::int FROM ${schema}.fence_seq))`,
        above,
      )
    },
  }
}

/** The name of a column may hold what no text of Postgres does: such characters are written as JSON writes them. */
function storable(column: string): string {
  return JSON.stringify(column).slice(1, -1)
}
