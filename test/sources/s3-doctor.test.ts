import { describe, expect, test } from 'vitest'
import { kmsKeyPolicy } from '../../src/access/kms-key-policy.js'
import { rolePermissionPolicy } from '../../src/access/role-permission-policy.js'
import type { AccessFinding, ObjectSource } from '../../src/contracts/object-source.js'
import type { DoubleUser } from '../../src/testing/s3-double/access-control.js'
import type { Fault } from '../../src/testing/s3-double/fault.js'
import { bucket, prefix, S3Fixture, signal } from './s3-fixture.js'

const kmsKey = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const reading = ['s3:ListBucket', 's3:GetObject', 's3:GetBucketTagging'] as const

async function check(source: ObjectSource): Promise<readonly AccessFinding[]> {
  return (await source.check?.({ signal })) ?? expect.fail('no check')
}

const of = (findings: readonly AccessFinding[], permission: string): AccessFinding =>
  findings.find((finding) => finding.permission === permission) ?? expect.fail(`no finding on ${permission}`)

/** A reader that the bucket's policy lets in, and a file. */
async function withReader(): Promise<S3Fixture & { readonly reader: DoubleUser }> {
  const fixture = await S3Fixture.start()
  const reader = fixture.double.addUser('reader', '999988887777')
  fixture.double.setPolicy(bucket, [{ principal: reader.arn, actions: reading }])
  fixture.put('a.csv', 'abc')
  return Object.assign(fixture, { reader })
}

test('every question is answered, with evidence, and in the order in which an import meets it', async () => {
  await using fixture = await withReader()
  const findings = await check(fixture.owned('the-key', { credentials: fixture.reader }))
  expect(findings.map(({ permission }) => permission)).toEqual([
    'region',
    's3:ListBucket',
    's3:GetObject',
    'kms:Decrypt',
    'storage-class',
    's3:GetBucketTagging',
    'ownership-tag',
  ])
  for (const { ok, tried = true, evidence, message } of findings) {
    expect(ok).toBe(true)
    expect(message).toMatch(/\.$/)
    if (tried) expect(evidence).toMatch(/\w/)
  }
  expect(of(findings, 's3:GetObject').evidence).toBe('GetObject, first byte of "in/a.csv": answered')
  expect(fixture.double.requestCounts).toMatchObject({ ListObjectsV2: 1, GetObject: 1, HeadObject: 1, GetBucketTagging: 1 })
})

test('no key of a bucket is named that is not proven theirs', async () => {
  await using fixture = await withReader()
  fixture.put('CANARY.csv', 'abc')
  fixture.double.deleteObject(bucket, `${prefix}a.csv`)
  const options = { credentials: fixture.reader }
  expect(JSON.stringify(await check(fixture.owned('another-key', options)))).not.toMatch(/CANARY/)
  fixture.double.fault({ operation: 'GetObject', kind: 'accessDenied', times: Number.POSITIVE_INFINITY })
  fixture.double.fault({ operation: 'ListObjectsV2', kind: 'malformedListing', damage: 'duplicateKey', nth: 2 })
  expect(JSON.stringify(await check(fixture.owned('another-key', options)))).not.toMatch(/CANARY/)
  expect(JSON.stringify(await check(fixture.owned('another-key', options)))).not.toMatch(/CANARY/)
  expect(JSON.stringify(await check(fixture.owned('the-key', options)))).toMatch(/CANARY/)
  expect(JSON.stringify(await check(fixture.source(options)))).toMatch(/CANARY/)
})

