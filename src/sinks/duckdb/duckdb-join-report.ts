import type { JoinCounts, JoinReport } from '../join-report.js'
import { joinReportOf } from '../join-report.js'
import { joinReportQuery } from '../join-report-query.js'
import type { DuckDBDatabase } from './duckdb-database.js'
import { duckdbInference } from './duckdb-inference.js'
import { factTables, inferenceState } from './inference-state.js'
import { rowsOf } from './receipts.js'

/** @param windowMs the view's when left out */
export async function duckdbJoinReport(database: DuckDBDatabase, asOf: Date, windowMs: number | undefined): Promise<JoinReport> {
  const connection = await database.connect()
  try {
    return await database.retried('counting joined predictions', undefined, new AbortController().signal, () =>
      database.transaction(connection, async () => {
        const window = windowMs ?? (await inferenceState(connection)).windowMs
        const sql = joinReportQuery({ tables: await factTables(connection), asOf, windowMs: window, dialect: duckdbInference })
        const rows = sql === undefined ? [] : await rowsOf(connection, sql)
        return joinReportOf(
          rows.map(([part, space, model, n0, n1, n2, n3, n4, id, timeMs]) => ({
            part: part as JoinCounts['part'],
            space: space as string | null,
            model: model as string,
            counts: [n0, n1, n2, n3, n4].map(Number),
            id: id as string | null,
            timeMs: timeMs as number | null,
          })),
          asOf,
          window,
        )
      }),
    )
  } finally {
    connection.closeSync()
  }
}
