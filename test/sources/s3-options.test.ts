import { inspect } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { checkS3Options } from '../../src/sources/s3/s3-options.js'
import { s3Source } from '../../src/sources/s3/s3-source.js'

const place = { url: 's3://customer-bucket/in', region: 'eu-central-1' }
const role = { arn: 'arn:aws:iam::111122223333:role/importer', externalId: 'ext-1' }
const make = (options: object) => () => s3Source(options as Parameters<typeof s3Source>[0])

afterEach(() => vi.unstubAllEnvs())

test('builds without a request, with a place that holds no secret', () => {
  const secrets = { ingestionKey: 'KEY-secret', credentials: { accessKeyId: 'ID-secret', secretAccessKey: 'ACCESS-secret' } }
  const source = s3Source({ ...place, ...secrets, role: { ...role, externalId: 'EXTERNAL-secret' } })
  expect(source).toMatchObject({ place: 's3://customer-bucket/in/', identity: 'etag', listsInKeyOrder: true })
  expect(inspect(source, { depth: 9, showHidden: true }) + JSON.stringify(source)).not.toMatch(/secret/)
})

test('the ownership check is there unless the host opts out by a word of its own', () => {
  expect(s3Source({ ...place, ingestionKey: 'k' }).checkOwnership).toBeTypeOf('function')
  expect('checkOwnership' in s3Source({ ...place, ownership: 'unchecked' })).toBe(false)
})

describe('secrets that are not set', () => {
  test.each([
    ['no key', {}, /`ingestionKey` is missing/],
    ['an unset variable as key', { ingestionKey: undefined }, /`ingestionKey` is missing/],
    ['an empty key', { ingestionKey: ' ' }, /`ingestionKey` is missing/],
    ['no external id', { ingestionKey: 'k', role: { arn: role.arn, externalId: undefined } }, /externalId` is missing/],
    ['an empty secret', { ingestionKey: 'k', credentials: { accessKeyId: 'a', secretAccessKey: '' } }, /secretAccessKey` is missing/],
  ])('%s', (_, options, message) => {
    expect(make({ ...place, ...options })).toThrow(message)
    expect(make({ ...place, ...options })).toThrow(expect.objectContaining({ code: 'CONFIG_SECRET_MISSING', remedy: expect.any(String) }))
  })
})

describe('wrong options', () => {
  test.each([
    ['a misspelt option', { ingestionkey: 'k' }, /no option "ingestionkey"/, 'Did you mean "ingestionKey"?'],
    [
      'an option from nowhere',
      { ingestionKey: 'k', xyzzyPlugh: 1 },
      /no option "xyzzyPlugh"/,
      expect.stringMatching(/^Known options: url/),
    ],
    ['a misspelt member', { ingestionKey: 'k', role: { ...role, externalID: 'x' } }, /role has no option/, 'Did you mean "externalId"?'],
    ['both words', { ingestionKey: 'k', ownership: 'unchecked' }, /contradict/, expect.any(String)],
    ['another word', { ownership: false }, /only be 'unchecked'/, expect.any(String)],
    ['a tag key of nothing', { ownership: 'unchecked', tagKey: 'x' }, /means nothing/, expect.any(String)],
    ['an empty tag key', { ingestionKey: 'k', tagKey: '' }, /tagKey/, expect.any(String)],
    [
      'a user as role',
      { ingestionKey: 'k', role: { ...role, arn: 'arn:aws:iam::111122223333:user/x' } },
      /not the ARN of a role/,
      expect.any(String),
    ],
    [
      'an external id with a space',
      { ingestionKey: 'k', role: { ...role, externalId: 'a b' } },
      /form that STS does not take/,
      expect.any(String),
    ],
    [
      'a role elsewhere without its STS',
      { ingestionKey: 'k', role, endpoint: 'http://localhost:1' },
      /needs `stsEndpoint`/,
      expect.any(String),
    ],
    ['an endpoint of another kind', { ingestionKey: 'k', endpoint: 'file:///etc' }, /not an http or https URL/, expect.any(String)],
    ['an endpoint with keys', { ingestionKey: 'k', endpoint: 'https://me:pw@host' }, /user name, a password/, expect.any(String)],
    ['a short account', { ingestionKey: 'k', expectedBucketOwner: '1234' }, /account id/, expect.any(String)],
    ['a session of a minute', { ingestionKey: 'k', role: { ...role, durationSeconds: 60 } }, /from 900 to 43200/, expect.any(String)],
    ['a session name with a space', { ingestionKey: 'k', role: { ...role, sessionName: 'a b' } }, /sessionName/, expect.any(String)],
    [
      'a user as importer',
      { ingestionKey: 'k', importerRoleArn: 'arn:aws:iam::111122223333:user/x' },
      /importerRoleArn/,
      expect.any(String),
    ],
    [
      'two regions',
      { ingestionKey: 'k', url: 'https://abc.s3.eu-west-1.amazonaws.com/' },
      /region eu-west-1, and `region` another/,
      expect.any(String),
    ],
    [
      'two servers',
      { ingestionKey: 'k', url: 'https://abc.s3.amazonaws.com/', endpoint: 'http://localhost:1' },
      /`endpoint` another/,
      expect.any(String),
    ],
    ['a region that is none', { ingestionKey: 'k', region: 'evil.com/' }, /name of a region/, expect.any(String)],
  ])('%s', (_, options, message, remedy) => {
    expect(make({ ...place, ...options })).toThrow(message)
    expect(make({ ...place, ...options })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', remedy }))
    expect(make({ ...place, ...options })).not.toThrow(/pw/)
  })
})

test('an https URL brings its region along, and no other form of the same place', () => {
  vi.stubEnv('AWS_REGION', 'us-west-2')
  const url = 'https://customer-bucket.s3.eu-central-1.amazonaws.com/in/'
  expect(checkS3Options({ url, ingestionKey: 'k' })).toMatchObject({ region: 'eu-central-1', place: 's3://customer-bucket/in/' })
  expect(checkS3Options({ url, ingestionKey: 'k', region: 'eu-central-1' })).toMatchObject({ region: 'eu-central-1' })
})

test('defaults: region from the environment, else us-east-1; path style with an endpoint', () => {
  vi.stubEnv('AWS_REGION', '')
  vi.stubEnv('AWS_DEFAULT_REGION', 'eu-north-1')
  const options = { url: place.url, ingestionKey: 'k' }
  expect(checkS3Options(options)).toMatchObject({ region: 'eu-north-1', pathStyle: false, owned: { tagKey: 'arize-ingestion-key' } })
  vi.stubEnv('AWS_DEFAULT_REGION', '')
  expect(checkS3Options({ ...options, endpoint: 'http://localhost:1' })).toMatchObject({ region: 'us-east-1', pathStyle: true })
})
