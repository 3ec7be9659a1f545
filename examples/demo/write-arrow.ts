import { writeFile } from 'node:fs/promises'
import {
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'

const fields = [
  new Field('prediction_id', new Utf8(), true),
  new Field('prediction_ts', new TimestampMillisecond('UTC'), false),
  new Field('prediction_score', new Float64(), false),
  new Field('actual_score', new Float64(), true),
  new Field('feature_origin', new Utf8(), false),
  new Field('feature_destination', new Utf8(), false),
  new Field('feature_distance', new Int64(), false),
  new Field('feature_hour', new Int32(), false),
  new Field('tag_route', new Utf8(), false),
  new Field('tag_weekday', new Utf8(), false),
]
const schema = new Schema(fields)

const BATCH_ROWS = 16_384

/** An Arrow IPC file (the random-access format), a few megabytes of record batches. */
export async function writeArrow(path: string, rows: AsyncIterable<Record<string, unknown>>): Promise<void> {
  const writer = new RecordBatchFileWriter()
  for await (const batch of batchesOf(rows)) writer.write(batch)
  writer.finish()
  await writeFile(path, await writer.toUint8Array())
}

async function* batchesOf(rows: AsyncIterable<Record<string, unknown>>): AsyncGenerator<RecordBatch> {
  let slice: Record<string, unknown>[] = []
  for await (const row of rows) {
    slice.push(row)
    if (slice.length < BATCH_ROWS) continue
    yield batchOf(slice)
    slice = []
  }
  if (slice.length > 0) yield batchOf(slice)
}

function batchOf(rows: readonly Record<string, unknown>[]): RecordBatch {
  const children = fields.map(({ name, type }) => {
    const values = rows.map((row) => (type instanceof Int64 ? BigInt(row[name] as number) : row[name]))
    const [data] = vectorFromArray(values as never, type as DataType).data
    if (data === undefined) throw new Error(`No values for ${name}.`)
    return data
  })
  return new RecordBatch(schema, makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children }))
}
