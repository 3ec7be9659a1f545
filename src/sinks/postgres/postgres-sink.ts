import type { Sink } from '../../contracts/sink.js'
import { ConfigError } from '../../errors.js'
import { probe } from '../../util/probe.js'
import { checkWindow, type JoinReport, type JoinReportOptions } from '../join-report.js'
import { placeOf } from '../names.js'
import { checkPool, type PostgresSinkPool } from './client.js'
import { PostgresDatabase } from './postgres-database.js'
import { statementError } from './postgres-error.js'
import { postgresJoinReport } from './postgres-join-report.js'
import { PostgresWriter } from './postgres-writer.js'

export interface PostgresSinkOptions {
  /** Where its tables are, made at the first use when it is not there. The store's tables may be there too. @defaultValue 'lading' */
  readonly schema?: string
  /** Where records go that are not about a model; needed for them alone. Made in the schema when missing. */
  readonly table?: string
  /**
   * Where a file's rows wait for its commit: in temporary tables of a session, or of one transaction from the first row
   * to the commit. `transaction` is for a proxy that gives each transaction another server connection; it holds back
   * vacuum for as long as a file takes.
   *
   * @defaultValue 'session'
   */
  readonly staging?: 'session' | 'transaction'
  /**
   * Outcomes join predictions whose files came at most this long before or after, in milliseconds; `Infinity` is allowed.
   * Kept in the database, for all sinks on it; changing it imports nothing again.
   *
   * @defaultValue as the database has it; in a new one 14 days
   */
  readonly joinWindowMs?: number
  /**
   * Also keep the joined predictions as a table, `inference_rows`: each commit joins anew the ids that it touched. For
   * those who read much. Kept in the database, for all sinks on it; `false` drops the table.
   *
   * @defaultValue as the database has it; in a new one false
   */
  readonly materialize?: boolean
}

/** A Postgres database that takes records. */
export interface PostgresSink extends Sink<object> {
  /** The pool: with `postgresStore` on the same one, rows and ledger are one transaction. */
  readonly database: object
  /** How delayed rows meet their predictions, in figures. Reads all facts: tens of seconds for millions of rows. */
  joinReport(options?: JoinReportOptions): Promise<JoinReport>
}

const ownNames: ReadonlySet<string> = new Set([
  ...['sink_fence', 'import_file', 'fact_column', 'prediction', 'outcome', 'inference', 'inference_rows', 'inference_state'],
  ...['job', 'job_schema', 'job_pin', 'job_poll', 'job_tally', 'file', 'attempt', 'meta', 'fence_seq'],
])

/**
 * A Postgres database, 14 or newer: transactional, and `replaces`. Any number of workers and processes may use it. With
 * {@link postgresStore} on the same pool, rows and ledger are one transaction.
 *
 * - Records about a model go to `prediction`, or to `outcome` when their schema has no prediction side; others to `table`.
 * - The view `inference` is the join of the two: each current prediction with what its outcomes say, field by field the
 *   latest non-null value. It depends on what files are there, never on the order of their import.
 * - One column per field, added as files bring them; features, tags, SHAP values and embeddings are one `jsonb` each, by
 *   name, names without a value left out. Names beyond 63 bytes get a suffix: `fact_column` lists which column keeps which.
 * - Every row has `file_no`, of `import_file` (job, key, version, generation and the receipt), and `row_no`, 1-based: the
 *   primary key.
 * - A column whose type differs between files is widened where every value stays exact: whole numbers with floats as long
 *   as they are exact in double precision; labels also to text. A text column takes numbers as text. Otherwise the file
 *   fails with `SINK_FAILED`, which names column, types and the remedy. A text with U+0000 fails its file too.
 *
 * Each file in flight holds a connection of the pool; the pool stays the host's. A lock that others hold for half a minute,
 * and a connection that cannot be had, is `SINK_UNAVAILABLE`.
 *
 * @param pool a `Pool` of the package `pg`, or anything with its `connect()`
 */
export function postgresSink(pool: PostgresSinkPool, options: PostgresSinkOptions = {}): PostgresSink {
  const { schema = 'lading', table, staging = 'session', joinWindowMs, materialize } = options
  checkPool(pool)
  checkName(schema, 'schema')
  if (table !== undefined) checkName(table, 'table')
  if (table !== undefined && ownNames.has(table)) {
    throw new ConfigError('CONFIG_INVALID', `the table ${table} belongs to the sink or the store themselves`, {
      remedy: 'Give records that are not about a model a table of another name.',
    })
  }
  if (joinWindowMs !== undefined) checkWindow(joinWindowMs, 'joinWindowMs of postgresSink')
  const database = new PostgresDatabase(pool, schema, { joinWindowMs, materialize })
  return {
    delivery: 'transactional',
    replaces: true,
    database: pool,
    async begin(file, { signal }) {
      signal.throwIfAborted()
      const session = await database.open()
      let writer: PostgresWriter | undefined
      let failed = true
      try {
        // The ledger row is the fence of a shared database, and nobody can hold a lower one of a first file.
        if (!file.shared && !file.first) await session.transaction(() => database.receipts.raiseFence(session, file))
        await probe('P10', placeOf(file))
        const receipt = file.first ? undefined : await database.receipts.find(session, file)
        failed = false
        if (receipt !== undefined) return receipt
        writer = new PostgresWriter(database, session, file, { table, inTransaction: staging === 'transaction' })
        return writer
      } catch (error) {
        throw statementError(error, `asking about ${JSON.stringify(file.key)}`, file.key)
      } finally {
        if (writer === undefined) session.release(failed)
      }
    },
    async joinReport({ asOf = new Date(), windowMs } = {}) {
      if (windowMs !== undefined) checkWindow(windowMs, 'windowMs of joinReport')
      return postgresJoinReport(database, asOf, windowMs)
    },
  }
}

/** @throws ConfigError `CONFIG_INVALID` */
function checkName(name: string, what: string): void {
  if (typeof name === 'string' && name !== '' && !name.includes('\0') && Buffer.byteLength(name) <= 63) return
  throw new ConfigError('CONFIG_INVALID', `the ${what} of postgresSink has no usable name`, { remedy: 'Give it a name of 1 to 63 bytes.' })
}
