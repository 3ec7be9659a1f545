import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import {
  type BrokenRow,
  CSV_COLUMNS,
  cutRaggedLine,
  DELAYED_COLUMNS,
  EPOCH_CSV_COLUMNS,
  TYPED_COLUMNS,
  WRITER_COLUMNS,
  withBrokenRows,
} from './broken-rows.js'
import { flightLogSql, flightsParquet, quoted } from './flight-log.js'
import { actualsFiles, type LogFile, logFiles } from './log-files.js'
import { writeArrow } from './write-arrow.js'
import { writeAvro } from './write-avro.js'

export interface PreparedFile {
  readonly key: string
  readonly bytes: number
  /** Good rows. */
  readonly rows: number
}

/** What was written: enough to judge an import of it. */
export interface Manifest {
  /** Raised when the same source would give other files. */
  readonly edition: number
  /** Each n-th row of the source. */
  readonly every: number
  readonly rows: number
  readonly files: readonly PreparedFile[]
  readonly broken: readonly BrokenRow[]
  /** What came of flights that were logged before they landed. */
  readonly actuals: {
    readonly files: readonly PreparedFile[]
    /** Rows about flights that are in no file of the log. */
    readonly strays: number
  }
}

export interface PrepareOptions {
  /** Gets `bucket/` with the files, and `manifest.json`. */
  readonly folder: string
  /** Only each n-th row of the source, for tests. @defaultValue 1 */
  readonly every?: number
  readonly onFile?: (file: PreparedFile) => void
}

const EDITION = 2
const STRAYS_A_FILE = 3

/** Turns the flights into a bucket's worth of log files, once: what an earlier run prepared is used again. */
export async function prepareFlights({ folder, every = 1, onFile }: PrepareOptions): Promise<Manifest> {
  const ready = await readManifest(folder)
  if (ready?.edition === EDITION && ready.every === every) return ready
  const work = join(folder, 'preparing')
  await rm(work, { recursive: true, force: true })
  await rm(join(folder, 'bucket'), { recursive: true, force: true })
  await mkdir(work, { recursive: true })
  const manifest = await write(work, every, onFile)
  await rename(join(work, 'bucket'), join(folder, 'bucket'))
  await rm(work, { recursive: true })
  // Last: a run that was stopped begins again.
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`)
  return manifest
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function write(work: string, every: number, onFile: PrepareOptions['onFile']): Promise<Manifest> {
  const instance = await DuckDBInstance.create(join(work, 'flights.duckdb'), { memory_limit: '1GB', threads: '2' })
  const connection = await instance.connect()
  try {
    await connection.run(`CREATE TABLE log AS ${flightLogSql(flightsParquet(), every)}`)
    const files: PreparedFile[] = []
    const broken: BrokenRow[] = []
    for (const file of logFiles()) {
      await connection.run(`CREATE OR REPLACE TEMP TABLE part AS SELECT * FROM log WHERE ${file.where}`)
      const rows = await count(connection, 'part')
      if (rows === 0) continue
      const path = join(work, 'bucket', file.key)
      await mkdir(dirname(path), { recursive: true })
      broken.push(...(await writeFileOf(connection, file, path)))
      const prepared = { key: file.key, bytes: (await stat(path)).size, rows }
      files.push(prepared)
      onFile?.(prepared)
    }
    const actuals = await writeActuals(connection, work)
    for (const file of actuals) onFile?.(file)
    const strays = STRAYS_A_FILE * actuals.length
    return { edition: EDITION, every, rows: await count(connection, 'log'), files, broken, actuals: { files: actuals, strays } }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const count = async (connection: DuckDBConnection, table: string): Promise<number> =>
  Number((await connection.runAndReadAll(`SELECT count(*) FROM ${table}`)).getRows()[0]?.[0])

/** Each with a few rows about flights that nobody has predicted. */
async function writeActuals(connection: DuckDBConnection, work: string): Promise<PreparedFile[]> {
  const files: PreparedFile[] = []
  for (const { key, where } of actualsFiles()) {
    await connection.run(`CREATE OR REPLACE TEMP TABLE outcomes AS SELECT prediction_id, actual_score FROM log WHERE ${where}`)
    if ((await count(connection, 'outcomes')) === 0) continue
    const stray = `SELECT 'charter-' || ${quoted(key.slice(-10, -8))} || '-' || i, 5.0 FROM range(${STRAYS_A_FILE}) t(i)`
    const path = join(work, 'bucket', key)
    await mkdir(dirname(path), { recursive: true })
    await connection.run(`COPY (FROM outcomes UNION ALL ${stray}) TO ${quoted(path)} (FORMAT parquet, COMPRESSION snappy)`)
    files.push({ key, bytes: (await stat(path)).size, rows: await count(connection, 'outcomes') })
  }
  return files
}

async function writeFileOf(connection: DuckDBConnection, { key, format, broken, delayed }: LogFile, path: string): Promise<BrokenRow[]> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE contents AS ${withBrokenRows(broken)}`)
  const copy = (columns: string, how: string): Promise<unknown> =>
    connection.run(`COPY (SELECT ${columns} FROM contents ORDER BY position) TO ${quoted(path)} (${how})`)
  switch (format) {
    case 'parquet':
      await copy(delayed ? DELAYED_COLUMNS : TYPED_COLUMNS, 'FORMAT parquet, COMPRESSION snappy')
      break
    case 'csv':
      await copy(CSV_COLUMNS, 'FORMAT csv, HEADER')
      await writeFile(path, cutRaggedLine(await readFile(path, 'utf8')))
      break
    case 'csv.gz':
      await copy(EPOCH_CSV_COLUMNS, 'FORMAT csv, HEADER, COMPRESSION gzip')
      break
    case 'avro':
      await writeAvro(path, rowsOf(connection))
      break
    case 'arrow':
      await writeArrow(path, rowsOf(connection))
      break
  }
  const located = await connection.runAndReadAll(
    `SELECT row, broken FROM (SELECT row_number() OVER (ORDER BY position) AS row, broken FROM contents) WHERE broken IS NOT NULL ORDER BY row`,
  )
  return located.getRows().map(([row, kind]) => ({ key, row: Number(row), kind: kind as BrokenRow['kind'] }))
}

async function* rowsOf(connection: DuckDBConnection): AsyncGenerator<Record<string, unknown>> {
  const result = await connection.stream(`SELECT ${WRITER_COLUMNS} FROM contents ORDER BY position`)
  for await (const rows of result.yieldRowObjectJs()) yield* rows
}
