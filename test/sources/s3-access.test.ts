import { afterEach, expect, test, vi } from 'vitest'
import { roleCredentials } from '../../src/sources/s3/role-credentials.js'
import type { S3Credentials } from '../../src/sources/s3/s3-options.js'
import type { DoubleUser } from '../../src/testing/s3-double/access-control.js'
import { bucket, listAll, only, prefix, readAll, S3Fixture, signal } from './s3-fixture.js'

afterEach(() => {
  vi.useRealTimers()
})

const role = { arn: 'arn:aws:iam::444455556666:role/importer', externalId: 'the-external-id' }
const all = ['s3:ListBucket', 's3:GetObject', 's3:GetBucketTagging'] as const

/** A host of its own account, without rights in the bucket, that a role trusts. */
async function withRole(): Promise<S3Fixture & { readonly host: DoubleUser }> {
  const fixture = await S3Fixture.start({ minSessionSeconds: 1 })
  const host = fixture.double.addUser('host')
  fixture.double.addRole({ ...role, trusted: host, allow: all })
  fixture.put('a.csv', 'abc')
  return Object.assign(fixture, { host })
}

test('the role reads, and the host’s own credentials never touch the bucket', async () => {
  await using fixture = await withRole()
  const source = fixture.owned('the-key', { credentials: fixture.host, role })
  await source.checkOwnership?.({ signal })
  expect((await readAll(source, await only(source))).toString()).toBe('abc')
  const byHost = fixture.double.requests.filter(({ principal }) => principal?.includes('user/host'))
  expect(byHost.map(({ operation }) => operation)).toEqual(['AssumeRole'])
  expect(fixture.double.requestCounts).toMatchObject({ AssumeRole: 1, GetBucketTagging: 1, ListObjectsV2: 1, GetObject: 1 })
})

test.each(['another-id', 'the-external-i', 'THE-EXTERNAL-ID'])(
  'the external id %s is refused, and named in no message',
  async (externalId) => {
    await using fixture = await withRole()
    const source = fixture.source({ credentials: fixture.host, role: { ...role, externalId } })
    await expect(listAll(source)).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      scope: 'job',
      retryable: false,
      message: expect.not.stringContaining(externalId),
      remedy: expect.stringMatching(/trust policy.*sts:ExternalId/s),
    })
    expect(fixture.double.requestCounts.ListObjectsV2).toBe(0)
  },
)

test('many calls at once share one session', async () => {
  await using fixture = await withRole()
  const source = fixture.source({ credentials: fixture.host, role })
  await Promise.all(Array.from({ length: 10 }, () => listAll(source)))
  expect(fixture.double.requestCounts.AssumeRole).toBe(1)
})

test('callers share one AssumeRole, whoever calls', async () => {
  await using fixture = await withRole()
  const sts = await import('@aws-sdk/client-sts')
  const { stsEndpoint: endpoint, region } = fixture.double
  const { host: credentials } = fixture
  const provide = roleCredentials(role, bucket, async () => ({ sts, client: new sts.STSClient({ endpoint, region, credentials }) }))
  const [one, two] = await Promise.all([provide(), provide()])
  expect(one).toBe(two)
  expect(await provide()).toBe(one)
  expect(fixture.double.requestCounts.AssumeRole).toBe(1)
})

test('an expired session is renewed once, by all who meet it, also in the middle of a file', async () => {
  await using fixture = await withRole()
  const source = fixture.source({ credentials: fixture.host, role })
  const object = await only(source)
  const reader = await source.open(object, { signal })
  await reader.read(0, 1, { signal })
  fixture.double.expireSessions()
  await Promise.all(Array.from({ length: 5 }, () => reader.read(1, 3, { signal })))
  expect(fixture.double.requestCounts.AssumeRole).toBe(2)
  fixture.double.expireSessions()
  expect(await source.stat?.(object.key, { signal })).toMatchObject({ version: object.version })
  fixture.double.expireSessions()
  expect(await listAll(source)).toHaveLength(1)
  expect(fixture.double.requestCounts.AssumeRole).toBe(4)
})

test('a session is renewed before it ends, so that no request meets the end', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  await using fixture = await withRole()
  const source = fixture.source({ credentials: fixture.host, role })
  await listAll(source)
  vi.setSystemTime(Date.now() + 50 * 60_000)
  await listAll(source)
  expect(fixture.double.requestCounts.AssumeRole).toBe(1)
  vi.setSystemTime(Date.now() + 6 * 60_000)
  await Promise.all([listAll(source), listAll(source)])
  expect(fixture.double.requestCounts.AssumeRole).toBe(2)
  expect(fixture.double.requests.every(({ status }) => status === 200)).toBe(true)
})

test('expired keys that cannot be renewed are SOURCE_CREDENTIALS_EXPIRED', async () => {
  await using fixture = await S3Fixture.start()
  fixture.double.fault({ kind: 'expiredToken', times: Number.POSITIVE_INFINITY })
  await expect(listAll(fixture.source())).rejects.toMatchObject({ code: 'SOURCE_CREDENTIALS_EXPIRED', scope: 'job', retryable: true })
  expect(fixture.double.requestCounts.ListObjectsV2).toBe(2)
})

test('a credentials function is asked again when its keys have expired', async () => {
  await using fixture = await S3Fixture.start()
  let asked = 0
  const credentials = async (): Promise<S3Credentials> => {
    asked++
    return fixture.double.credentials
  }
  const source = fixture.source({ credentials })
  fixture.double.fault({ kind: 'expiredToken', nth: 2 })
  await listAll(source)
  await listAll(source)
  await listAll(source)
  expect(asked).toBe(2)
})

