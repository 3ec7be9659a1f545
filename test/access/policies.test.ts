// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts that other languages take for templates
import { describe, expect, test } from 'vitest'
import { bucketPolicy } from '../../src/access/bucket-policy.js'
import { kmsKeyPolicy } from '../../src/access/kms-key-policy.js'
import { literalInPolicy, type PolicyDocument, policyJson } from '../../src/access/policy-document.js'
import { rolePermissionPolicy } from '../../src/access/role-permission-policy.js'
import { roleTrustPolicy } from '../../src/access/role-trust-policy.js'
import { ConfigError } from '../../src/errors.js'

const importerRoleArn = 'arn:aws:iam::756106863523:role/arize-importer'
const importerAccountArn = 'arn:aws:iam::756106863523:root'
const kmsKeyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const actions = ['s3:GetBucketTagging', 's3:GetObject', 's3:ListBucket']

describe('as the page of the origin has them', () => {
  test('the statement of a role’s trust policy', () => {
    expect(roleTrustPolicy({ importerAccountArn, externalId: 'the-id' })).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::756106863523:root' },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': 'the-id' } },
        },
      ],
    })
  })

  test('the statement of a role’s permissions', () => {
    expect(rolePermissionPolicy({ places: [{ bucket: 'example-demo-bucket' }] })).toEqual({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: actions, Resource: ['arn:aws:s3:::example-demo-bucket', 'arn:aws:s3:::example-demo-bucket/*'] },
      ],
    })
  })

  test('the statement of a bucket policy', () => {
    expect(bucketPolicy({ bucket: 'example-demo-bucket', importerRoleArn }).Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::756106863523:role/arize-importer' },
        Action: actions,
        Resource: ['arn:aws:s3:::example-demo-bucket', 'arn:aws:s3:::example-demo-bucket/*'],
      },
    ])
  })
})

