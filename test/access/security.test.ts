import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { bucketPolicy } from '../../src/access/bucket-policy.js'
import { createExternalId, createIngestionKey } from '../../src/access/ingestion-key.js'
import { rolePermissionPolicy } from '../../src/access/role-permission-policy.js'
import { roleTrustPolicy } from '../../src/access/role-trust-policy.js'
import { ConfigError } from '../../src/errors.js'
import { parseS3Definition } from '../../src/sources/s3/s3-definition.js'
import type { S3Place } from '../../src/sources/s3/s3-options.js'
import { s3Source } from '../../src/sources/s3/s3-source.js'
import { parseS3Url } from '../../src/sources/s3/s3-url.js'
import { scoresCsv } from '../job/parts.js'
import { bucket, listAll, only, prefix, readAll, S3Fixture, signal } from '../sources/s3-fixture.js'
import { type DoubleLab, doubleLab } from './lab/double-lab.js'
import { jobFrom, sourceIn, tags } from './lab/import-from.js'

describe('a URL leads to no server but Amazon’s', () => {
  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/bucket/',
    'https://[::ffff:169.254.169.254]/bucket/',
    'https://2852039166/latest/',
    'https://0251.0376.0251.0376/latest/',
    'https://0xa9fea9fe/latest/',
    'https://127.1/bucket/',
    'https://localhost/bucket/',
    'https://localtest.me/bucket/',
    'https://metadata.google.internal/',
    'https://s3.amazonaws.com@evil.example/bucket/',
    'https://evil.example#.s3.amazonaws.com/bucket/',
    'https://evil.example?.s3.amazonaws.com/bucket/',
    'https://evil.example/\\.s3.amazonaws.com/bucket/',
    'https://evil.example%2f.s3.amazonaws.com/bucket/',
    'https://s3.amazonaws.com.evil.example/bucket/',
    'https://s3.eu-west-1.amazonaws.com.cn.evil.example/bucket/',
    'https://bucket.s3.evil.amazonaws.example/',
    'https://xs3.amazonaws.com/bucket/',
    'https://bucket.s3.eu-west-1.amazonaws.com:8080/',
    'https://ｓ3.amazonaws.com/bucket/',
    'https://console.aws.amazon.com.evil.example/s3/buckets/bucket',
    'file:///etc/passwd',
    'ftp://example.com/bucket/',
    'gopher://example.com/',
    'data:text/plain,x',
    '//evil.example/bucket/',
    'https:\\\\evil.example/bucket/',
    'https://',
  ])('%s', (url) => {
    expect(() => parseS3Url(url)).toThrow(ConfigError)
    expect(() => parseS3Definition({ url })).toThrow(ConfigError)
  })

  test.each([
    '169.254.169.254',
    'a/../../b',
    'evil.example/x@bucket',
    'bucket@evil.example',
    'bucket#x',
    'bucket?x',
    'bucket:80',
    'arn:aws:s3:eu-west-1:111122223333:accesspoint',
    'bucket\\evil',
    'bücket',
    'bucket%2f',
    '..',
    'bucket..x',
    'x.mrap',
    'bucket\u0000',
    'bucket\r\nhost: evil.example',
  ])('the bucket %j is refused or read as a folder below a plain name', (name) => {
    let place: { bucket: string } | undefined
    try {
      place = parseS3Url(`s3://${name}/in/`)
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError)
      expect(String(error)).not.toMatch(/[\r\n\0]/)
    }
    if (place !== undefined) expect(place.bucket).toMatch(/^[a-z0-9][a-z0-9.-]+[a-z0-9]$/)
  })

  test('regions that would make another host of the name are refused', () => {
    for (const region of ['evil.example/', 'evil#', 'evil@', 'a b', 'x\r\n', '']) {
      expect(() => s3Source({ url: 's3://bucket/', region, ownership: 'unchecked' })).toThrow(ConfigError)
    }
  })
})

