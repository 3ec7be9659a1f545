import {
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3'
import { beforeAll, expect, test } from 'vitest'
import { intendedDifferences } from '../intended-differences.js'
import { type Contract, errorOf } from './contract-context.js'
import { oddKeys } from './odd-keys.js'

const text = '0123456789abcdefghij'

export function objectCases(contract: Contract): void {
  let bucket = ''
  let etag = ''
  const get = (input: Partial<GetObjectCommandInput> = {}): Promise<GetObjectCommandOutput> =>
    contract.owner.send(new GetObjectCommand({ Bucket: bucket, Key: 'in/digits', ...input }))
  const textOf = async (answer: GetObjectCommandOutput): Promise<string | undefined> => answer.Body?.transformToString()

  beforeAll(async () => {
    bucket = await contract.bucket({ 'in/digits': text, empty: '', ...Object.fromEntries(oddKeys.map((key) => [key, `text of ${key}`])) })
    etag = (await contract.owner.send(new HeadObjectCommand({ Bucket: bucket, Key: 'in/digits' }))).ETag ?? ''
  })

  test('GET gives the bytes, their number, the ETag and the time', async () => {
    const answer = await get()
    expect(answer).toMatchObject({ ContentLength: text.length, ETag: etag, AcceptRanges: 'bytes' })
    expect(answer.ContentRange).toBeUndefined()
    expect(answer.$metadata.httpStatusCode).toBe(200)
    expect(await textOf(answer)).toBe(text)
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/)
  })

  test('LIST, HEAD and GET agree on ETag, size and time', async () => {
    const listed = (await contract.owner.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'in/' }))).Contents?.[0]
    const head = await contract.owner.send(new HeadObjectCommand({ Bucket: bucket, Key: 'in/digits' }))
    const answer = await get()
    await textOf(answer)
    expect([head.ETag, answer.ETag]).toEqual([listed?.ETag, listed?.ETag])
    expect([head.ContentLength, answer.ContentLength]).toEqual([listed?.Size, listed?.Size])
    const second = (time: Date | undefined): number => Math.floor((time?.getTime() ?? 0) / 1000)
    expect([second(head.LastModified), second(answer.LastModified)]).toEqual([second(listed?.LastModified), second(listed?.LastModified)])
  })

  test.each(oddKeys)('the key %j is read back as it was put', async (key) => {
    expect(await textOf(await get({ Key: key }))).toBe(`text of ${key}`)
    expect((await contract.owner.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).ContentLength).toBe(
      Buffer.byteLength(`text of ${key}`),
    )
  })

  test('an empty object has no bytes', async () => {
    const answer = await get({ Key: 'empty' })
    expect(answer).toMatchObject({ ContentLength: 0, ETag: '"d41d8cd98f00b204e9800998ecf8427e"' })
    expect(await textOf(answer)).toBe('')
  })

  test.each([
    ['bytes=0-0', '0', 'bytes 0-0/20'],
    ['bytes=5-9', '56789', 'bytes 5-9/20'],
    ['bytes=18-', 'ij', 'bytes 18-19/20'],
    ['bytes=-3', 'hij', 'bytes 17-19/20'],
    ['bytes=-100', text, 'bytes 0-19/20'],
    ['bytes=15-1000', 'fghij', 'bytes 15-19/20'],
    ['bytes=0-19', text, 'bytes 0-19/20'],
  ])('the range %s is %j', async (range, part, contentRange) => {
    const answer = await get({ Range: range })
    expect(answer).toMatchObject({ ContentLength: part.length, ContentRange: contentRange, ETag: etag })
    expect(answer.$metadata.httpStatusCode).toBe(206)
    expect(await textOf(answer)).toBe(part)
  })

  test.each(['bytes=20-', 'bytes=20-25', 'bytes=1000-2000'])('the range %s is beyond the end', async (range) => {
    expect(await errorOf(get({ Range: range }))).toEqual({ code: 'InvalidRange', status: 416 })
  })

  test('what is no range of bytes brings the whole object', async () => {
    const answer = await get({ Range: 'lines=1-2' })
    expect(answer.$metadata.httpStatusCode).toBe(200)
    expect(await textOf(answer)).toBe(text)
  })

  test('a range that ends before it starts', async () => {
    expect(await errorOf(get({ Range: 'bytes=9-5' }).then(textOf))).toEqual(contract.intended(intendedDifferences.backwardRange))
  })

  test('HEAD tells the size of a range', async () => {
    const head = await contract.owner.send(new HeadObjectCommand({ Bucket: bucket, Key: 'in/digits', Range: 'bytes=2-5' }))
    expect(head.ContentLength).toBe(4)
  })

  test('If-Match lets the right ETag through, with a range too', async () => {
    expect(await textOf(await get({ IfMatch: etag }))).toBe(text)
    expect(await textOf(await get({ IfMatch: etag.replaceAll('"', '') }))).toBe(text)
    expect(await textOf(await get({ IfMatch: etag, Range: 'bytes=0-1' }))).toBe('01')
  })

  test('If-Match with another ETag is 412, with a range and beyond the end too', async () => {
    const failed = { code: 'PreconditionFailed', status: 412 }
    const IfMatch = '"00000000000000000000000000000000"'
    expect(await errorOf(get({ IfMatch }))).toEqual(failed)
    expect(await errorOf(get({ IfMatch, Range: 'bytes=0-1' }))).toEqual(failed)
    expect((await errorOf(contract.owner.send(new HeadObjectCommand({ Bucket: bucket, Key: 'in/digits', IfMatch }))))?.status).toBe(412)
  })

  test('If-None-Match with the present ETag is 304', async () => {
    expect((await errorOf(get({ IfNoneMatch: etag })))?.status).toBe(304)
    expect(await textOf(await get({ IfNoneMatch: '"00000000000000000000000000000000"' }))).toBe(text)
  })

  test('a missing key is NoSuchKey for GET and NotFound for HEAD', async () => {
    expect(await errorOf(get({ Key: 'none' }))).toEqual({ code: 'NoSuchKey', status: 404 })
    expect(await errorOf(contract.owner.send(new HeadObjectCommand({ Bucket: bucket, Key: 'none' })))).toEqual({
      code: 'NotFound',
      status: 404,
    })
  })

  test('a missing bucket is NoSuchBucket', async () => {
    expect(await errorOf(get({ Bucket: `${bucket}-none` }))).toEqual({ code: 'NoSuchBucket', status: 404 })
  })

  test('an error explains itself, or not', async () => {
    const message = await get({ Key: 'none' }).catch((error: Error) => error.message)
    expect(message === 'The specified key does not exist.').toBe(contract.intended(intendedDifferences.errorMessage))
  })
}
