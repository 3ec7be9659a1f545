import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { beforeAll, expect, test } from 'vitest'
import { intendedDifferences } from '../intended-differences.js'
import { type Contract, errorOf } from './contract-context.js'

export function uploadCases(contract: Contract): void {
  let bucket = ''
  beforeAll(async () => {
    bucket = await contract.bucket()
  })

  test('an upload answers with the ETag that is served afterwards', async () => {
    const Body = Buffer.from('some bytes')
    const put = await contract.owner.send(
      new PutObjectCommand({ Bucket: bucket, Key: 'a', Body, ContentType: 'text/csv', Metadata: { team: 'x y' } }),
    )
    const head = await contract.owner.send(new HeadObjectCommand({ Bucket: bucket, Key: 'a' }))
    expect(put.ETag).toBe(`"${createHash('md5').update(Body).digest('hex')}"`)
    expect(head).toMatchObject({ ETag: put.ETag, ContentType: 'text/csv', Metadata: { team: 'x y' } })
  })

  test('an overwrite changes the ETag, the same bytes give the same one', async () => {
    const put = async (text: string): Promise<string | undefined> =>
      (await contract.owner.send(new PutObjectCommand({ Bucket: bucket, Key: 'b', Body: Buffer.from(text) }))).ETag
    const [first, second, third] = [await put('one'), await put('two'), await put('one')]
    expect(second).not.toBe(first)
    expect(third).toBe(first)
  })

  test('8 MiB go up and come down whole', async () => {
    const bytes = Buffer.alloc(8 * 1024 * 1024)
    for (let i = 0; i < bytes.length; i += 4) bytes.writeUInt32LE(i, i)
    await contract.owner.send(new PutObjectCommand({ Bucket: bucket, Key: 'large', Body: bytes }))
    const answer = await contract.owner.send(new GetObjectCommand({ Bucket: bucket, Key: 'large' }))
    const down = (await answer.Body?.transformToByteArray()) ?? new Uint8Array(0)
    expect(Buffer.compare(down, bytes)).toBe(0)
  })

  test('a stream of known length, with the checksum behind it', async () => {
    const put = contract.owner.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: 'streamed',
        Body: Readable.from([Buffer.from('abc'), Buffer.from('def')]),
        ContentLength: 6,
      }),
    )
    const intended = contract.intended(intendedDifferences.streamedUpload)
    expect(await errorOf(put)).toEqual(intended)
    if (intended !== undefined) return
    const answer = await contract.owner.send(new GetObjectCommand({ Bucket: bucket, Key: 'streamed' }))
    expect(await answer.Body?.transformToString()).toBe('abcdef')
  })

  test('Content-MD5 is compared with the body', async () => {
    const put = new PutObjectCommand({ Bucket: bucket, Key: 'md5', Body: Buffer.from('x'), ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' })
    expect(await errorOf(contract.owner.send(put))).toEqual({ code: 'BadDigest', status: 400 })
  })

  test('a checksum that does not fit the body', async () => {
    const put = new PutObjectCommand({ Bucket: bucket, Key: 'crc', Body: Buffer.from('x'), ChecksumCRC32: 'AAAAAA==' })
    expect(await errorOf(contract.owner.send(put))).toEqual(contract.intended(intendedDifferences.wrongChecksum))
  })

  test('the checksum of an upload comes back when asked for', async () => {
    await contract.owner.send(new PutObjectCommand({ Bucket: bucket, Key: 'kept', Body: Buffer.from('x') }))
    const head = await contract.owner.send(new HeadObjectCommand({ Bucket: bucket, Key: 'kept', ChecksumMode: 'ENABLED' }))
    expect(head.ChecksumCRC32 !== undefined).toBe(contract.intended(intendedDifferences.checksumGivenBack))
  })

  test('If-None-Match: * refuses to overwrite', async () => {
    await contract.owner.send(new PutObjectCommand({ Bucket: bucket, Key: 'once', Body: Buffer.from('x') }))
    const again = new PutObjectCommand({ Bucket: bucket, Key: 'once', Body: Buffer.from('y'), IfNoneMatch: '*' })
    expect(await errorOf(contract.owner.send(again))).toEqual({ code: 'PreconditionFailed', status: 412 })
  })
}
