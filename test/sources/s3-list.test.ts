import { expect, test } from 'vitest'
import { compareKeys } from '../../src/model/compare-keys.js'
import type { ListingDamage } from '../../src/testing/s3-double/fault.js'
import { bucket, listAll, only, prefix, S3Fixture, signal } from './s3-fixture.js'

/** Enough for three pages. */
const keys = Array.from({ length: 2_003 }, (_, i) => `${prefix}${i % 13}/${i}.csv`).sort(compareKeys)

async function filled(): Promise<S3Fixture> {
  const fixture = await S3Fixture.start()
  for (const key of keys) fixture.double.putObject(bucket, key, 'x')
  return fixture
}

test('pages by the last key, one request per element, and resumes from any cursor', async () => {
  await using fixture = await filled()
  const source = fixture.source()
  const sizes: number[] = []
  for await (const page of source.list({ signal })) sizes.push(page.length)
  expect(sizes).toEqual([1_000, 1_000, 3])
  expect(source.requestCounts?.()).toEqual({ list: 3, head: 0, get: 0 })
  const queries = fixture.double.requests.map(({ query }) => query)
  expect(queries.map((query) => query['start-after'])).toEqual([undefined, keys[999], keys[1_999]])
  expect(queries.every((query) => query['continuation-token'] === undefined && query['encoding-type'] === 'url')).toBe(true)
  expect((await listAll(source, { after: keys[1_500] ?? '' })).map(({ key }) => key)).toEqual(keys.slice(1_501))
})

test('stops asking when the caller stops pulling', async () => {
  await using fixture = await filled()
  for await (const _ of fixture.source().list({ signal })) break
  expect(fixture.double.requestCounts.ListObjectsV2).toBe(1)
})

test('never lists outside the place, whatever is asked for', async () => {
  await using fixture = await S3Fixture.start()
  fixture.put('a.csv', 'x')
  fixture.double.putObject(bucket, 'inside/b.csv', 'x')
  fixture.double.putObject(bucket, 'other/c.csv', 'x')
  const source = fixture.source()
  for (const under of ['', 'i', prefix]) expect((await listAll(source, { under })).map(({ key }) => key)).toEqual([`${prefix}a.csv`])
  expect(await listAll(source, { under: 'other/' })).toEqual([])
})

test('keys that XML or URLs could mangle come back as stored', async () => {
  await using fixture = await S3Fixture.start()
  const odd = [
    '\u0001',
    '\t',
    '\n',
    '\r',
    '+',
    '%2B',
    '%20',
    ' ',
    '&amp;',
    '<',
    '\ufffd',
    '\uffff',
    '../x',
    './x',
    '//x',
    '😀',
    '?a=b',
    '#c',
    '\\',
  ]
  const put = odd.map((name) => `${prefix}${name}`).sort(compareKeys)
  for (const key of put) fixture.double.putObject(bucket, key, key)
  const source = fixture.source()
  const found = await listAll(source)
  expect(found.map(({ key }) => key)).toEqual(put)
  for (const object of found) {
    const reader = await source.open(object, { signal })
    expect(Buffer.from(await reader.read(0, object.size, { signal })).toString()).toBe(object.key)
    expect(await source.stat?.(object.key, { signal })).toMatchObject({ version: object.version })
  }
})

test('an ETag is kept verbatim without its outer quotes', async () => {
  await using fixture = await S3Fixture.start()
  fixture.double.putObject(bucket, `${prefix}multi.csv`, 'abc', { etag: 'd41d8cd98f00b204e9800998ecf8427e-2' })
  expect(await only(fixture.source())).toMatchObject({ version: 'e:d41d8cd98f00b204e9800998ecf8427e-2:3', size: 3 })
})

test('archived objects are marked, by the listing and by stat', async () => {
  await using fixture = await S3Fixture.start()
  for (const storageClass of ['STANDARD', 'GLACIER', 'GLACIER_IR', 'DEEP_ARCHIVE']) {
    fixture.double.putObject(bucket, `${prefix}${storageClass}`, 'x', { storageClass })
  }
  const source = fixture.source()
  const listed = await listAll(source)
  expect(listed.filter(({ archived }) => archived === true).map(({ key }) => key)).toEqual([`${prefix}DEEP_ARCHIVE`, `${prefix}GLACIER`])
  for (const object of listed) expect((await source.stat?.(object.key, { signal }))?.archived).toBe(object.archived)
  const [archived] = listed
  if (archived === undefined) throw new Error('nothing is listed')
  await expect((await source.open(archived, { signal })).read(0, 1, { signal })).rejects.toMatchObject({
    code: 'OBJECT_ARCHIVED',
    scope: 'file',
    retryable: false,
    location: { key: archived.key },
  })
})

const damages: readonly ListingDamage[] = [
  'keyCount',
  'noKeyCount',
  'noIsTruncated',
  'keyNotAfterStart',
  'keyOutsidePrefix',
  'outOfOrder',
  'duplicateKey',
  'otherBucket',
  'badSize',
  'noEtag',
  'html',
]

test.each(damages)('a page with the damage %s is refused, never taken for the end', async (damage) => {
  await using fixture = await filled()
  const fault = fixture.double.fault({ operation: 'ListObjectsV2', nth: 2, kind: 'malformedListing', damage })
  const source = fixture.source()
  await expect(listAll(source)).rejects.toMatchObject({
    code: 'SOURCE_LISTING_INVALID',
    scope: 'job',
    retryable: true,
    remedy: expect.any(String),
  })
  expect(fault.hits).toBe(1)
  expect(await listAll(source)).toHaveLength(keys.length)
})

test('an error document inside an answer of success is an error', async () => {
  await using fixture = await filled()
  fixture.double.fault({ operation: 'ListObjectsV2', nth: 2, kind: 'malformedListing', damage: 'errorInside' })
  await expect(listAll(fixture.source())).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: true })
})

test.each([0, 0.1, 0.3, 0.5, 0.9, 0.999])('a listing whose XML ends at %d of its length is refused', async (at) => {
  await using fixture = await filled()
  const fault = fixture.double.fault({ operation: 'ListObjectsV2', kind: 'truncatedXml', at })
  await expect(listAll(fixture.source())).rejects.toMatchObject({ code: 'SOURCE_LISTING_INVALID' })
  expect(fault.hits).toBe(1)
})

test('a page without keys that leads on by a token is followed, one that leads to itself is refused', async () => {
  await using fixture = await filled()
  const source = fixture.source()
  fixture.double.fault({ operation: 'ListObjectsV2', kind: 'malformedListing', damage: 'emptyTruncated', times: Number.POSITIVE_INFINITY })
  await expect(listAll(source)).rejects.toMatchObject({ code: 'SOURCE_LISTING_INVALID', message: expect.stringMatching(/back to itself/) })
})

test('a looping token loops nothing', async () => {
  await using fixture = await filled()
  fixture.double.fault({ operation: 'ListObjectsV2', kind: 'malformedListing', damage: 'loopingToken', times: 2 })
  expect((await listAll(fixture.source())).map(({ key }) => key)).toEqual(keys)
})

test('weak ETags are no identity', async () => {
  await using fixture = await S3Fixture.start()
  fixture.double.putObject(bucket, `${prefix}a.csv`, 'abc')
  fixture.double.fault({ operation: 'HeadObject', kind: 'headers', headers: { etag: 'W/"abc"' } })
  await expect(fixture.source().stat?.(`${prefix}a.csv`, { signal })).rejects.toMatchObject({ code: 'SOURCE_LISTING_INVALID' })
})
