import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import avsc from 'avsc'

const nullable = (type: string | object): unknown => ['null', type]

const schema = {
  type: 'record',
  name: 'FlightDelay',
  fields: [
    { name: 'prediction_id', type: nullable('string') },
    { name: 'prediction_ts', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'prediction_score', type: 'double' },
    { name: 'actual_score', type: nullable('double') },
    { name: 'feature_origin', type: 'string' },
    { name: 'feature_destination', type: 'string' },
    { name: 'feature_distance', type: 'long' },
    { name: 'feature_hour', type: 'int' },
    { name: 'tag_route', type: 'string' },
    { name: 'tag_weekday', type: 'string' },
  ],
}

/** An Avro container file, deflated; equal rows give equal bytes. */
export async function writeAvro(path: string, rows: AsyncIterable<Record<string, unknown>>): Promise<void> {
  const encoder = new avsc.streams.BlockEncoder(schema as avsc.Schema, {
    codec: 'deflate',
    syncMarker: createHash('md5').update('flight-delay').digest(),
  })
  await pipeline(Readable.from(rows), encoder, createWriteStream(path))
}