describe('what a store says of the whole place', () => {
  const cases: readonly (readonly [Fault, permission: string, code: string, remedy: RegExp])[] = [
    [{ kind: 'redirect', region: 'eu-west-3' }, 'region', 'REGION_DIFFERS', /region: 'eu-west-3'/],
    [{ kind: 'expiredToken' }, 's3:ListBucket', 'CREDENTIALS_EXPIRED', /Renew them/],
    [{ kind: 'slowDown' }, 's3:ListBucket', 'UNAVAILABLE', /tried again/],
    [{ kind: 'internalError' }, 's3:ListBucket', 'UNAVAILABLE', /./],
    [{ kind: 'resetBeforeResponse' }, 's3:ListBucket', 'UNAVAILABLE', /network/],
    [{ kind: 'accessDenied' }, 's3:ListBucket', 'LIST_DENIED', /s3:ListBucket/],
    [{ kind: 'truncatedXml' }, 's3:ListBucket', 'ANSWER_INVALID', /./],
  ]
  test.each(cases)('%j', async (fault, permission, code, remedy) => {
    await using fixture = await withReader()
    fixture.double.fault({ operation: 'ListObjectsV2', times: Number.POSITIVE_INFINITY, ...fault })
    const findings = await check(fixture.owned('the-key', { credentials: fixture.reader }))
    expect(of(findings, permission)).toMatchObject({ ok: false, code, remedy: expect.stringMatching(remedy), evidence: expect.any(String) })
    expect(of(findings, 's3:GetObject')).toMatchObject({ ok: false, tried: false })
    expect(of(findings, 'ownership-tag').ok).toBe(true)
  })

  test('a signature for another region, without a redirect that names it', async () => {
    await using fixture = await withReader()
    const findings = await check(fixture.owned('the-key', { credentials: fixture.reader, region: 'eu-west-1' }))
    expect(of(findings, 'region')).toMatchObject({
      code: 'REGION_DIFFERS',
      remedy: "Set region: 'us-east-1'.",
      evidence: expect.stringMatching(/^A request signed for eu-west-1: AuthorizationHeaderMalformed \(HTTP 400\), request id/),
    })
    expect(findings.filter(({ ok }) => ok)).toEqual([])
  })

  test('wrong keys, unknown keys, no bucket', async () => {
    await using fixture = await withReader()
    const { reader } = fixture
    const list = async (source: ObjectSource) => of(await check(source), 's3:ListBucket').code
    const wrong = { ...reader, secretAccessKey: 'wrong' }
    expect(await list(fixture.owned('the-key', { credentials: wrong }))).toBe('CREDENTIALS_REFUSED')
    expect(await list(fixture.owned('the-key', { credentials: { ...reader, accessKeyId: 'AKIANONE' } }))).toBe('CREDENTIALS_REFUSED')
    expect(await list(fixture.owned('the-key', { credentials: reader, url: 's3://no-such-bucket/' }))).toBe('BUCKET_NOT_FOUND')
    expect(await list(fixture.owned('the-key', { credentials: async () => ({}) as never }))).toBe('CREDENTIALS_MISSING')
  })

  test('wrong keys of the host before a role are not the role’s fault', async () => {
    await using fixture = await withReader()
    const role = { arn: 'arn:aws:iam::111122223333:role/none', externalId: 'the-id' }
    const credentials = { ...fixture.reader, secretAccessKey: 'wrong' }
    const [assumed] = await check(fixture.owned('the-key', { credentials, role }))
    expect(assumed).toMatchObject({
      permission: 'sts:AssumeRole',
      code: 'CREDENTIALS_REFUSED',
      message: 'STS does not accept the credentials.',
    })
    const long = { ...role, durationSeconds: 50 }
    const [refused] = await check(fixture.owned('the-key', { credentials: fixture.reader, role: long }))
    expect(refused).toMatchObject({ code: 'ROLE_DENIED', remedy: expect.stringMatching(/durationSeconds/) })
  })
})

describe('objects that a KMS key encrypts', () => {
  const encrypted = async () => {
    const fixture = await withReader()
    fixture.double.putObject(bucket, `${prefix}a.csv`, 'abc', { kmsKey })
    return fixture
  }

  test('by the bucket’s policy: the statement for the key’s policy cures it', async () => {
    await using fixture = await encrypted()
    const importerRoleArn = 'arn:aws:iam::999988887777:role/importer'
    const source = fixture.owned('the-key', { credentials: fixture.reader, importerRoleArn })
    const findings = await check(source)
    expect(of(findings, 's3:GetObject').ok).toBe(true)
    const found = of(findings, 'kms:Decrypt')
    expect(found).toMatchObject({
      ok: false,
      code: 'KMS_DENIED',
      fix: { addTo: `key policy of ${kmsKey}`, terraform: expect.stringMatching(/kms:ViaService/) },
    })
    const proposed = kmsKeyPolicy({ kmsKeyArn: kmsKey, readerRoleArn: importerRoleArn })
    expect(found.fix?.statement).toEqual(proposed.Statement[0])
    fixture.double.setKeyPolicy(kmsKey, {
      Statement: { ...proposed.Statement[0], Effect: 'Allow', Action: 'kms:Decrypt', Principal: { AWS: fixture.reader.arn } },
    })
    expect(of(await check(source), 'kms:Decrypt')).toMatchObject({ ok: true, message: expect.stringMatching(/can be read/) })
  })

  test('as a role: the statement for its permissions cures it', async () => {
    await using fixture = await encrypted()
    const arn = 'arn:aws:iam::111122223333:role/reader'
    const role = { arn, trusted: fixture.reader, externalId: 'the-id' }
    const places = [{ bucket, prefix }]
    fixture.double.addRole({ ...role, permissions: rolePermissionPolicy({ places }) })
    const source = fixture.owned('the-key', { credentials: fixture.reader, role: { arn, externalId: 'the-id' } })
    const found = of(await check(source), 'kms:Decrypt')
    const cured = rolePermissionPolicy({ places, kmsKeyArns: [kmsKey] })
    expect(found).toMatchObject({ code: 'KMS_DENIED', fix: { addTo: `permissions of ${arn}`, statement: cured.Statement.at(-1) } })
    fixture.double.addRole({ ...role, permissions: cured })
    expect((await check(source)).filter(({ ok }) => !ok)).toEqual([])
  })

  test('a key that is disabled', async () => {
    await using fixture = await encrypted()
    fixture.double.disableKey(kmsKey)
    const findings = await check(fixture.owned('the-key', { credentials: fixture.reader }))
    expect(of(findings, 'kms:Decrypt')).toMatchObject({
      ok: false,
      code: 'KMS_KEY_UNUSABLE',
      evidence: expect.stringMatching(/KMS.DisabledException/),
    })
  })
})

