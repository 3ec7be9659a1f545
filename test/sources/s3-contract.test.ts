import { randomUUID } from 'node:crypto'
import { CreateBucketCommand, DeleteObjectCommand, PutBucketTaggingCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { S3Credentials } from '../../src/sources/s3/s3-options.js'
import type { S3Role } from '../../src/sources/s3/s3-role.js'
import { s3Source } from '../../src/sources/s3/s3-source.js'
import { type S3Double, startS3Double } from '../../src/testing/s3-double/s3-double.js'
import type { SourceUnderTest } from '../../src/testing/source-contract.js'
import { keepsSourceContract } from './contract.js'
import { type S3Gateway, s3Gateway } from './s3-gateway.js'

type Keys = Pick<S3Credentials, 'accessKeyId' | 'secretAccessKey'>

interface Server {
  readonly endpoint: string
  readonly stsEndpoint: string
  readonly region: string
  /** Whose bucket it is. */
  readonly owner: Keys
  /** Who imports from it. */
  readonly credentials: Keys
  readonly role?: S3Role | undefined
}

const has = { check: true, ownership: true }

/** A fresh bucket per case, filled by a real client: nothing of the server but its HTTP is used. */
function maker(server: () => Server): () => Promise<SourceUnderTest> {
  return async () => {
    const { endpoint, stsEndpoint, region, owner, credentials, role } = server()
    const client = new S3Client({ endpoint, region, credentials: owner, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' })
    const Bucket = `contract-${randomUUID()}`
    const prefix = 'click thru+rate/ü/v1/'
    await client.send(new CreateBucketCommand({ Bucket }))
    await client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'arize-ingestion-key', Value: 'the-key' }] } }))
    // Neighbours that are not in the folder: `a/b/` never matches `a/bc`.
    await client.send(new PutObjectCommand({ Bucket, Key: `${prefix.slice(0, -1)}0/other.csv`, Body: 'other' }))
    await client.send(new PutObjectCommand({ Bucket, Key: 'a-first.csv', Body: 'other' }))
    const source = s3Source({ url: `s3://${Bucket}/${prefix}`, ingestionKey: 'the-key', endpoint, stsEndpoint, region, credentials, role })
    return {
      source,
      prefix,
      put: async (Key, Body) => void (await client.send(new PutObjectCommand({ Bucket, Key, Body }))),
      remove: async (Key) => void (await client.send(new DeleteObjectCommand({ Bucket, Key }))),
      async close() {
        await source.close?.()
        client.destroy()
      },
    }
  }
}

describe('s3Source keeps the source contract on the double', () => {
  let double: S3Double
  const role = { arn: 'arn:aws:iam::111122223333:role/importer', externalId: 'the-external-id' }
  beforeAll(async () => {
    double = await startS3Double()
    double.addRole({ ...role, trusted: double.addUser('host'), allow: ['s3:ListBucket', 's3:GetObject', 's3:GetBucketTagging'] })
  })
  afterAll(() => double.close())
  const server = (): Omit<Server, 'credentials'> => ({
    endpoint: double.endpoint,
    stsEndpoint: double.stsEndpoint,
    region: double.region,
    owner: double.credentials,
  })
  describe('with keys', () =>
    keepsSourceContract(
      maker(() => ({ ...server(), credentials: double.credentials })),
      has,
    ))
  describe('as a role', () =>
    keepsSourceContract(
      maker(() => ({ ...server(), credentials: double.addUser('host'), role })),
      has,
    ))
})

const gateway = s3Gateway()

describe.skipIf(gateway === undefined)('s3Source keeps the source contract on a real gateway (LADING_TEST_S3)', () => {
  const server = (): S3Gateway => gateway ?? expect.fail('skipped without a gateway')
  describe('with keys', () =>
    keepsSourceContract(
      maker(() => ({ ...server(), role: undefined, credentials: server().owner })),
      has,
    ))
  describe('as a role of another account', () =>
    keepsSourceContract(
      maker(() => ({ ...server(), owner: server().customer, credentials: server().reader })),
      has,
    ))
})