test('narrowed to a folder: tags of the bucket, a listing of the folder, objects below it', () => {
  const narrow = [
    { Effect: 'Allow', Action: 's3:GetBucketTagging', Resource: 'arn:aws:s3:::customer-bucket' },
    { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::customer-bucket/in/v1/*' },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::customer-bucket',
      Condition: { StringLike: { 's3:prefix': 'in/v1/*' } },
    },
  ]
  expect(rolePermissionPolicy({ places: [{ bucket: 'customer-bucket', prefix: 'in/v1' }] }).Statement).toEqual(narrow)
  expect(bucketPolicy({ bucket: 'customer-bucket', prefix: 'in/v1/', importerRoleArn }).Statement).toEqual(
    narrow.map((statement) => ({ ...statement, Principal: { AWS: importerRoleArn } })),
  )
})

test('one role for several buckets, with keys', () => {
  const { Statement } = rolePermissionPolicy({
    places: [{ bucket: 'first' }, { bucket: 'second', prefix: 'in/' }],
    kmsKeyArns: [kmsKeyArn],
  })
  expect(Statement).toHaveLength(5)
  expect(Statement.at(-1)).toEqual({
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: kmsKeyArn,
    Condition: { StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } },
  })
})

test('what a key’s policy has to say to a role of another account', () => {
  expect(kmsKeyPolicy({ kmsKeyArn, readerRoleArn: importerRoleArn }).Statement).toEqual([
    {
      Effect: 'Allow',
      Principal: { AWS: importerRoleArn },
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } },
    },
  ])
})

test('other partitions have other ARNs and other services', () => {
  const role = 'arn:aws-cn:iam::111122223333:role/importer'
  expect(JSON.stringify(bucketPolicy({ bucket: 'customer-bucket', importerRoleArn: role }))).toContain('arn:aws-cn:s3:::customer-bucket/*')
  const key = 'arn:aws-cn:kms:cn-north-1:111122223333:key/k'
  expect(JSON.stringify(kmsKeyPolicy({ kmsKeyArn: key, readerRoleArn: role }))).toContain('s3.cn-north-1.amazonaws.com.cn')
  const permissions = rolePermissionPolicy({ places: [{ bucket: 'customer-bucket' }], partition: 'aws-us-gov' })
  expect(JSON.stringify(permissions)).toContain('arn:aws-us-gov:s3:::customer-bucket')
})

/** What IAM takes a pattern for, without wildcards and variables where there should be none. */
function literalOf(pattern: string): string {
  const inside = pattern.replace(/\$\{([*?$])\}/g, (_, char: string) => `\u0000${char.charCodeAt(0)};`)
  if (/[*?]|\$\{/.test(inside)) throw new Error(`something stands for something else in ${pattern}`)
  return inside.replace(/\0(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
}

test.each(['a*b/', '*/', 'what?/', '${aws:username}/', '$${x}/', '${*}/', 'plain$money/', '"quoted"\\/', 'ü😀/', 'a\nb/'])(
  'the prefix %j stands for itself alone',
  (prefix) => {
    expect(literalOf(literalInPolicy(prefix))).toBe(prefix)
    const policy = bucketPolicy({ bucket: 'customer-bucket', prefix, importerRoleArn })
    const text = policyJson(policy)
    expect(text).toMatch(/^[\n\x20-\x7e]*$/)
    const [, get, list] = (JSON.parse(text) as PolicyDocument).Statement
    const resource = String(get?.Resource)
    expect(resource.endsWith('*') && resource.startsWith('arn:aws:s3:::customer-bucket/')).toBe(true)
    expect(literalOf(resource.slice('arn:aws:s3:::customer-bucket/'.length, -1))).toBe(prefix)
    expect(literalOf(String(list?.Condition?.StringLike?.['s3:prefix']).slice(0, -1))).toBe(prefix)
  },
)

describe('inputs that are refused', () => {
  const bucket = 'customer-bucket'
  const cases: readonly (readonly [what: string, make: () => unknown, message: RegExp])[] = [
    ['no role', () => bucketPolicy({ bucket, importerRoleArn: undefined as never }), /`importerRoleArn` is missing/],
    ['everyone', () => bucketPolicy({ bucket, importerRoleArn: '*' }), /is everyone/],
    ['an account in place of a role', () => bucketPolicy({ bucket, importerRoleArn: importerAccountArn }), /not the ARN of a role/],
    ['a session', () => bucketPolicy({ bucket, importerRoleArn: 'arn:aws:sts::111122223333:assumed-role/x/y' }), /not the ARN of a role/],
    ['no account', () => roleTrustPolicy({ importerAccountArn: undefined as never, externalId: 'x1' }), /`importerAccountArn` is missing/],
    ['anyone', () => roleTrustPolicy({ importerAccountArn: '*', externalId: 'x1' }), /is everyone/],
    ['an account without a number', () => roleTrustPolicy({ importerAccountArn: 'arn:aws:iam::*:root', externalId: 'x1' }), /not the ARN/],
    ['no external id', () => roleTrustPolicy({ importerAccountArn, externalId: '' }), /`externalId` is missing/],
    ['an external id that is a pattern', () => roleTrustPolicy({ importerAccountArn, externalId: '*' }), /form that STS does not take/],
    ['a bucket that is a pattern', () => bucketPolicy({ bucket: 'customer-*', importerRoleArn }), /a character other than/],
    ['a bucket with a path', () => bucketPolicy({ bucket: 'customer-bucket/x', importerRoleArn }), /a character other than/],
    ['a bucket with a quotation mark', () => bucketPolicy({ bucket: 'a"b', importerRoleArn }), /a character other than/],
    ['no bucket', () => rolePermissionPolicy({ places: [] }), /names no bucket/],
    ['a prefix with a slash before it', () => bucketPolicy({ bucket, prefix: '/in/', importerRoleArn }), /starts with a slash/],
    ['half a character', () => bucketPolicy({ bucket, prefix: '\ud800/', importerRoleArn }), /surrogate/],
    ['a prefix that no key can have', () => bucketPolicy({ bucket, prefix: 'x'.repeat(1025), importerRoleArn }), /1,024 bytes/],
    [
      'the alias of a key',
      () => kmsKeyPolicy({ kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:alias/x', readerRoleArn: importerRoleArn }),
      /not the ARN of a key/,
    ],
    ['everyone for a key', () => kmsKeyPolicy({ kmsKeyArn, readerRoleArn: '*' }), /`readerRoleArn`/],
  ]
  test.each(cases)('%s', (_, make, message) => {
    expect(make).toThrow(ConfigError)
    expect(make).toThrow(message)
    expect(make).toThrow(expect.objectContaining({ remedy: expect.stringMatching(/\S/) }))
  })
})
