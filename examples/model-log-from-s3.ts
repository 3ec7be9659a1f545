// A model's log from a bucket, as a host writes it. The bucket is a double here: for a real one, leave out the three lines
// of the endpoint, and the AWS SDK finds your credentials.
import { ImportJob, memoryStore, modelSchema } from 'lading'
import { createIngestionKey, s3Source } from 'lading/s3'
import { startS3Double } from 'lading/testing'

await using s3 = await startS3Double()
const ingestionKey = createIngestionKey()
s3.createBucket('example-demo-bucket', { tags: { 'arize-ingestion-key': ingestionKey } })
s3.putObject(
  'example-demo-bucket',
  'click-thru-rate/production/v1/monday.csv',
  'id,ts,label,actual,feature/device,tag/zone\n7,2026-01-05T10:00:00Z,click,no click,phone,eu\n8,2026-01-05T10:00:01Z,no click,no click,laptop,us\n',
)

await using job = new ImportJob({
  id: 'click-through/production',
  source: s3Source({
    url: 's3://example-demo-bucket/click-thru-rate/production/v1/',
    ingestionKey,
    endpoint: s3.endpoint,
    region: s3.region,
    credentials: s3.credentials,
  }),
  mapper: modelSchema({
    model: 'click-through',
    modelType: 'score_categorical',
    environment: 'production',
    timestampWindow: { past: 20, future: 1 },
    schema: {
      prediction_id: 'id',
      timestamp: 'ts',
      prediction_label: 'label',
      actual_label: 'actual',
      features: 'feature/',
      tags: 'tag/',
    },
  }),
  sink: (records) => {
    for (const record of records) {
      const right = record.prediction_label === record.actual_label ? 'right' : 'wrong'
      console.log(record.prediction_id, record.timestamp.toISOString(), right, record.features.device, record.tags.zone)
    }
  },
  store: memoryStore(),
})

const { ok } = await job.dryRun()
if (ok) await job.runOnce()

// Output:
// 7 2026-01-05T10:00:00.000Z wrong phone eu
// 8 2026-01-05T10:00:01.000Z right laptop us
