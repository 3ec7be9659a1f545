import {
  GetBucketTaggingCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketTaggingCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { beforeAll, expect, test } from 'vitest'
import { intendedDifferences } from '../intended-differences.js'
import { type Contract, errorOf } from './contract-context.js'

const denied = { code: 'AccessDenied', status: 403 }

export function accessCases(contract: Contract): void {
  let bucket = ''
  const list = (client: S3Client, ExpectedBucketOwner?: string): Promise<unknown> =>
    client.send(new ListObjectsV2Command({ Bucket: bucket, ...(ExpectedBucketOwner === undefined ? {} : { ExpectedBucketOwner }) }))
  const get = (client: S3Client, Key = 'a'): Promise<unknown> => client.send(new GetObjectCommand({ Bucket: bucket, Key }))

  beforeAll(async () => {
    bucket = await contract.bucket({ a: 'bytes' })
    await contract.owner.send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging: { TagSet: [{ Key: 'k', Value: 'v' }] } }))
  })

  test('a wrong secret is SignatureDoesNotMatch', async () => {
    const { accessKeyId } = contract.server.owner
    const client = contract.client({ accessKeyId, secretAccessKey: 'wrong-secret' })
    const mismatch = { code: 'SignatureDoesNotMatch', status: 403 }
    expect(await errorOf(list(client))).toEqual(mismatch)
    expect(await errorOf(get(client))).toEqual(mismatch)
    expect((await errorOf(client.send(new HeadBucketCommand({ Bucket: bucket }))))?.status).toBe(403)
  })

  test('a wrong secret stores nothing', async () => {
    const { accessKeyId } = contract.server.owner
    const client = contract.client({ accessKeyId, secretAccessKey: 'wrong-secret' })
    await errorOf(client.send(new PutObjectCommand({ Bucket: bucket, Key: 'stolen', Body: Buffer.from('x') })))
    expect(await errorOf(get(contract.owner, 'stolen'))).toEqual({ code: 'NoSuchKey', status: 404 })
  })

  test('an unknown key is InvalidAccessKeyId', async () => {
    const client = contract.client({ accessKeyId: 'AKIAUNKNOWNUNKNOWN', secretAccessKey: 'any' })
    expect(await errorOf(list(client))).toEqual({ code: 'InvalidAccessKeyId', status: 403 })
  })

  test('a clock an hour off is RequestTimeTooSkewed', async () => {
    const client = contract.client(contract.server.owner, { systemClockOffset: -3_600_000 })
    expect(await errorOf(list(client))).toEqual({ code: 'RequestTimeTooSkewed', status: 403 })
  })

  test('a signature for another region', async () => {
    expect(await errorOf(list(contract.client(contract.server.owner, { region: 'eu-west-3' })))).toEqual(
      contract.intended(intendedDifferences.otherRegionSigned),
    )
  })

  test('an unsigned request is AccessDenied', async () => {
    const answer = await fetch(`${contract.server.endpoint}/${bucket}/a`)
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('<Code>AccessDenied</Code>')
  })

  test('who has no rights is denied everything', async () => {
    const reader = contract.client(contract.server.reader)
    expect(await errorOf(list(reader))).toEqual(denied)
    expect(await errorOf(get(reader))).toEqual(denied)
    expect(await errorOf(get(reader, 'none'))).toEqual(denied)
    expect(await errorOf(reader.send(new GetBucketTaggingCommand({ Bucket: bucket })))).toEqual(denied)
    expect(await errorOf(reader.send(new PutObjectCommand({ Bucket: bucket, Key: 'x', Body: Buffer.from('x') })))).toEqual(denied)
  })

  test('each permission opens its own door, and a missing key is denied to those who may not list', async () => {
    const reader = contract.client(contract.server.reader)
    await contract.server.allowReader(bucket, ['s3:GetObject'])
    expect(await errorOf(get(reader))).toBeUndefined()
    expect(await errorOf(get(reader, 'none'))).toEqual(denied)
    expect(await errorOf(list(reader))).toEqual(denied)
    expect(await errorOf(reader.send(new GetBucketTaggingCommand({ Bucket: bucket })))).toEqual(denied)
    expect((await errorOf(reader.send(new HeadBucketCommand({ Bucket: bucket }))))?.status).toBe(403)

    await contract.server.allowReader(bucket, ['s3:ListBucket'])
    expect(await errorOf(list(reader))).toBeUndefined()
    expect(await errorOf(get(reader))).toEqual(denied)

    await contract.server.allowReader(bucket, ['s3:ListBucket', 's3:GetObject', 's3:GetBucketTagging'])
    expect(await errorOf(reader.send(new GetBucketTaggingCommand({ Bucket: bucket })))).toBeUndefined()
    expect(await errorOf(get(reader, 'none'))).toEqual({ code: 'NoSuchKey', status: 404 })
    expect(await errorOf(reader.send(new PutObjectCommand({ Bucket: bucket, Key: 'x', Body: Buffer.from('x') })))).toEqual(denied)
  })

  test('a bucket of another owner than expected', async () => {
    expect(await errorOf(list(contract.owner, '999999999999'))).toEqual(contract.intended(intendedDifferences.otherBucketOwner))
  })

  test("the bucket's region", async () => {
    const { BucketRegion } = await contract.owner.send(new HeadBucketCommand({ Bucket: bucket }))
    expect(BucketRegion).toBe(contract.intended(intendedDifferences.bucketRegionTold))
  })
}
