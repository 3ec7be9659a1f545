import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { type Fault, type FaultHandle, type ListingDamage, type S3Double, startS3Double } from 'lading/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { errorOf } from './contract/contract-context.js'
import { rawGet, rawList } from './raw-exchange.js'

const digits = '0123456789'
let double: S3Double
let client: S3Client

beforeEach(async () => {
  double = await startS3Double()
  double.createBucket('logs')
  double.putObject('logs', 'in/digits', digits, { checksum: true })
  for (const key of ['in/a', 'in/b', 'in/c']) double.putObject('logs', key, key)
  client = new S3Client({ endpoint: double.endpoint, region: double.region, credentials: double.credentials, maxAttempts: 1 })
})

afterEach(async () => {
  client.destroy()
  await double.close()
})

const get = (Range?: string) =>
  client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'in/digits', ...(Range === undefined ? {} : { Range }) }))
const wholeText = async (): Promise<string | undefined> => (await get()).Body?.transformToString()
const raw = (Range?: string) => rawGet(double, { Bucket: 'logs', Key: 'in/digits', ...(Range === undefined ? {} : { Range }) })
const list = () => client.send(new ListObjectsV2Command({ Bucket: 'logs', Prefix: 'in/' }))

/** Sets a fault that must strike once, and shows that the request after it is served. */
async function striking(fault: Fault, check: (handle: FaultHandle) => Promise<void>): Promise<void> {
  const handle = double.fault(fault)
  expect(handle.hits).toBe(0)
  await check(handle)
  expect(handle.hits).toBe(1)
  expect(double.requests.at(-1)?.fault).toBe(fault.kind)
  expect(await wholeText()).toBe(digits)
}

describe('instead of an answer', () => {
  test.each([
    [{ kind: 'slowDown' }, 'SlowDown', 503],
    [{ kind: 'internalError' }, 'InternalError', 500],
    [{ kind: 'expiredToken' }, 'ExpiredToken', 400],
    [{ kind: 'accessDenied' }, 'AccessDenied', 403],
    [{ kind: 'timeSkewed' }, 'RequestTimeTooSkewed', 403],
    [{ kind: 'redirect', region: 'eu-west-3' }, 'PermanentRedirect', 301],
  ] as const)('%j', async (fault, code, status) => {
    await striking(fault, async () => {
      expect(await errorOf(get())).toEqual({ code, status })
      expect(double.requests.at(-1)).toMatchObject({ operation: 'GetObject', status })
    })
  })

  test('slowDown may say when to come back', async () => {
    await striking({ kind: 'slowDown', retryAfterSeconds: 7 }, async () => {
      expect((await raw()).headers['retry-after']).toBe('7')
    })
  })

  test('redirect names the region, or another host', async () => {
    await striking({ kind: 'redirect', region: 'eu-west-3' }, async () => {
      expect((await raw()).headers['x-amz-bucket-region']).toBe('eu-west-3')
    })
    await striking({ kind: 'redirect', location: 'http://127.0.0.1:9/elsewhere' }, async () => {
      expect(await raw()).toMatchObject({ status: 307, headers: { location: 'http://127.0.0.1:9/elsewhere' } })
    })
  })

  test('resetBeforeResponse', async () => {
    await striking({ kind: 'resetBeforeResponse' }, async () => {
      await expect(raw()).rejects.toMatchObject({ code: 'ECONNRESET' })
      expect(double.requests.at(-1)?.status).toBeUndefined()
    })
  })

  test('STS answers in its own form', async () => {
    const user = double.addUser('reader')
    const RoleArn = `arn:aws:iam::${double.account}:role/importer`
    double.addRole({ arn: RoleArn, trusted: user, allow: [] })
    const sts = new STSClient({ endpoint: double.stsEndpoint, region: double.region, credentials: user, maxAttempts: 1 })
    const assume = () => sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'import' }))
    double.fault({ operation: 'AssumeRole', kind: 'expiredToken' })
    expect(await errorOf(assume())).toEqual({ code: 'ExpiredToken', status: 403 })
    expect(await errorOf(assume())).toBeUndefined()
    sts.destroy()
  })
})

