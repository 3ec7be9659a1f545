import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { hadOlderVersion, type JoinDataSize, type JoinLog, makeJoinLog } from './join-log.js'

/** A file of the log as it stands in a bucket. */
export interface JoinObject {
  readonly key: string
  readonly bytes: Uint8Array
  readonly lastModified: Date
}

export interface JoinObjects extends JoinLog {
  readonly files: readonly JoinObject[]
  readonly olderVersions: readonly JoinObject[]
}

/** Makes the log with its expected join, and its files: predictions as Parquet, outcomes as CSV. @param folder gets a file that goes again */
export async function makeJoinObjects(path: string, predictions: number, size: JoinDataSize, folder: string): Promise<JoinObjects> {
  return await makeJoinLog(path, predictions, size, async (connection, log) => {
    const files: JoinObject[] = []
    const olderVersions: JoinObject[] = []
    for (const key of log.keys) files.push(await objectOf(connection, folder, key, 'true'))
    // Every other row, so that the rest has other numbers too.
    for (const key of log.keys.filter(hadOlderVersion)) olderVersions.push(await objectOf(connection, folder, key, 'row % 2 = 0'))
    return { ...log, files, olderVersions }
  })
}

async function objectOf(connection: DuckDBConnection, folder: string, key: string, where: string): Promise<JoinObject> {
  const isPrediction = key.startsWith('predictions')
  const format = isPrediction ? 'parquet' : 'csv'
  const [table, columns] = isPrediction
    ? ['prediction', 'id, model_version, prediction_score, actual_score, flag AS tag_flag, age AS feature_age']
    : ['outcome', 'id, actual_score, actual_label, flag AS tag_flag, shap AS shap_age']
  const path = join(folder, `part.${format}`)
  const options = format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet'
  await connection.run(`COPY (SELECT ${columns} FROM ${table} WHERE key = '${key}' AND ${where} ORDER BY row) TO '${path}' (${options})`)
  const stands = await connection.runAndReadAll(`SELECT any_value(epoch_ms(stands_at)) FROM ${table} WHERE key = '${key}'`)
  const bytes = await readFile(path)
  await rm(path)
  return { key: `${key}.${format}`, bytes, lastModified: new Date(Number(stands.getRows()[0]?.[0])) }
}