describe('a stored definition chooses no server and holds no secret', () => {
  test.each([
    ['endpoint', 'http://169.254.169.254'],
    ['stsEndpoint', 'http://evil.example'],
    ['pathStyle', true],
    ['credentials', { accessKeyId: 'AKIACANARY', secretAccessKey: 'CANARY' }],
    ['ingestionKey', 'CANARY'],
    ['ownership', 'unchecked'],
    ['tagKey', 'mine'],
    ['role', { arn: 'arn:aws:iam::111122223333:role/x', externalId: 'CANARY' }],
    ['externalId', 'CANARY'],
    ['importerRoleArn', 'arn:aws:iam::111122223333:role/x'],
    ['endpont', 'http://evil.example'],
    ['region', 'evil.example/'],
    ['region', { toString: () => 'eu-west-1' }],
    ['expectedBucketOwner', 111122223333],
    ['roleArn', 'arn:aws:iam::111122223333:user/x'],
    ['roleArn', '*'],
  ])('%s: %j', (name, value) => {
    const parse = () => parseS3Definition({ url: 's3://customer-bucket/in/', [name]: value })
    expect(parse).toThrow(ConfigError)
    expect(parse).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', remedy: expect.stringMatching(/\S/) }))
    expect(parse).not.toThrow(/CANARY|evil/)
  })

  test.each([undefined, null, 'url', [], 7])('%j is no definition', (definition) => {
    expect(() => parseS3Definition(definition)).toThrow(ConfigError)
  })

  test('what is left may be spread into a source', () => {
    const definition = JSON.parse(
      '{"url":"s3://customer-bucket/in/","region":"eu-west-1","expectedBucketOwner":"111122223333","roleArn":"arn:aws:iam::111122223333:role/x","__proto__":{"endpoint":"http://evil.example"}}',
    )
    expect(() => parseS3Definition(definition)).toThrow(/no option "__proto__"/)
    const { roleArn = '', ...place } = parseS3Definition({
      url: 's3://customer-bucket/in/',
      region: 'eu-west-1',
      roleArn: 'arn:aws:iam::111122223333:role/x',
    })
    const source = s3Source({ ...place, ingestionKey: 'k', role: { arn: roleArn, externalId: createExternalId() } })
    expect(source.place).toBe('s3://customer-bucket/in/')
  })
})

describe('answers lead nowhere else', () => {
  test.each([
    ['a redirect to another host', (url: string) => ({ kind: 'redirect', location: `${url}/${bucket}/${prefix}a.csv` }) as const],
    ['a region that is a host', () => ({ kind: 'redirect', region: 'evil.example' }) as const],
  ])('%s', async (_, faultAt) => {
    const reached: string[] = []
    const other = createServer((request, response) => {
      reached.push(`${request.method} ${request.url}`)
      response.end()
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    await using fixture = await S3Fixture.start()
    fixture.put('a.csv', 'abc')
    const source = fixture.owned('the-key')
    const object = await only(source)
    fixture.double.fault({ ...faultAt(`http://127.0.0.1:${(other.address() as AddressInfo).port}`), times: Number.POSITIVE_INFINITY })
    for (const attempt of [
      () => listAll(source),
      () => readAll(source, object),
      () => source.stat?.(object.key, { signal }),
      () => source.checkOwnership?.({ signal }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: expect.stringMatching(/^(SOURCE_UNAVAILABLE|CONFIG_INVALID)$/) })
    }
    expect((await source.check?.({ signal }))?.some(({ ok }) => !ok)).toBe(true)
    expect(reached).toEqual([])
    other.close()
  })
})

/** Two tenants of one importer. The second knows all that is no secret of the first: bucket, role, ARNs. */
interface Tenants {
  readonly lab: DoubleLab
  readonly first: { readonly bucket: string; readonly role: string; readonly externalId: string }
  readonly second: { readonly ingestionKey: string; readonly externalId: string }
}

async function tenants(byRole: boolean): Promise<Tenants> {
  const lab = await doubleLab()
  const first = { bucket: await lab.bucket(), externalId: createExternalId() }
  await lab.tag(first.bucket, tags)
  await lab.put(first.bucket, 'in/CANARY.csv', scoresCsv('CANARY', 2))
  const role = await lab.createRole(
    roleTrustPolicy({ importerAccountArn: lab.host.accountArn, externalId: first.externalId }),
    rolePermissionPolicy({ places: [first] }),
  )
  if (!byRole) await lab.setBucketPolicy(first.bucket, bucketPolicy({ ...first, importerRoleArn: lab.importer.roleArn }))
  return { lab, first: { ...first, role: role.arn }, second: { ingestionKey: createIngestionKey(), externalId: createExternalId() } }
}

describe('one tenant cannot have the importer read another’s bucket', () => {
  const cases: readonly (readonly [what: string, byRole: boolean, options: (tenants: Tenants) => Partial<S3Place>, code: string])[] = [
    ['a bucket that lets the importer in', false, ({ lab }) => ({ credentials: lab.importer.credentials }), 'SOURCE_OWNERSHIP_MISMATCH'],
    [
      'the role of the other, with one’s own external id',
      true,
      ({ lab, first, second }) => ({ credentials: lab.host.credentials, role: { arn: first.role, externalId: second.externalId } }),
      'SOURCE_DENIED',
    ],
    [
      'the role of the other, with its external id, should that leak',
      true,
      ({ lab, first }) => ({ credentials: lab.host.credentials, role: { arn: first.role, externalId: first.externalId } }),
      'SOURCE_OWNERSHIP_MISMATCH',
    ],
    ['no role where one is needed', true, ({ lab }) => ({ credentials: lab.host.credentials }), 'SOURCE_DENIED'],
  ]
  test.each(cases)('%s', async (_, byRole, options, code) => {
    const all = await tenants(byRole)
    const { lab, first, second } = all
    const source = sourceIn(lab, first.bucket, { ...options(all), ingestionKey: second.ingestionKey })
    const job = jobFrom(source)
    lab.double.clearRequests()
    const report = await job.runOnce()
    expect(report).toMatchObject({ outcome: 'blocked', imported: 0, errors: [{ code }] })
    expect(lab.double.requestCounts).toMatchObject({ ListObjectsV2: 0, GetObject: 0 })
    const findings = await job.checkAccess()
    expect(findings.some(({ ok }) => !ok)).toBe(true)
    const dryRun = await job.dryRun()
    expect(dryRun.ok).toBe(false)
    expect(inspect([report, findings, dryRun, await job.status()], { depth: 9 })).not.toMatch(/CANARY/)
    await job.close()
    await lab.close()
  })

  test('tags that may not be read are no proof', async () => {
    const { lab, first, second } = await tenants(false)
    const { Statement, ...policy } = bucketPolicy({ ...first, prefix: 'in/', importerRoleArn: lab.importer.roleArn })
    await lab.setBucketPolicy(first.bucket, { ...policy, Statement: Statement.filter(({ Action }) => Action !== 's3:GetBucketTagging') })
    const job = jobFrom(sourceIn(lab, first.bucket, { credentials: lab.importer.credentials, ingestionKey: second.ingestionKey }))
    expect(await job.runOnce()).toMatchObject({ outcome: 'blocked', imported: 0, errors: [{ code: 'SOURCE_DENIED' }] })
    expect(lab.double.requestCounts).toMatchObject({ ListObjectsV2: 0, GetObject: 0 })
    await job.close()
    await lab.close()
  })

  test('a role that asks for no external id is refused by the check, before a job is made of it', async () => {
    const { lab, first } = await tenants(true)
    const open = await lab.createRole(
      { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: lab.host.accountArn }, Action: 'sts:AssumeRole' }] },
      rolePermissionPolicy({ places: [first] }),
    )
    const role = { arn: open.arn, externalId: createExternalId() }
    const findings = await sourceIn(lab, first.bucket, { credentials: lab.host.credentials, role }).check?.({ signal })
    expect(findings?.filter(({ ok }) => !ok).map(({ code }) => code)).toEqual(['EXTERNAL_ID_NOT_REQUIRED'])
    await lab.close()
  })

  test('an external id that is missing or empty does not build', () => {
    for (const externalId of [undefined, '', null]) {
      const role = { arn: 'arn:aws:iam::111122223333:role/x', externalId } as never
      expect(() => s3Source({ url: 's3://customer-bucket/', ingestionKey: 'k', role })).toThrow(
        expect.objectContaining({ code: 'CONFIG_SECRET_MISSING' }),
      )
    }
  })
})

