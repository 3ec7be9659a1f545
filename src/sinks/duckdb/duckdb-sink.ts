import type { DuckDBInstance } from '@duckdb/node-api'
import type { Sink } from '../../contracts/sink.js'
import { ConfigError } from '../../errors.js'
import { probe } from '../../util/probe.js'
import { checkWindow, type JoinReport, type JoinReportOptions } from '../join-report.js'
import { placeOf } from '../names.js'
import { DuckDBDatabase } from './duckdb-database.js'
import { duckdbJoinReport } from './duckdb-join-report.js'
import { DuckDBWriter } from './duckdb-writer.js'
import { findReceipt, raiseFence } from './receipts.js'

export interface DuckDBSinkOptions {
  /** Path of the database file, made when missing (its folder is not), or an open instance, which stays the host's. */
  readonly database: string | DuckDBInstance
  /** Where records go that are not about a model; needed for them alone. Made when missing. */
  readonly table?: string
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

/** A DuckDB database that takes records. */
export interface DuckDBSink extends Sink<object> {
  /** How delayed rows meet their predictions, in figures. Reads all facts: seconds for millions of rows. */
  joinReport(options?: JoinReportOptions): Promise<JoinReport>
}

const ownNames: ReadonlySet<string> = new Set([
  'sink_fence',
  'import_file',
  'fact_column',
  'prediction',
  'outcome',
  'inference',
  'inference_rows',
  'inference_state',
])

/**
 * A DuckDB database: transactional, and `replaces`. Needs the package `@duckdb/node-api`. DuckDB lets one process open a
 * file at a time; sinks of one process may share a path.
 *
 * - Records about a model go to `prediction`, or to `outcome` when their schema has no prediction side; others to `table`.
 * - The view `inference` is the join of the two: each current prediction with what its outcomes say, field by field the
 *   latest non-null value. It depends on what files are there, never on the order of their import.
 * - One column per field, and per feature, tag and SHAP value (`"feature/age"`, `"tag/zone"`, `"shap/age"`), added as files
 *   bring them. Names that differ in case alone get a suffix: `fact_column` lists which column keeps which name.
 * - Every row has `file_no`, of `import_file` (job, key, version, generation and the receipt), and `row_no`, 1-based.
 * - A column whose type differs between files is widened where every value stays exact: integers, floats, decimals, and whole
 *   numbers with floats as long as they are exact in DOUBLE; labels also to text. A VARCHAR column takes numbers as text.
 *   Otherwise the file fails with `SINK_FAILED`, which names column, types and the remedy.
 *
 * An open transaction of the host on the same tables is waited for shortly, then `SINK_UNAVAILABLE`, as is a locked file or
 * a full disk.
 */
export function duckdbSink({ database, table, joinWindowMs, materialize }: DuckDBSinkOptions): DuckDBSink {
  const invalid = (message: string, remedy: string): ConfigError => new ConfigError('CONFIG_INVALID', message, { remedy })
  if (database === undefined || database === '') {
    throw invalid('duckdbSink needs a database', "Give it a path or an open instance: duckdbSink({ database: 'imports.duckdb' }).")
  }
  if (table === '' || table?.includes('\0') === true) throw invalid('the table of duckdbSink has no usable name', 'Give it a plain name.')
  if (table !== undefined && ownNames.has(table.toLowerCase())) {
    throw invalid(`the table ${table} belongs to duckdbSink itself`, 'Give records that are not about a model a table of another name.')
  }
  if (joinWindowMs !== undefined) checkWindow(joinWindowMs, 'joinWindowMs of duckdbSink')
  let opened: Promise<DuckDBDatabase> | undefined
  const open = (): Promise<DuckDBDatabase> => {
    // A refusal is not kept: the next file tries again.
    opened ??= DuckDBDatabase.open(database, { joinWindowMs, materialize }).catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }
  return {
    delivery: 'transactional',
    replaces: true,
    async begin(file, { signal }) {
      signal.throwIfAborted()
      const db = await open()
      const connection = await db.connect()
      let writer: DuckDBWriter | undefined
      try {
        const asking = `asking about ${JSON.stringify(file.key)}`
        await db.retried(asking, file.key, signal, () => raiseFence(connection, file))
        await probe('P10', placeOf(file))
        const receipt = await db.retried(asking, file.key, signal, () => findReceipt(connection, file))
        if (receipt !== undefined) return receipt
        writer = new DuckDBWriter(db, connection, file, table)
        return writer
      } finally {
        if (writer === undefined) connection.closeSync()
      }
    },
    async joinReport({ asOf = new Date(), windowMs } = {}) {
      if (windowMs !== undefined) checkWindow(windowMs, 'windowMs of joinReport')
      return duckdbJoinReport(await open(), asOf, windowMs)
    },
    async close() {
      const closing = opened
      opened = undefined
      if (closing !== undefined) (await closing).close()
    },
  }
}
