import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { benchColumns, vectorColumn } from '../bench-columns.js'
import { type DataFile, dataFiles, rowsOfFile } from './data-files.js'
import { writeArrow } from './write-arrow.js'
import { writeAvro } from './write-avro.js'

/**
 * Writes the bench's files of so many rows into `folder`, unless they are there: CSV and Parquet by DuckDB, Avro by avsc, Arrow by
 * apache-arrow. The same rows in each.
 */
export async function writeData(folder: string, rows: number, say: (line: string) => void): Promise<void> {
  const done = join(folder, 'done.json')
  const recipe = JSON.stringify({ rows, columns: benchColumns.map(({ name, type, sql }) => [name, type, sql]), vectorColumn, revision: 1 })
  if ((await readFile(done, 'utf8').catch(() => '')) === recipe) return
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  say(`writing ${rows.toLocaleString('en')} rows in ${Object.keys(dataFiles).length} files`)
  const database = await DuckDBInstance.create(':memory:')
  const connection = await database.connect()
  try {
    // Rows in order, whatever the threads, and one row group where one is wanted.
    await connection.run('SET preserve_insertion_order = true; SET threads = 1')
    const path = (file: DataFile): string => join(folder, dataFiles[file])
    const copy = (from: string, file: DataFile, options: string) =>
      connection.run(`COPY (${from}) TO '${path(file).replaceAll("'", "''")}' (${options})`)
    const columns = benchColumns.map(({ name, sql, type }) => `(${sql})::${type} AS "${name}"`).join(',\n')
    const select = (extra: string, count: number): string => `SELECT ${columns}${extra} FROM range(${count}) AS r(i) ORDER BY i`
    await connection.run(`CREATE TABLE base AS ${select('', rows)}`)
    await copy('FROM base', 'csv', 'HEADER')
    await copy('FROM base', 'csvGz', 'HEADER, COMPRESSION gzip')
    await copy('FROM base', 'parquet', 'FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880')
    await copy('FROM base', 'parquetOneGroup', `FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${Math.ceil(rows / 2048) * 2048}`)
    await expectOneGroup(connection, path('parquetOneGroup'))
    await connection.run(
      `CREATE TABLE vectors AS ${select(`, ${vectorColumn.sql} AS "${vectorColumn.name}"`, rowsOfFile('vectorCsv', rows))}`,
    )
    await copy('FROM vectors', 'vectorCsv', 'HEADER')
    await copy('FROM vectors', 'vectorParquet', 'FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880')
    await writeAvro(path('avro'), 'null', await connection.stream('FROM base'))
    await writeAvro(path('avroDeflate'), 'deflate', await connection.stream('FROM base'))
    await writeArrow(path('arrow'), await connection.stream('FROM base'))
    // Last, and whole: a run that was stopped half-way begins again.
    await writeFile(`${done}.part`, recipe)
    await rename(`${done}.part`, done)
  } finally {
    connection.closeSync()
    database.closeSync()
  }
}

async function expectOneGroup(connection: DuckDBConnection, path: string): Promise<void> {
  const result = await connection.runAndReadAll(
    `SELECT count(DISTINCT row_group_id) FROM parquet_metadata('${path.replaceAll("'", "''")}')`,
  )
  const groups = Number(result.getRows()[0]?.[0])
  if (groups !== 1) throw new Error(`${path} has ${groups} row groups instead of one.`)
}
