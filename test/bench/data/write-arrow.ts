import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { DuckDBResult, DuckDBValue } from '@duckdb/node-api'
import {
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { benchColumns } from '../bench-columns.js'

const batchRows = 65_536
const fields = benchColumns.map(({ name, type }) => {
  const arrowType = { VARCHAR: () => new Utf8(), DOUBLE: () => new Float64(), BIGINT: () => new Int64(), INTEGER: () => new Int32() }[
    type
  ]()
  return new Field(name, arrowType as DataType, true)
})

/** An Arrow IPC stream, in batches of 65,536 rows, text as plain utf8. */
export async function writeArrow(path: string, rows: DuckDBResult): Promise<void> {
  const writer = new RecordBatchStreamWriter()
  const written = pipeline(writer.toNodeStream(), createWriteStream(path))
  const schema = new Schema(fields)
  let columns: DuckDBValue[][] = fields.map(() => [])
  const flush = (): void => {
    const length = columns[0]?.length ?? 0
    if (length === 0) return
    const children = fields.map(({ type }, k) => {
      const [data] = vectorFromArray(columns[k] as never, type as DataType).data
      if (data === undefined) throw new Error('A column without data.')
      return data
    })
    writer.write(new RecordBatch(schema, makeData({ type: new Struct(fields), length, nullCount: 0, children })))
    columns = fields.map(() => [])
  }
  for await (const chunk of rows) {
    chunk.getColumns().forEach((values, k) => {
      const column = columns[k] as DuckDBValue[]
      for (const value of values) column.push(value)
    })
    if ((columns[0] as DuckDBValue[]).length >= batchRows) flush()
  }
  flush()
  writer.finish()
  await written
}
