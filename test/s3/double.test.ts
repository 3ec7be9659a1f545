import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  GetObjectAclCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { type S3Double, type S3DoubleOptions, startS3Double } from 'lading/testing'
import { expect, onTestFinished, test } from 'vitest'
import { errorOf } from './contract/contract-context.js'
import type { Keys } from './contract-server.js'

async function started(options: S3DoubleOptions = {}): Promise<{ double: S3Double; client: S3Client }> {
  const double = await startS3Double(options)
  double.createBucket('logs')
  const client = clientOf(double)
  onTestFinished(async () => {
    client.destroy()
    await double.close()
  })
  return { double, client }
}

function clientOf(double: S3Double, credentials: Keys = double.credentials): S3Client {
  return new S3Client({ endpoint: double.endpoint, region: double.region, credentials, maxAttempts: 1 })
}

test('an object stored directly is served over HTTP, and the request is logged', async () => {
  const { double, client } = await started()
  const etag = double.putObject('logs', 'in/a b.csv', 'id,score\n1,0.5\n')
  const answer = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'in/a b.csv', Range: 'bytes=3-7' }))
  expect(await answer.Body?.transformToString()).toBe('score')
  expect(answer.ETag).toBe(`"${etag}"`)
  expect(double.requests).toMatchObject([
    { method: 'GET', operation: 'GetObject', bucket: 'logs', key: 'in/a b.csv', range: 'bytes=3-7', status: 206, bytesSent: 5 },
  ])
  expect(double.requests[0]?.principal).toBe(double.credentials.arn)
  expect(double.requestCounts.GetObject).toBe(1)
  double.clearRequests()
  expect(double.requestCounts.GetObject).toBe(0)
})

test('settings of a stored object are served: time, ETag, headers, checksum', async () => {
  const { double, client } = await started()
  const lastModified = new Date('2026-03-04T05:06:07.890Z')
  const settings = {
    lastModified,
    etag: 'abc-2',
    contentType: 'text/csv',
    headers: { 'content-encoding': 'gzip', 'x-amz-meta-team': 'x' },
    checksum: true,
  }
  double.putObject('logs', 'a', 'bytes', settings)
  const head = await client.send(new HeadObjectCommand({ Bucket: 'logs', Key: 'a', ChecksumMode: 'ENABLED' }))
  expect(head).toMatchObject({
    ETag: '"abc-2"',
    ContentType: 'text/csv',
    ContentEncoding: 'gzip',
    Metadata: { team: 'x' },
    ChecksumCRC32: 'sZlDzg==',
  })
  expect(head.LastModified?.toISOString()).toBe('2026-03-04T05:06:07.000Z')
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: 'logs' }))
  expect(Contents).toMatchObject([{ ETag: '"abc-2"', LastModified: new Date('2026-03-04T05:06:07.000Z') }])
})

test('archived objects are listed and refuse to be read', async () => {
  const { double, client } = await started()
  double.putObject('logs', 'old', 'bytes', { storageClass: 'GLACIER' })
  expect((await client.send(new ListObjectsV2Command({ Bucket: 'logs' }))).Contents).toMatchObject([
    { Key: 'old', StorageClass: 'GLACIER' },
  ])
  expect((await client.send(new HeadObjectCommand({ Bucket: 'logs', Key: 'old' }))).StorageClass).toBe('GLACIER')
  expect(await errorOf(client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'old' })))).toEqual({
    code: 'InvalidObjectState',
    status: 403,
  })
})

test('a generated object is read by range and never whole', async () => {
  const { double, client } = await started()
  const asked: [number, number][] = []
  double.putGenerated('logs', 'big', {
    size: 2 ** 40,
    etag: 'generated-1',
    read(start, end) {
      asked.push([start, end])
      return new Uint8Array(end - start)
    },
  })
  expect((await client.send(new HeadObjectCommand({ Bucket: 'logs', Key: 'big' }))).ContentLength).toBe(2 ** 40)
  const answer = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'big', Range: `bytes=${2 ** 39}-${2 ** 39 + 99_999}` }))
  expect((await answer.Body?.transformToByteArray())?.length).toBe(100_000)
  expect(asked).toEqual([
    [2 ** 39, 2 ** 39 + 65_536],
    [2 ** 39 + 65_536, 2 ** 39 + 100_000],
  ])
})

test('a file on disk is served by range', async () => {
  const { double, client } = await started()
  const folder = await mkdtemp(join(tmpdir(), 's3-double-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))
  await writeFile(join(folder, 'file'), bytes)
  await double.putFile('logs', 'file', join(folder, 'file'))
  const whole = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'file' }))
  expect(Buffer.compare((await whole.Body?.transformToByteArray()) ?? Buffer.alloc(0), bytes)).toBe(0)
  const part = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'file', Range: 'bytes=100000-100009' }))
  expect(await part.Body?.transformToByteArray()).toEqual(new Uint8Array(bytes.subarray(100_000, 100_010)))
})

