import { availableParallelism } from 'node:os'
import { type DuckDBArrayValue, type DuckDBConnection, DuckDBInstance, type DuckDBListValue, type DuckDBResult } from '@duckdb/node-api'
import { benchColumns, vectorColumn, windowYears } from '../bench-columns.js'
import { Checksum, resultOf } from '../checksum/checksum.js'
import { addValues } from '../checksum/column-sums.js'
import { rowSums } from '../checksum/row-sums.js'
import type { BenchProgram, ProgramOptions } from './bench-case.js'
import { rowLiteral } from './row-literal.js'

/** DuckDB reads, checks in SQL, and every column of every chunk becomes an array of JavaScript values. */
export const duckdbColumns = ({ vectors }: ProgramOptions): BenchProgram =>
  program(vectors, async (result, checksum) => {
    const slots = benchColumns.length + (vectors ? 1 : 0)
    for await (const chunk of result) {
      const { rowCount } = chunk
      for (let slot = 0; slot < slots; slot++) {
        const vector = chunk.getColumnVector(slot)
        const values = new Array<unknown>(rowCount)
        for (let i = 0; i < rowCount; i++) values[i] = vector.getItem(i)
        if (slot === benchColumns.length)
          addValues(
            checksum,
            slot,
            (values as (DuckDBListValue | DuckDBArrayValue)[]).map(({ items }) => items),
          )
        else addValues(checksum, slot, values)
      }
      checksum.rows += rowCount
    }
  })

/** DuckDB reads, checks in SQL, and every row becomes an object: a literal over its array, faster than its own row objects. */
export const duckdbRows = ({ vectors }: ProgramOptions): BenchProgram =>
  program(vectors, async (result, checksum) => {
    const add = rowSums(checksum, 'flat')
    for await (const rows of result.yieldRows()) for (const row of rows) add(rowOf(row))
  })

const rowOf = rowLiteral<unknown>((cell) => cell)

function program(vectors: boolean, consume: (result: DuckDBResult, checksum: Checksum) => Promise<void>): BenchProgram {
  let database: DuckDBInstance | undefined
  let connection: DuckDBConnection | undefined
  return {
    async run(path) {
      database ??= await DuckDBInstance.create(':memory:', { threads: `${availableParallelism()}`, preserve_insertion_order: 'false' })
      connection ??= await database.connect()
      const checksum = new Checksum()
      await consume(await connection.stream(query(path, vectors)), checksum)
      return resultOf(checksum)
    },
    async close() {
      connection?.closeSync()
      database?.closeSync()
    },
  }
}

/** The checks of `modelSchema`. 64-bit integers as DOUBLE: they are safe ones, and bigints would cost more. */
function query(path: string, vectors: boolean): string {
  const select = benchColumns.map(({ name, type }) => (type === 'BIGINT' ? `"${name}"::DOUBLE AS "${name}"` : `"${name}"`))
  if (vectors) select.push(`"${vectorColumn.name}"`)
  const span = windowYears * 365 * 86_400
  const now = Math.floor(Date.now() / 1000)
  return `SELECT ${select.join(', ')} FROM ${reader(path, vectors)}
    WHERE id IS NOT NULL AND length(id) BETWEEN 1 AND 128 AND ts BETWEEN ${now - span} AND ${now + span}
      AND (score IS NULL OR isfinite(score)) AND (label IS NOT NULL OR score IS NOT NULL OR actual IS NOT NULL)`
}

/** Types and dialect are said, so that nothing is sniffed. */
function reader(path: string, vectors: boolean): string {
  const file = `'${path.replaceAll("'", "''")}'`
  if (path.endsWith('.parquet')) return `read_parquet(${file})`
  const types = benchColumns.map(({ name, type }) => `'${name}': '${type}'`)
  if (vectors) types.push(`'${vectorColumn.name}': 'FLOAT[${vectorColumn.size}]'`)
  return `read_csv(${file}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', columns = {${types.join(', ')}})`
}
