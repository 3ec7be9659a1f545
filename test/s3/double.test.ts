import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { startS3Double } from 'lading/testing'
import { expect, test } from 'vitest'

test('an object stored directly is served over HTTP, and the request is logged', async () => {
  await using s3 = await startS3Double()
  s3.createBucket('logs')
  const etag = s3.putObject('logs', 'in/a b.csv', 'id,score\n1,0.5\n')
  const client = new S3Client({ endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials, maxAttempts: 1 })
  const answer = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'in/a b.csv', Range: 'bytes=3-7' }))
  expect(await answer.Body?.transformToString()).toBe('score')
  expect(answer.ETag).toBe(`"${etag}"`)
  expect(s3.requests).toMatchObject([{ operation: 'GetObject', key: 'in/a b.csv', range: 'bytes=3-7', status: 206, bytesSent: 5 }])
  expect(s3.requestCounts.GetObject).toBe(1)
  client.destroy()
})

test('a generated object is read by range and never whole', async () => {
  await using s3 = await startS3Double()
  s3.createBucket('logs')
  const asked: [number, number][] = []
  s3.putGenerated('logs', 'big', {
    size: 2 ** 40,
    etag: 'generated-1',
    read(start, end) {
      asked.push([start, end])
      return new Uint8Array(end - start).fill(start % 251)
    },
  })
  const client = new S3Client({ endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials, maxAttempts: 1 })
  expect((await client.send(new HeadObjectCommand({ Bucket: 'logs', Key: 'big' }))).ContentLength).toBe(2 ** 40)
  const answer = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'big', Range: `bytes=${2 ** 39}-${2 ** 39 + 99_999}` }))
  expect((await answer.Body?.transformToByteArray())?.length).toBe(100_000)
  expect(asked).toEqual([
    [2 ** 39, 2 ** 39 + 65_536],
    [2 ** 39 + 65_536, 2 ** 39 + 100_000],
  ])
  client.destroy()
})
