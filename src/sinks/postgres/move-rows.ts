import type { SinkFile } from '../../model/file.js'
import { isModelTable } from '../fact-columns.js'
import { quoteName } from '../quote-name.js'
import { planFacts } from './facts-table.js'
import { InferenceRows } from './inference-rows.js'
import { inferenceState, saveInferenceState } from './inference-state.js'
import type { Session } from './session.js'
import type { StagePart } from './stage.js'

export interface MoveOptions {
  /** Quoted. */
  readonly schema: string
  readonly file: SinkFile
  /** The table that the rows go to; `undefined` without rows. */
  readonly facts: string | undefined
  readonly parts: readonly StagePart[]
  /** Of the receipt. */
  readonly fileNo: number
}

/** Moves staged rows into their fact table, in the place of older files where they replace them, and keeps the join up. */
export async function moveRows(session: Session, { schema, file, facts, parts, fileNo }: MoveOptions): Promise<void> {
  const { jobId, key, replacesKey } = file
  const inserts = facts === undefined ? [] : await fitFacts(session, { schema, facts, parts, key })
  const mine = [jobId, key, fileNo]
  const older = `FROM ${schema}.import_file WHERE job = $1 AND key = $2 AND file_no <> $3`
  const replaced = replacesKey ? await session.rows(`SELECT DISTINCT facts ${older} AND facts IS NOT NULL`, mine) : []
  const leaving = replaced.map((row) => String(row.facts))
  const joined = [...leaving, facts].some(isModelTable) ? await InferenceRows.prepare(session, schema) : undefined
  for (const table of leaving) {
    if (isModelTable(table)) await joined?.touch(table, `SELECT file_no ${older}`, mine)
    await session.run(`DELETE FROM ${schema}.${quoteName(table)} WHERE file_no IN (SELECT file_no ${older})`, mine)
  }
  for (const insert of inserts) await session.run(insert, [fileNo])
  if (isModelTable(facts)) await joined?.touch(facts, 'SELECT $1::bigint', [fileNo])
  await joined?.refresh()
}

/** Changes the table where it must. Whoever changes one holds the state, so that two do not wait for each other. */
async function fitFacts(session: Session, options: Parameters<typeof planFacts>[1]): Promise<readonly string[]> {
  const { schema, facts } = options
  const plan = await planFacts(session, options)
  if (plan.changes.length === 0) {
    // Keeps the types until the end of the transaction, and is given at once but while they change.
    await session.run(`LOCK TABLE ${schema}.${quoteName(facts)} IN ROW EXCLUSIVE MODE`)
    const now = await planFacts(session, options)
    if (now.changes.length === 0) return now.inserts
  }
  const state = await inferenceState(session, schema, true)
  const { changes, retypes, inserts } = await planFacts(session, options)
  if (retypes && isModelTable(facts)) {
    await session.run(`DROP VIEW IF EXISTS ${schema}.inference`)
    await saveInferenceState(session, schema, { ...state, definition: '' })
  }
  for (const sql of changes) await session.run(sql)
  return inserts
}