test('a credentials function that fails is named as such, without what it threw', async () => {
  await using fixture = await S3Fixture.start()
  const failing = fixture.source({ credentials: async () => Promise.reject(new Error('vault token s.CANARY')) })
  await expect(listAll(failing)).rejects.toMatchObject({
    code: 'SOURCE_CREDENTIALS_EXPIRED',
    message: expect.not.stringContaining('CANARY'),
  })
  const empty = fixture.source({ credentials: async () => ({ accessKeyId: '', secretAccessKey: 'x' }) })
  await expect(listAll(empty)).rejects.toMatchObject({ code: 'CONFIG_SECRET_MISSING' })
})

test('the bucket’s tag must equal the ingestion key, exactly', async () => {
  await using fixture = await S3Fixture.start()
  const check = (ingestionKey: string, options = {}): Promise<void> | undefined =>
    fixture.owned(ingestionKey, options).checkOwnership?.({ signal })
  await check('the-key')
  for (const wrong of ['the-kez', 'the-key ', 'THE-KEY', 'the-key-and-more', 'the']) {
    await expect(check(wrong)).rejects.toMatchObject({
      code: 'SOURCE_OWNERSHIP_MISMATCH',
      scope: 'job',
      message: expect.stringMatching(/another value/),
      remedy: expect.stringMatching(/key "arize-ingestion-key"/),
    })
  }
  await expect(check('the-key', { tagKey: 'owner-proof' })).rejects.toMatchObject({
    message: expect.stringMatching(/no tag "owner-proof"/),
  })
  fixture.double.setTags(bucket, { 'owner-proof': 'the-key', 'Arize-Ingestion-Key': 'the-key' })
  await check('the-key', { tagKey: 'owner-proof' })
  await expect(check('the-key')).rejects.toMatchObject({ code: 'SOURCE_OWNERSHIP_MISMATCH' })
  fixture.double.setTags(bucket, undefined)
  await expect(check('the-key')).rejects.toMatchObject({ code: 'SOURCE_OWNERSHIP_MISMATCH', message: expect.stringMatching(/has no tag/) })
  fixture.double.setTags(bucket, { 'arize-ingestion-key': 'the-key' })
  await check('the-key')
})

test('tags that may not be read are a refusal, never a pass', async () => {
  await using fixture = await S3Fixture.start()
  const reader = fixture.double.addUser('reader')
  fixture.double.setPolicy(bucket, [{ principal: reader.arn, actions: ['s3:ListBucket', 's3:GetObject'] }])
  await expect(fixture.owned('the-key', { credentials: reader }).checkOwnership?.({ signal })).rejects.toMatchObject({
    code: 'SOURCE_DENIED',
    remedy: expect.stringMatching(/s3:GetBucketTagging/),
  })
})

test('the check has one finding per permission, and says what is missing', async () => {
  await using fixture = await withRole()
  const findings = async (...allow: (typeof all)[number][]) => {
    fixture.double.addRole({ ...role, trusted: fixture.host, allow })
    const found = await fixture.owned('the-key', { credentials: fixture.host, role }).check?.({ signal })
    return found?.map(({ permission, ok }) => `${ok ? '+' : '-'} ${permission}`)
  }
  const start = ['+ sts:AssumeRole', '+ sts:ExternalId', '+ region']
  const [get, kms, storage] = ['s3:GetObject', 'kms:Decrypt', 'storage-class']
  const tags = ['+ s3:GetBucketTagging', '+ ownership-tag']
  expect(await findings(...all)).toEqual([...start, '+ s3:ListBucket', `+ ${get}`, `+ ${kms}`, `+ ${storage}`, ...tags])
  expect(await findings('s3:GetBucketTagging')).toEqual([...start, '- s3:ListBucket', `- ${get}`, `- ${kms}`, `- ${storage}`, ...tags])
  const noTags = ['- s3:GetBucketTagging', '- ownership-tag']
  expect(await findings('s3:ListBucket')).toEqual([...start, '+ s3:ListBucket', `- ${get}`, `- ${kms}`, `+ ${storage}`, ...noTags])
  const denied = fixture.owned('the-key', { credentials: fixture.host, role: { ...role, externalId: 'wrong' } })
  expect((await denied.check?.({ signal }))?.filter(({ ok }) => ok)).toEqual([])
  await expect(denied.check?.({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
})

test('the check of an empty folder passes, and says that reading was not tried', async () => {
  await using fixture = await S3Fixture.start()
  const found = await fixture.owned('the-key').check?.({ signal })
  expect(found?.find(({ permission }) => permission === 's3:GetObject')).toMatchObject({
    ok: true,
    message: expect.stringMatching(/Not tried/),
  })
})

test('expectedBucketOwner goes with every request', async () => {
  await using fixture = await S3Fixture.start()
  fixture.put('a.csv', 'abc')
  const right = fixture.owned('the-key', { expectedBucketOwner: fixture.double.account })
  const object = await only(right)
  await readAll(right, object)
  const wrong = fixture.owned('the-key', { expectedBucketOwner: '999999999999' })
  await expect(listAll(wrong)).rejects.toMatchObject({ code: 'SOURCE_DENIED', remedy: expect.stringMatching(/expectedBucketOwner/) })
  await expect(readAll(wrong, object)).rejects.toMatchObject({ code: 'OBJECT_DENIED' })
  await expect(wrong.stat?.(`${prefix}a.csv`, { signal })).rejects.toMatchObject({ code: 'OBJECT_DENIED' })
  await expect(wrong.checkOwnership?.({ signal })).rejects.toMatchObject({ code: 'SOURCE_DENIED' })
})