describe('in the body', () => {
  test('cut sends so many bytes and ends the connection', async () => {
    await striking({ kind: 'cut', afterBytes: 4 }, async () => {
      expect(await raw()).toMatchObject({
        status: 200,
        ending: 'broken',
        body: Buffer.from('0123'),
        headers: { 'content-length': '10' },
      })
      expect(double.requests.at(-1)?.bytesSent).toBe(4)
    })
  })

  test('cut after no byte at all still sends the headers', async () => {
    await striking({ kind: 'cut', afterBytes: 0 }, async () => {
      expect(await raw()).toMatchObject({ status: 200, ending: 'broken', body: Buffer.alloc(0) })
    })
  })

  test('a cut without Content-Length looks like the end', async () => {
    await striking({ kind: 'cut', afterBytes: 4, hideLength: true }, async () => {
      const answer = await raw()
      expect(answer).toMatchObject({ status: 200, ending: 'whole', body: Buffer.from('0123') })
      expect(answer.headers).not.toHaveProperty('content-length')
      expect(answer.headers).not.toHaveProperty('transfer-encoding')
    })
  })

  test('cut with a reset', async () => {
    await striking({ kind: 'cut', afterBytes: 4, reset: true }, async () => {
      const answer = await raw().catch((error: NodeJS.ErrnoException) => error.code)
      expect(answer === 'ECONNRESET' || (typeof answer === 'object' && answer.ending === 'broken')).toBe(true)
    })
  })

  test('the SDK sees a cut as an error of the body', async () => {
    await striking({ kind: 'cut', afterBytes: 4 }, async () => {
      const answer = await get()
      await expect(answer.Body?.transformToString()).rejects.toThrow()
    })
  })

  test('stall stops and leaves the connection open', async () => {
    await striking({ kind: 'stall', afterBytes: 4 }, async () => {
      expect(await raw()).toMatchObject({ status: 200, ending: 'open', body: Buffer.from('0123') })
    })
  })

  test('closing the double ends a stalled connection', async () => {
    double.fault({ kind: 'stall', afterBytes: 4 })
    const body = (await get()).Body?.transformToString()
    const failed = expect(body).rejects.toThrow()
    await double.close()
    await failed
  })

  test('trickle sends all, slowly', async () => {
    await striking({ kind: 'trickle', bytes: 3, everyMs: 5 }, async () => {
      const started = performance.now()
      expect(await raw()).toMatchObject({ ending: 'whole', body: Buffer.from(digits) })
      expect(performance.now() - started).toBeGreaterThan(12)
    })
  })
})

describe('in ranges', () => {
  test('shortRange sends fewer bytes and says so', async () => {
    await striking({ kind: 'shortRange', bytes: 2 }, async () => {
      expect(await raw('bytes=3-7')).toMatchObject({
        status: 206,
        ending: 'whole',
        body: Buffer.from('34'),
        headers: { 'content-length': '2', 'content-range': 'bytes 3-4/10' },
      })
    })
  })

  test('longRange sends more bytes and says so', async () => {
    await striking({ kind: 'longRange', bytes: 3 }, async () => {
      expect(await raw('bytes=3-4')).toMatchObject({
        ending: 'whole',
        body: Buffer.from('34\0\0\0'),
        headers: { 'content-length': '5', 'content-range': 'bytes 3-7/10' },
      })
    })
  })

  test('ignoreRange sends the whole object with 200', async () => {
    await striking({ kind: 'ignoreRange' }, async () => {
      const answer = await raw('bytes=3-4')
      expect(answer).toMatchObject({ status: 200, body: Buffer.from(digits) })
      expect(answer.headers).not.toHaveProperty('content-range')
      expect(double.requests.at(-1)?.range).toBe('bytes=3-4')
    })
  })

  test('wrongContentRange', async () => {
    await striking({ kind: 'wrongContentRange' }, async () => {
      expect((await raw('bytes=3-4')).headers['content-range']).toBe('bytes 4-5/10')
    })
  })

  test('faults of ranges let requests without a range pass', async () => {
    const handle = double.fault({ kind: 'shortRange', bytes: 2 })
    expect(await wholeText()).toBe(digits)
    expect(handle).toMatchObject({ hits: 0, seen: 0 })
  })

  test('changeObject overwrites between two ranges, and If-Match shows it', async () => {
    const first = await get('bytes=0-4')
    expect(await first.Body?.transformToString()).toBe('01234')
    const handle = double.fault({
      operation: 'GetObject',
      kind: 'changeObject',
      change: () => void double.putObject('logs', 'in/digits', 'abcdefghij'),
    })
    const second = client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'in/digits', Range: 'bytes=5-9', IfMatch: first.ETag }))
    expect(await errorOf(second)).toEqual({ code: 'PreconditionFailed', status: 412 })
    expect(handle.hits).toBe(1)
    expect(await wholeText()).toBe('abcdefghij')
  })
})

