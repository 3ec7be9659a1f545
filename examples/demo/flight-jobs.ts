import { ImportJob, type JobDefinition, type JobManagerOptions, type JsonObject, modelSchema, parseModelSchema } from 'lading'
import type { DuckDBSink } from 'lading/duckdb'
import { s3Source } from 'lading/s3'
import { BUCKET, type FlightsBucket, PARTNER_BUCKET } from './flights-bucket.js'
import { ACTUALS_PREFIX, LOG_PREFIX } from './log-files.js'

export const FLIGHTS_MODEL = 'flight-delay'

const delays = {
  model: FLIGHTS_MODEL,
  modelType: 'numeric',
  environment: 'production',
  // The flights are of 2001.
  timestampWindow: { past: 50, future: 1 },
}

/** What is predicted when a flight leaves; some teams log it after the landing, together with the delay. */
export const predictions: JobDefinition = {
  id: 'flight-delay/predictions',
  source: { url: `s3://${BUCKET}/${LOG_PREFIX}` },
  mapper: {
    ...delays,
    schema: {
      prediction_id: 'prediction_id',
      timestamp: 'prediction_ts',
      prediction_score: 'prediction_score',
      actual_score: 'actual_score',
      features: 'feature_',
      tags: 'tag_',
    },
  },
  sink: {},
  settings: { pollIntervalMs: 2_000 },
}

/** What came of the flights that were logged when they left. */
export const actuals: JobDefinition = {
  id: 'flight-delay/actuals',
  source: { url: `s3://${BUCKET}/${ACTUALS_PREFIX}` },
  mapper: { ...delays, schema: { prediction_id: 'prediction_id', actual_score: 'actual_score' } },
  sink: {},
  settings: { pollIntervalMs: 2_000 },
}

/** Reads the bucket of a partner, as long as the partner's tag says that we may. */
export const partner: JobDefinition = {
  id: 'partner/predictions',
  source: { url: `s3://${PARTNER_BUCKET}/delays/` },
  mapper: {
    model: 'partner-delay',
    modelType: 'numeric',
    environment: 'production',
    schema: { prediction_id: 'id', prediction_score: 'score', features: 'feature_' },
  },
  sink: {},
  settings: { pollIntervalMs: 500, ownershipCheckIntervalMs: 500 },
}

/** Puts the parts together: what a definition says, and what it must not say. */
export const buildFlightJob =
  ({ s3, ingestionKey }: FlightsBucket, sink: DuckDBSink): JobManagerOptions['build'] =>
  ({ id, source, mapper, settings }, { store }) =>
    new ImportJob({
      id,
      store,
      sink,
      source: s3Source({
        url: text(source, 'url'),
        ingestionKey,
        endpoint: s3.endpoint,
        region: s3.region,
        credentials: s3.credentials,
      }),
      mapper: modelSchema(parseModelSchema(mapper)),
      ...settings,
    })

function text(part: JsonObject, key: string): string {
  const value = part[key]
  if (typeof value !== 'string') throw new TypeError(`The definition has no ${key}.`)
  return value
}
