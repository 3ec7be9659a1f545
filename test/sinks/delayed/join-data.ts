import type { DuckDBConnection } from '@duckdb/node-api'
import type { MappedBatch } from '../../../src/contracts/schema-mapper.js'
import type { Column, ColumnGroup } from '../../../src/model/column.js'
import { columnOf } from '../../../src/model/column-of.js'
import type { PlainKind } from '../../../src/model/data-type.js'
import { sliceColumn } from '../../../src/model/slice-column.js'
import { hadOlderVersion, type JoinDataSize, makeJoinLog } from './join-log.js'

/** A file of the log: of predictions or of outcomes, as it stands in the bucket. */
export interface JoinFile {
  readonly key: string
  readonly sourceTime: Date
  readonly rowCount: number
  batches(): Iterable<MappedBatch<object>>
}

export interface JoinData {
  readonly files: readonly JoinFile[]
  /** Other contents that some of the files had before. */
  readonly olderVersions: readonly JoinFile[]
  readonly predictions: number
  readonly outcomes: number
}

const batchRows = 2_048
const constants = { model: 'm', space: null, environment: 'production', batch_id: null } as const

/** Makes the log, with its expected join, in a DuckDB file, and reads the files of the log from it. */
export async function makeJoinData(path: string, predictions: number, size: JoinDataSize): Promise<JoinData> {
  return await makeJoinLog(path, predictions, size, async (connection, log) => {
    const files: JoinFile[] = []
    const olderVersions: JoinFile[] = []
    for (const key of log.keys) files.push(await (key.startsWith('predictions') ? predictionFile : outcomeFile)(connection, key))
    for (const { key } of files.filter(hadOlderVersion)) olderVersions.push(await olderVersion(connection, key))
    return { files, olderVersions, predictions: log.predictions, outcomes: log.outcomes }
  })
}

const textColumn = (values: readonly unknown[]): Column => columnOf({ kind: 'utf8' }, values)
const typed = (kind: PlainKind, values: readonly unknown[]): Column => columnOf({ kind }, values)

async function predictionFile(connection: DuckDBConnection, key: string, where = 'true'): Promise<JoinFile> {
  return await fileOf(
    connection,
    'prediction',
    key,
    where,
    ['id', 'model_version', 'prediction_score', 'actual_score', 'flag', 'age'],
    (columns) => ({
      prediction_id: textColumn(columns.id ?? []),
      model_version: textColumn(columns.model_version ?? []),
      prediction_score: typed('float64', columns.prediction_score ?? []),
      actual_score: typed('float64', columns.actual_score ?? []),
      features: { kind: 'group', names: ['age'], columns: [typed('float64', columns.age ?? [])] },
      tags: { kind: 'group', names: ['flag'], columns: [typed('bool', columns.flag ?? [])] },
    }),
  )
}

async function outcomeFile(connection: DuckDBConnection, key: string, where = 'true'): Promise<JoinFile> {
  return await fileOf(connection, 'outcome', key, where, ['id', 'actual_score', 'actual_label', 'flag', 'shap'], (columns) => ({
    prediction_id: textColumn(columns.id ?? []),
    model_version: textColumn((columns.id ?? []).map(() => 'no_version')),
    features: { kind: 'group', names: [], columns: [] },
    actual_score: typed('float64', columns.actual_score ?? []),
    actual_label: textColumn(columns.actual_label ?? []),
    tags: { kind: 'group', names: ['flag'], columns: [typed('bool', columns.flag ?? [])] },
    shap_values: { kind: 'group', names: ['age'], columns: [typed('float64', columns.shap ?? [])] },
  }))
}

/** Every other row of a file, under ids and values that it has no more. */
async function olderVersion(connection: DuckDBConnection, key: string): Promise<JoinFile> {
  return await (key.startsWith('predictions') ? predictionFile : outcomeFile)(connection, key, 'row % 2 = 0')
}

async function fileOf(
  connection: DuckDBConnection,
  table: string,
  key: string,
  where: string,
  names: readonly string[],
  mapped: (columns: Readonly<Record<string, readonly unknown[]>>) => Record<string, Column | ColumnGroup>,
): Promise<JoinFile> {
  const sql = `SELECT ${names.join(', ')}, epoch_ms(stands_at) AS stands_at FROM ${table} WHERE key = '${key}' AND ${where} ORDER BY row`
  const columns = (await connection.runAndReadAll(sql)).getColumnsObject() as Record<string, readonly unknown[]>
  const rowCount = columns.stands_at?.length ?? 0
  const all: Record<string, Column | ColumnGroup> = {
    ...Object.fromEntries(
      Object.entries(constants).map(([name, value]) => [name, columnOf({ kind: 'utf8' }, new Array(rowCount).fill(value))]),
    ),
    timestamp: columnOf({ kind: 'timestamp', unit: 'us', timezone: 'UTC' }, new Array(rowCount).fill(1_767_225_600_000_000n)),
    ...mapped(columns),
  }
  return {
    key,
    sourceTime: new Date(Number(columns.stands_at?.[0])),
    rowCount,
    *batches() {
      for (let from = 0; from < rowCount; from += batchRows) {
        const to = Math.min(rowCount, from + batchRows)
        yield batchOf(all, from, to)
      }
    },
  }
}

function batchOf(all: Readonly<Record<string, Column | ColumnGroup>>, from: number, to: number): MappedBatch<object> {
  const cut = (column: Column | ColumnGroup): Column | ColumnGroup =>
    column.kind === 'group'
      ? { ...column, columns: column.columns.map((inner) => sliceColumn(inner, from, to)) }
      : sliceColumn(column, from, to)
  return {
    token: `${from}+${to - from}`,
    rowCount: to - from,
    firstRow: from + 1,
    rowsRead: to - from,
    columns: Object.fromEntries(Object.entries(all).map(([name, column]) => [name, cut(column)])),
    sourceRow: (rowIndex) => from + rowIndex + 1,
    records: () => [],
    *recordSlices() {},
  }
}