test('a client that does not read gets no more than fits into the buffers between', async () => {
  const { double, client } = await started()
  const size = 256 * 1024 * 1024
  double.putGenerated('logs', 'big', { size, etag: 'generated-1', read: (start, end) => new Uint8Array(end - start) })
  const answer = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'big' }))
  let sent = -1
  while (sent !== double.requests[0]?.bytesSent) {
    sent = double.requests[0]?.bytesSent ?? 0
    await delay(50)
  }
  expect(sent).toBeGreaterThan(0)
  expect(sent).toBeLessThan(32 * 1024 * 1024)
  const body = answer.Body as unknown as { destroy(): void }
  body.destroy()
})

test('buckets are found by host name too', async () => {
  const { double } = await started()
  double.putObject('logs', 'a', 'bytes')
  const { port } = new URL(double.endpoint)
  const status = await new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path: '/a', headers: { host: `logs.localhost:${port}` } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
  expect(status).toBe(403)
  expect(double.requests).toMatchObject([{ operation: 'GetObject', bucket: 'logs', key: 'a' }])
})

test('what the double does not know is NotImplemented, never taken for something else', async () => {
  const { double, client } = await started()
  double.putObject('logs', 'a', 'bytes')
  const unknown = { code: 'NotImplemented', status: 501 }
  expect(await errorOf(client.send(new GetObjectAclCommand({ Bucket: 'logs', Key: 'a' })))).toEqual(unknown)
  expect(await errorOf(client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'a', VersionId: 'v' })))).toEqual(unknown)
  expect(await errorOf(client.send(new ListBucketsCommand({})))).toEqual(unknown)
  expect(double.requestCounts.Unknown).toBe(3)
})

test('grants can be limited to a prefix', async () => {
  const { double } = await started()
  double.putObject('logs', 'mine/a', 'bytes')
  double.putObject('logs', 'other/a', 'bytes')
  const reader = double.addUser('reader')
  double.setPolicy('logs', [{ principal: reader.arn, actions: ['s3:ListBucket', 's3:GetObject'], prefix: 'mine/' }])
  const client = clientOf(double, reader)
  const denied = { code: 'AccessDenied', status: 403 }
  expect(await errorOf(client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'mine/a' })))).toBeUndefined()
  expect(await errorOf(client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'other/a' })))).toEqual(denied)
  expect(await errorOf(client.send(new ListObjectsV2Command({ Bucket: 'logs', Prefix: 'mine/' })))).toBeUndefined()
  expect(await errorOf(client.send(new ListObjectsV2Command({ Bucket: 'logs' })))).toEqual(denied)
  client.destroy()
})

test('a bucket may belong to another account than is expected', async () => {
  const { double, client } = await started()
  double.createBucket('theirs', { owner: '999999999999' })
  const list = (Bucket: string, ExpectedBucketOwner: string) =>
    errorOf(client.send(new ListObjectsV2Command({ Bucket, ExpectedBucketOwner })))
  expect(await list('theirs', '999999999999')).toBeUndefined()
  expect(await list('theirs', double.account)).toEqual({ code: 'AccessDenied', status: 403 })
  expect(await list('logs', double.account)).toBeUndefined()
})

test('a session ends when its time is over, by the clock of the double', async () => {
  let ahead = 0
  const { double } = await started({ minSessionSeconds: 60, now: () => new Date(Date.now() + ahead) })
  const user = double.addUser('reader')
  const RoleArn = `arn:aws:iam::${double.account}:role/importer`
  double.addRole({ arn: RoleArn, trusted: [user], allow: ['s3:ListBucket'], buckets: ['logs'] })
  const sts = new STSClient({ endpoint: double.stsEndpoint, region: double.region, credentials: user, maxAttempts: 1 })
  const assume = (DurationSeconds: number) => sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'import', DurationSeconds }))
  expect(await errorOf(assume(59))).toEqual({ code: 'ValidationError', status: 400 })
  const { Credentials: keys } = await assume(60)
  const client = clientOf(double, {
    accessKeyId: keys?.AccessKeyId ?? '',
    secretAccessKey: keys?.SecretAccessKey ?? '',
    sessionToken: keys?.SessionToken ?? '',
  })
  const list = (Bucket: string) => errorOf(client.send(new ListObjectsV2Command({ Bucket })))
  double.createBucket('other')
  expect(await list('logs')).toBeUndefined()
  expect(await list('other')).toEqual({ code: 'AccessDenied', status: 403 })
  // Less than the 15 minutes that a signature may be off.
  ahead = 61_000
  expect(await list('logs')).toEqual({ code: 'ExpiredToken', status: 400 })
  client.destroy()
  sts.destroy()
})

test('a callback that throws is told when the double is closed', async () => {
  const double = await startS3Double()
  double.createBucket('logs')
  double.putGenerated('logs', 'a', {
    size: 10,
    etag: 'x',
    read() {
      throw new Error('a mistake of the test')
    },
  })
  const client = clientOf(double)
  await expect(
    client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'a' })).then(({ Body }) => Body?.transformToString()),
  ).rejects.toThrow()
  await expect(double.close()).rejects.toMatchObject({ errors: [new Error('a mistake of the test')] })
  await double.close()
  client.destroy()
})

test('direct use of a bucket that was not created is a mistake with a remedy', async () => {
  const { double } = await started()
  expect(() => double.putObject('none', 'a', 'x')).toThrow(/createBucket/)
  expect(double.deleteObject('logs', 'none')).toBe(false)
})
