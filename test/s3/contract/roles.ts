import {
  DeleteObjectCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketTaggingCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, type AssumeRoleCommandInput, type AssumeRoleCommandOutput } from '@aws-sdk/client-sts'
import { beforeAll, expect, test } from 'vitest'
import type { Keys } from '../contract-server.js'
import { intendedDifferences } from '../intended-differences.js'
import { type Contract, errorOf } from './contract-context.js'

const denied = { code: 'AccessDenied', status: 403 }

export function roleCases(contract: Contract): void {
  let bucket = ''
  const assume = (input: Partial<AssumeRoleCommandInput> = {}, keys: Keys = contract.server.reader): Promise<AssumeRoleCommandOutput> => {
    const { arn, externalId } = contract.server.role
    return contract.sts(keys).send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'import', ExternalId: externalId, ...input }))
  }
  const keysOf = ({ Credentials }: AssumeRoleCommandOutput): Keys & { readonly sessionToken: string } => ({
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  })
  const list = (client: S3Client): Promise<unknown> => client.send(new ListObjectsV2Command({ Bucket: bucket }))

  beforeAll(async () => {
    const customer = contract.client(contract.server.customer)
    bucket = await contract.bucket({ 'in/a.csv': 'id\n1\n' }, customer)
    await customer.send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging: { TagSet: [{ Key: 'k', Value: 'v' }] } }))
  })

  test('the right external id gives keys that expire in an hour and read what the role may', async () => {
    const answer = await assume()
    const expiresIn = (answer.Credentials?.Expiration?.getTime() ?? 0) - Date.now()
    expect(expiresIn / 60_000).toBeGreaterThan(58)
    expect(expiresIn / 60_000).toBeLessThan(62)
    const session = contract.client(keysOf(answer))
    const got = await session.send(new GetObjectCommand({ Bucket: bucket, Key: 'in/a.csv' }))
    expect(await got.Body?.transformToString()).toBe('id\n1\n')
    expect(await errorOf(list(session))).toBeUndefined()
    expect((await session.send(new GetBucketTaggingCommand({ Bucket: bucket }))).TagSet).toEqual([{ Key: 'k', Value: 'v' }])
  })

  test('a session may not write, and the caller itself may not read', async () => {
    const session = contract.client(keysOf(await assume()))
    expect(await errorOf(session.send(new PutObjectCommand({ Bucket: bucket, Key: 'x', Body: Buffer.from('x') })))).toEqual(denied)
    expect(await errorOf(session.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'in/a.csv' })))).toEqual(denied)
  })

  test('a wrong external id is AccessDenied', async () => {
    expect(await errorOf(assume({ ExternalId: `${contract.server.role.externalId}x` }))).toEqual(denied)
  })

  test('a missing external id is AccessDenied', async () => {
    expect(await errorOf(assume({ ExternalId: undefined }))).toEqual(denied)
  })

  test('an unknown role is AccessDenied', async () => {
    expect(await errorOf(assume({ RoleArn: 'arn:aws:iam::111122223333:role/none' }))).toEqual(denied)
  })

  test('a caller that the role does not trust is AccessDenied', async () => {
    expect(await errorOf(assume({}, contract.server.owner))).toEqual(denied)
  })

  test('wrong keys of the caller', async () => {
    const { accessKeyId } = contract.server.reader
    expect(await errorOf(assume({}, { accessKeyId, secretAccessKey: 'wrong-secret' }))).toEqual({
      code: 'SignatureDoesNotMatch',
      status: 403,
    })
    expect(await errorOf(assume({}, { accessKeyId: 'AKIAUNKNOWNUNKNOWN', secretAccessKey: 'any' }))).toEqual({
      code: 'InvalidClientTokenId',
      status: 403,
    })
  })

  test('keys of a session without their token are unknown', async () => {
    const { accessKeyId, secretAccessKey } = keysOf(await assume())
    expect(await errorOf(list(contract.client({ accessKeyId, secretAccessKey })))).toEqual({ code: 'InvalidAccessKeyId', status: 403 })
  })

  test('keys of a session with a damaged token', async () => {
    const keys = keysOf(await assume())
    const damaged = `${keys.sessionToken.slice(0, 20)}${keys.sessionToken[20] === 'A' ? 'B' : 'A'}${keys.sessionToken.slice(21)}`
    expect(await errorOf(list(contract.client({ ...keys, sessionToken: damaged })))).toEqual(
      contract.intended(intendedDifferences.damagedToken),
    )
  })

  test('a session that is over', async () => {
    const session = contract.client(keysOf(await assume({ DurationSeconds: 2 })))
    expect(await errorOf(list(session))).toBeUndefined()
    await contract.server.letSessionsExpire()
    expect(await errorOf(list(session))).toEqual(contract.intended(intendedDifferences.expiredSession))
  })
}