describe('archived objects', () => {
  test('some: a warning; all: nothing could be imported', async () => {
    await using fixture = await withReader()
    const archive = (name: string) => fixture.double.putObject(bucket, prefix + name, 'abc', { storageClass: 'GLACIER' })
    archive('0.csv')
    const source = fixture.owned('the-key', { credentials: fixture.reader })
    const some = await check(source)
    expect(of(some, 'storage-class')).toMatchObject({ ok: true, code: 'OBJECTS_ARCHIVED', evidence: '1 of 2 objects of the first page' })
    expect(of(some, 's3:GetObject').evidence).toMatch(/a\.csv/)
    archive('a.csv')
    const all = await check(source)
    expect(of(all, 'storage-class')).toMatchObject({ ok: false, code: 'OBJECTS_ARCHIVED', remedy: expect.stringMatching(/RestoreObject/) })
    expect(of(all, 's3:GetObject')).toMatchObject({ ok: true, tried: false })
  })

  test('a listing does not tell of those in the archive tiers of INTELLIGENT_TIERING: the next one is tried', async () => {
    await using fixture = await withReader()
    // The double refuses to read these classes and the listing is made to say otherwise.
    fixture.double.putObject(bucket, `${prefix}0.csv`, 'abc', { storageClass: 'GLACIER' })
    fixture.double.fault({ operation: 'ListObjectsV2', kind: 'storageClass', storageClass: 'INTELLIGENT_TIERING' })
    const findings = await check(fixture.owned('the-key', { credentials: fixture.reader }))
    expect(of(findings, 'storage-class')).toMatchObject({
      ok: true,
      code: 'OBJECTS_ARCHIVED',
      evidence: '1 of 2 objects of the first page',
    })
    expect(of(findings, 's3:GetObject').evidence).toMatch(/a\.csv/)
  })
})

test('an empty folder can be listed; what cannot be tried there says so and is not held against it', async () => {
  await using fixture = await withReader()
  const findings = await check(fixture.owned('the-key', { credentials: fixture.reader, url: `s3://${bucket}/empty/` }))
  expect(findings.every(({ ok }) => ok)).toBe(true)
  expect(of(findings, 's3:ListBucket').message).toMatch(/nothing is in it/)
  expect(of(findings, 's3:GetObject')).toMatchObject({ tried: false, message: expect.stringMatching(/^Not tried/) })
})

test('without the importer’s ARN the statements hold a placeholder, and never a secret', async () => {
  await using fixture = await S3Fixture.start()
  const reader = fixture.double.addUser('reader', '999988887777')
  const findings = await check(fixture.owned('the-key', { credentials: reader }))
  expect(of(findings, 's3:ListBucket').fix?.statement).toEqual({
    Effect: 'Allow',
    Principal: { AWS: "<ARN of the importer's role>" },
    Action: 's3:ListBucket',
    Resource: `arn:aws:s3:::${bucket}`,
    Condition: { StringLike: { 's3:prefix': `${prefix}*` } },
  })
  expect(JSON.stringify(findings)).not.toMatch(/the-key/)
})