describe('in headers', () => {
  test('wrongEtag', async () => {
    await striking({ kind: 'wrongEtag' }, async () => {
      expect((await raw()).headers.etag).toBe('"00000000000000000000000000000000"')
    })
    await striking({ kind: 'wrongEtag', etag: 'another' }, async () => {
      expect((await raw()).headers.etag).toBe('"another"')
    })
  })

  test('wrongChecksum makes the SDK refuse the body', async () => {
    await striking({ kind: 'wrongChecksum' }, async () => {
      const answer = await get()
      await expect(answer.Body?.transformToString()).rejects.toThrow(/checksum/i)
    })
  })

  test('headers replaces and removes', async () => {
    await striking({ kind: 'headers', headers: { 'Content-Encoding': 'gzip', 'Last-Modified': undefined } }, async () => {
      const { headers } = await raw()
      expect(headers['content-encoding']).toBe('gzip')
      expect(headers).not.toHaveProperty('last-modified')
    })
  })
})

describe('in listings', () => {
  const page = async (StartAfter?: string): Promise<string> =>
    (await rawList(double, { Bucket: 'logs', Prefix: 'in/', ...(StartAfter === undefined ? {} : { StartAfter }) })).body.toString()
  const keysOf = (xml: string): string[] => [...xml.matchAll(/<Key>([^<]*)</g)].map(([, key = '']) => key)

  test('truncatedXml cuts the document, with the Content-Length of what is left', async () => {
    await striking({ operation: 'ListObjectsV2', kind: 'truncatedXml' }, async () => {
      const answer = await rawList(double, { Bucket: 'logs' })
      expect(answer).toMatchObject({ status: 200, ending: 'whole', headers: { 'content-length': String(answer.body.length) } })
      expect(answer.body.toString()).not.toContain('</ListBucketResult>')
    })
  })

  test.each<[ListingDamage, (xml: string) => void]>([
    ['keyCount', (xml) => expect(xml).toContain('<KeyCount>5<')],
    ['noKeyCount', (xml) => expect(xml).not.toContain('KeyCount')],
    ['noIsTruncated', (xml) => expect(xml).not.toContain('IsTruncated')],
    ['keyOutsidePrefix', (xml) => expect(keysOf(xml)).toEqual(['~outside/in/', 'in/a', 'in/b', 'in/c', 'in/digits'])],
    ['outOfOrder', (xml) => expect(keysOf(xml)).toEqual(['in/digits', 'in/c', 'in/b', 'in/a'])],
    ['duplicateKey', (xml) => expect(keysOf(xml)).toEqual(['in/a', 'in/a', 'in/b', 'in/c', 'in/digits'])],
    ['otherBucket', (xml) => expect(xml).toContain('<Name>another-bucket<')],
    ['badSize', (xml) => expect(xml).toContain('<Size>-1<')],
    ['noEtag', (xml) => expect(xml.match(/<ETag>/g)).toHaveLength(3)],
    ['loopingToken', (xml) => expect(xml).toMatch(/<NextContinuationToken>[^<]+<\/NextContinuationToken>.*<IsTruncated>true</s)],
    [
      'emptyTruncated',
      (xml) => expect([keysOf(xml), xml.includes('<IsTruncated>true<'), xml.includes('<KeyCount>0<')]).toEqual([[], true, true]),
    ],
    ['errorInside', (xml) => expect(xml).toMatch(/<Error><Code>InternalError</)],
    ['html', (xml) => expect(xml).toMatch(/^<!DOCTYPE html>/)],
  ])('malformedListing/%s', async (damage, check) => {
    await striking({ kind: 'malformedListing', damage }, async () => check(await page()))
  })

  test('malformedListing/keyNotAfterStart waits for a request with start-after', async () => {
    const handle = double.fault({ kind: 'malformedListing', damage: 'keyNotAfterStart' })
    expect(keysOf(await page())).toEqual(['in/a', 'in/b', 'in/c', 'in/digits'])
    expect(keysOf(await page('in/b'))).toEqual(['in/b', 'in/c', 'in/digits'])
    expect(handle).toMatchObject({ hits: 1, seen: 1 })
  })

  test('a looping token makes a client that trusts tokens see the same page again', async () => {
    double.fault({ kind: 'malformedListing', damage: 'loopingToken' })
    const first = await list()
    const second = await client.send(
      new ListObjectsV2Command({ Bucket: 'logs', Prefix: 'in/', ContinuationToken: first.NextContinuationToken }),
    )
    expect(second.Contents).toEqual(first.Contents)
  })

  test('a damage that has nothing to damage is reported when the double is closed', async () => {
    await using other = await startS3Double()
    other.createBucket('empty')
    other.fault({ kind: 'malformedListing', damage: 'noEtag' })
    await expect(rawList(other, { Bucket: 'empty' })).rejects.toThrow()
    await expect(other.close()).rejects.toThrow(AggregateError)
  })
})

