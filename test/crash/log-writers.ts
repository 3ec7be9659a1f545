import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  type DataType,
  Field,
  Float64,
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
import avsc from 'avsc'

/** A row of the log as the writers of Avro and Arrow take it: times in ms, whole numbers exact in a double. */
export interface LogRow {
  readonly prediction_id: string | null
  readonly prediction_ts: number
  readonly score: number
  readonly actual: number | null
  readonly feature_city: string | null
  readonly feature_amount: number
  readonly tag_zone: string
}

const avroSchema: avsc.Schema = {
  type: 'record',
  name: 'LogRow',
  fields: [
    { name: 'prediction_id', type: ['null', 'string'] },
    { name: 'prediction_ts', type: { type: 'long', logicalType: 'timestamp-millis' } as never },
    { name: 'score', type: 'double' },
    { name: 'actual', type: ['null', 'double'] },
    { name: 'feature_city', type: ['null', 'string'] },
    { name: 'feature_amount', type: 'long' },
    { name: 'tag_zone', type: 'string' },
  ],
}

/** An Avro container file in blocks of some hundred rows; equal rows give equal bytes. */
export async function avroBytes(rows: readonly LogRow[]): Promise<Uint8Array> {
  const syncMarker = createHash('md5').update('crash').digest()
  const encoder = new avsc.streams.BlockEncoder(avroSchema, { codec: 'deflate', syncMarker, blockSize: 16_384 } as never)
  return new Uint8Array(await buffer(Readable.from(rows).pipe(encoder)))
}

const arrowFields = [
  new Field('prediction_id', new Utf8(), true),
  new Field('prediction_ts', new TimestampMillisecond('UTC'), false),
  new Field('score', new Float64(), false),
  new Field('actual', new Float64(), true),
  new Field('feature_city', new Utf8(), true),
  new Field('feature_amount', new Int64(), false),
  new Field('tag_zone', new Utf8(), false),
]
const BATCH_ROWS = 5_000

/** An Arrow IPC file of several record batches. */
export async function arrowBytes(rows: readonly LogRow[]): Promise<Uint8Array> {
  const writer = new RecordBatchFileWriter()
  for (let from = 0; from < rows.length; from += BATCH_ROWS) writer.write(recordBatch(rows.slice(from, from + BATCH_ROWS)))
  writer.finish()
  return writer.toUint8Array()
}

function recordBatch(rows: readonly LogRow[]): RecordBatch {
  const children = arrowFields.map(({ name, type }) => {
    const values = rows.map((row) => row[name as keyof LogRow])
    const typed = type instanceof Int64 ? values.map((value) => BigInt(value as number)) : values
    const [data] = vectorFromArray(typed as never, type as DataType).data
    if (data === undefined) throw new Error(`no values for ${name}`)
    return data
  })
  return new RecordBatch(new Schema(arrowFields), makeData({ type: new Struct(arrowFields), length: rows.length, nullCount: 0, children }))
}