test('with a role the host’s own credentials call STS and nothing else, whatever is done', async () => {
  const { lab, first } = await tenants(true)
  const role = { arn: first.role, externalId: first.externalId }
  const job = jobFrom(sourceIn(lab, first.bucket, { credentials: lab.host.credentials, role }))
  expect(await job.checkAccess()).toHaveLength(9)
  await job.dryRun()
  expect(await job.runOnce()).toMatchObject({ imported: 1 })
  lab.double.expireSessions()
  await lab.put(first.bucket, 'in/more.csv', scoresCsv('more', 1))
  expect(await job.runOnce()).toMatchObject({ imported: 1 })
  const byHost = lab.double.requests.filter(({ principal }) => principal?.includes(':user/'))
  expect([...new Set(byHost.map(({ operation }) => operation))]).toEqual(['AssumeRole'])
  expect(lab.double.requests.filter(({ operation, principal }) => operation !== 'AssumeRole' && principal !== undefined)).not.toEqual([])
  await job.close()
  await lab.close()
})

test('keys of a bucket make no paths and no lines', async () => {
  await using fixture = await S3Fixture.start()
  for (const name of ['../../etc/passwd.csv', 'a\r\nINFO done.csv', 'x'.repeat(1_000), '\u001b[2J.csv']) fixture.put(name, 'broken')
  const source = fixture.owned('the-key')
  const objects = await listAll(source)
  expect(objects).toHaveLength(4)
  for (const object of objects) {
    fixture.double.deleteObject(bucket, object.key)
    const error = await readAll(source, object).catch((thrown: unknown) => thrown)
    expect((error as Error).message).not.toMatch(/\p{Cc}/u)
  }
  expect(await source.stat?.(`${prefix}\ud800`, { signal }).catch((error: unknown) => error)).toSatisfy(
    (answer) => answer === undefined || answer instanceof Error,
  )
})
