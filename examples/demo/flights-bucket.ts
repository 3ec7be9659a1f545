import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { createIngestionKey } from 'lading/s3'
import { type S3Double, startS3Double } from 'lading/testing'

export const BUCKET = 'example-demo-bucket'
/** Of a partner, who will take back the permission to read it. */
export const PARTNER_BUCKET = 'partner-demo-bucket'
const PARTNER_FILE = 'id,score,feature_route\n1,12.5,SFO-JFK\n2,-3,JFK-SFO\n'

export interface FlightsBucket {
  readonly s3: S3Double
  readonly ingestionKey: string
  readonly files: number
  readonly bytes: number
}

/** An S3 in this process, filled through the real SDK with every file of a folder; its buckets are tagged as ours. */
export async function startFlightsBucket(folder: string): Promise<FlightsBucket> {
  const s3 = await startS3Double()
  const ingestionKey = createIngestionKey()
  const tags = { 'arize-ingestion-key': ingestionKey }
  s3.createBucket(BUCKET, { tags })
  s3.createBucket(PARTNER_BUCKET, { tags })
  s3.putObject(PARTNER_BUCKET, 'delays/today.csv', PARTNER_FILE)
  const client = new S3Client({ endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials, forcePathStyle: true })
  let bytes = 0
  try {
    const keys = await keysIn(folder)
    for (const key of keys) {
      const body = await readFile(join(folder, key))
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }))
      bytes += body.length
    }
    return { s3, ingestionKey, files: keys.length, bytes }
  } catch (error) {
    await s3.close()
    throw error
  } finally {
    client.destroy()
  }
}

async function keysIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}