describe('the script', () => {
  test('nth and times choose the requests', async () => {
    const handle = double.fault({ operation: 'GetObject', key: 'in/digits', nth: 2, times: 2, kind: 'internalError' })
    const seen: (string | undefined)[] = []
    for (let i = 0; i < 5; i++) seen.push((await errorOf(get()))?.code)
    expect(seen).toEqual([undefined, 'InternalError', 'InternalError', undefined, undefined])
    expect(handle).toMatchObject({ hits: 2, seen: 5 })
  })

  test('operation, bucket, key and a test of one’s own must all fit', async () => {
    const faults = [
      double.fault({ operation: ['HeadObject', 'PutObject'], kind: 'internalError' }),
      double.fault({ bucket: 'other', kind: 'internalError' }),
      double.fault({ key: 'in/digit', kind: 'internalError' }),
      double.fault({ key: /\.csv$/, kind: 'internalError' }),
      double.fault({ when: ({ range }) => range !== undefined, kind: 'internalError' }),
    ]
    expect(await wholeText()).toBe(digits)
    expect(faults.map(({ seen }) => seen)).toEqual([0, 0, 0, 0, 0])
    const fits = double.fault({
      operation: 'GetObject',
      bucket: 'logs',
      key: /^in\/dig/,
      when: ({ method }) => method === 'GET',
      kind: 'internalError',
    })
    expect(await errorOf(get())).toEqual({ code: 'InternalError', status: 500 })
    expect(fits.hits).toBe(1)
  })

  test('a fault that has to wait for another strikes at the next request', async () => {
    double.fault({ kind: 'slowDown', times: 2 })
    const cut = double.fault({ operation: 'GetObject', kind: 'cut', afterBytes: 4 })
    expect([await errorOf(get()), await errorOf(get())]).toEqual(Array(2).fill({ code: 'SlowDown', status: 503 }))
    expect(cut.hits).toBe(0)
    expect((await raw()).ending).toBe('broken')
    expect(cut.hits).toBe(1)
  })

  test('a listing is matched by its prefix', async () => {
    const handle = double.fault({ operation: 'ListObjectsV2', key: 'in/', kind: 'slowDown' })
    await client.send(new ListObjectsV2Command({ Bucket: 'logs', Prefix: 'out/' }))
    expect(await errorOf(list())).toEqual({ code: 'SlowDown', status: 503 })
    expect(handle.hits).toBe(1)
  })

  test('a removed fault strikes no more, nor do cleared ones', async () => {
    const removed = double.fault({ kind: 'internalError', times: Number.POSITIVE_INFINITY })
    expect(await errorOf(get())).toBeDefined()
    removed.remove()
    expect(await wholeText()).toBe(digits)
    double.fault({ kind: 'internalError', times: Number.POSITIVE_INFINITY })
    double.clearFaults()
    expect(await wholeText()).toBe(digits)
  })

  test('uploads meet faults too, and a refused one stores nothing', async () => {
    double.fault({ operation: 'PutObject', kind: 'slowDown' })
    const put = () => client.send(new PutObjectCommand({ Bucket: 'logs', Key: 'in/new', Body: Buffer.from('x') }))
    expect(await errorOf(put())).toEqual({ code: 'SlowDown', status: 503 })
    expect(double.keys('logs')).not.toContain('in/new')
    await put()
    expect(double.keys('logs')).toContain('in/new')
  })
})
