import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { CreateBucketCommand, PutBucketTaggingCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { S3Credentials, S3Place } from '../../src/sources/s3/s3-options.js'
import { s3Source } from '../../src/sources/s3/s3-source.js'
import { listAll, only, readAll, signal } from './s3-fixture.js'
import { type S3Gateway, s3Gateway } from './s3-gateway.js'

const gateway = s3Gateway()

describe.skipIf(gateway === undefined)('what a real gateway refuses (LADING_TEST_S3)', () => {
  const server = (): S3Gateway => gateway ?? expect.fail('skipped without a gateway')
  const Bucket = `refusals-${randomUUID()}`
  let customer: S3Client
  const place = (options: Partial<S3Place> = {}): S3Place => {
    const { endpoint, stsEndpoint, region, reader, role } = server()
    return { url: `s3://${Bucket}/in/`, endpoint, stsEndpoint, region, credentials: reader, role, ...options }
  }
  const tag = (Value: string) =>
    customer.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'arize-ingestion-key', Value }] } }))

  beforeAll(async () => {
    const { endpoint, region, customer: credentials } = server()
    customer = new S3Client({ endpoint, region, credentials, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' })
    await customer.send(new CreateBucketCommand({ Bucket }))
    await customer.send(new PutObjectCommand({ Bucket, Key: 'in/a.csv', Body: 'abc' }))
  })
  afterAll(() => customer?.destroy())

  test('a wrong external id', async () => {
    const role = { ...server().role, externalId: 'another-id' }
    await expect(listAll(s3Source({ ...place({ role }), ownership: 'unchecked' }))).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      message: expect.stringMatching(/may not be assumed/),
    })
  })

  test('a host without a role', async () => {
    const source = s3Source({ ...place({ role: undefined }), ownership: 'unchecked' })
    // The bucket of another tenant is not even named to a stranger.
    await expect(listAll(source)).rejects.toMatchObject({ code: expect.stringMatching(/^SOURCE_(DENIED|NOT_FOUND)$/), retryable: false })
  })

  test('no tag, a wrong tag, and not the right one', async () => {
    const source = s3Source({ ...place(), ingestionKey: 'the-key' })
    await expect(source.checkOwnership?.({ signal })).rejects.toMatchObject({
      code: 'SOURCE_OWNERSHIP_MISMATCH',
      message: expect.stringMatching(/no tag/),
    })
    await tag('another-key')
    await expect(source.checkOwnership?.({ signal })).rejects.toMatchObject({ message: expect.stringMatching(/another value/) })
    await tag('the-key')
    await source.checkOwnership?.({ signal })
  })

  test('a bucket that does not exist, a wrong secret, an unknown key', async () => {
    const { owner } = server()
    const own = { role: undefined, credentials: owner }
    const missing = s3Source({ ...place({ ...own, url: `s3://${randomUUID()}/` }), ownership: 'unchecked' })
    await expect(listAll(missing)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
    for (const credentials of [
      { ...owner, secretAccessKey: 'wrong' },
      { ...owner, accessKeyId: 'UNKNOWN' },
    ]) {
      await expect(listAll(s3Source({ ...place({ ...own, credentials }), ownership: 'unchecked' }))).rejects.toMatchObject({
        code: 'SOURCE_DENIED',
      })
    }
  })

  test('a replaced and a deleted object', async () => {
    const source = s3Source({ ...place(), ownership: 'unchecked' })
    const object = await only(source)
    expect((await readAll(source, object)).toString()).toBe('abc')
    await customer.send(new PutObjectCommand({ Bucket, Key: 'in/a.csv', Body: 'xyz' }))
    await expect(readAll(source, object)).rejects.toMatchObject({ code: 'OBJECT_CHANGED' })
    await expect(readAll(source, { ...object, key: 'in/none.csv' })).rejects.toMatchObject({ code: 'OBJECT_VANISHED' })
  })

  test('a session that really expired is renewed', async () => {
    const { stsEndpoint, region, reader, role } = server()
    const sts = new STSClient({ endpoint: stsEndpoint, region, credentials: reader })
    let asked = 0
    const credentials = async (): Promise<S3Credentials> => {
      const DurationSeconds = asked++ === 0 ? 1 : 900
      const input = { RoleArn: role.arn, ExternalId: role.externalId, RoleSessionName: 'short', DurationSeconds }
      const { Credentials: given } = await sts.send(new AssumeRoleCommand(input))
      return { accessKeyId: given?.AccessKeyId ?? '', secretAccessKey: given?.SecretAccessKey ?? '', sessionToken: given?.SessionToken }
    }
    const source = s3Source({ ...place({ role: undefined, credentials }), ownership: 'unchecked' })
    const object = await only(source)
    await delay(2_100)
    await readAll(source, object)
    expect(asked).toBe(2)
    sts.destroy()
  })
})
