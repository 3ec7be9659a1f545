import { type JoinCounts, type JoinReport, joinReportOf } from '../join-report.js'
import { joinReportQuery } from '../join-report-query.js'
import { inferenceState } from './inference-state.js'
import type { PostgresDatabase } from './postgres-database.js'
import { statementError } from './postgres-error.js'
import { postgresInference } from './postgres-inference.js'
import { factTables } from './table-columns.js'

/** @param windowMs the view's when left out */
export async function postgresJoinReport(database: PostgresDatabase, asOf: Date, windowMs: number | undefined): Promise<JoinReport> {
  const { schema } = database
  const session = await database.open()
  let failed = true
  try {
    const window = windowMs ?? (await inferenceState(session, schema)).windowMs
    const tables = await factTables(session, schema)
    const sql = joinReportQuery({ tables, asOf, windowMs: window, dialect: postgresInference(schema) })
    const rows = sql === undefined ? [] : await session.rows(sql)
    failed = false
    return joinReportOf(rows.map(countsOf), asOf, window)
  } catch (error) {
    throw statementError(error, 'counting joined predictions')
  } finally {
    session.release(failed)
  }
}

function countsOf(row: Readonly<Record<string, unknown>>): JoinCounts {
  const { part, space, model, id, ms } = row
  return {
    part: part as JoinCounts['part'],
    space: space as string | null,
    model: String(model),
    counts: [row.n0, row.n1, row.n2, row.n3, row.n4].map(Number),
    id: id as string | null,
    timeMs: ms === null ? null : Number(ms),
  }
}
