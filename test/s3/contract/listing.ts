import {
  DeleteObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { beforeAll, expect, test } from 'vitest'
import { intendedDifferences } from '../intended-differences.js'
import { type Contract, errorOf } from './contract-context.js'
import { oddKeys } from './odd-keys.js'

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
const keysOf = (page: ListObjectsV2CommandOutput): (string | undefined)[] => (page.Contents ?? []).map(({ Key }) => Key)
/** Both ways of writing a space are read. */
const decoded = (text = ''): string => decodeURIComponent(text.replaceAll('+', '%20'))

export function listingCases(contract: Contract): void {
  let bucket = ''
  let odd = ''
  const numbered = Array.from({ length: 23 }, (_, index) => `in/${String(index).padStart(2, '0')}`)
  const list = (input: Omit<ListObjectsV2CommandInput, 'Bucket'>): Promise<ListObjectsV2CommandOutput> =>
    contract.owner.send(new ListObjectsV2Command({ Bucket: bucket, ...input }))

  beforeAll(async () => {
    const keys = [...numbered, 'a', 'in.csv', 'in', 'inner/x', 'tree/a/1', 'tree/a/2', 'tree/b', 'tree/c/1', 'tree/d/e/f', 'z']
    bucket = await contract.bucket(Object.fromEntries(keys.map((key) => [key, `text of ${key}`])))
    odd = await contract.bucket(Object.fromEntries(oddKeys.map((key) => [key, key])))
  })

  test('pages hold at most max-keys objects, KeyCount counts them, and tokens lead through all', async () => {
    const pages: number[] = []
    const keys: (string | undefined)[] = []
    let token: string | undefined
    do {
      const page = await list({ Prefix: 'in/', MaxKeys: 10, ...(token === undefined ? {} : { ContinuationToken: token }) })
      expect(page.KeyCount).toBe(page.Contents?.length)
      expect(page.MaxKeys).toBe(10)
      expect(page.Name).toBe(bucket)
      expect(page.Prefix).toBe('in/')
      expect(page.IsTruncated).toBe(page.NextContinuationToken !== undefined)
      pages.push(page.KeyCount ?? -1)
      keys.push(...keysOf(page))
      token = page.NextContinuationToken
    } while (token !== undefined)
    expect(pages).toEqual([10, 10, 3])
    expect(keys).toEqual(numbered)
  })

  test('a full last page is not called truncated', async () => {
    const page = await list({ Prefix: 'in/', MaxKeys: numbered.length })
    expect(page.IsTruncated).toBe(false)
    expect(page.NextContinuationToken).toBeUndefined()
  })

  test('start-after leads through all without tokens', async () => {
    const keys: (string | undefined)[] = []
    for (let after = ''; ; ) {
      const page = await list({ Prefix: 'in/', MaxKeys: 7, ...(after === '' ? {} : { StartAfter: after }) })
      if (after !== '') expect(page.StartAfter).toBe(after)
      keys.push(...keysOf(page))
      after = page.Contents?.at(-1)?.Key ?? after
      if (page.IsTruncated !== true) break
    }
    expect(keys).toEqual(numbered)
  })

  test('start-after is exclusive and need not be a key', async () => {
    expect(keysOf(await list({ Prefix: 'in/', StartAfter: 'in/20' }))).toEqual(['in/21', 'in/22'])
    expect(keysOf(await list({ Prefix: 'in/', StartAfter: 'in/205' }))).toEqual(['in/21', 'in/22'])
  })

  test('start-after before the prefix changes nothing, after it leaves nothing', async () => {
    expect(keysOf(await list({ Prefix: 'in/', StartAfter: 'a', MaxKeys: 1 }))).toEqual(['in/00'])
    const beyond = await list({ Prefix: 'in/', StartAfter: 'z' })
    expect(beyond).toMatchObject({ KeyCount: 0, IsTruncated: false })
    expect(beyond.Contents).toBeUndefined()
  })

  test('a prefix is text, not a folder', async () => {
    expect(keysOf(await list({ Prefix: 'in', StartAfter: 'in/22' }))).toEqual(['inner/x'])
    expect(keysOf(await list({ Prefix: 'in', MaxKeys: 3 }))).toEqual(['in', 'in.csv', 'in/00'])
    expect((await list({ Prefix: 'none/' })).KeyCount).toBe(0)
  })

  test('a delimiter groups, groups count as keys, and pages go on behind a group', async () => {
    const whole = await list({ Prefix: 'tree/', Delimiter: '/' })
    expect(keysOf(whole)).toEqual(['tree/b'])
    expect(whole.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['tree/a/', 'tree/c/', 'tree/d/'])
    expect(whole.KeyCount).toBe(4)
    const seen: (string | undefined)[] = []
    let token: string | undefined
    do {
      const page = await list({ Prefix: 'tree/', Delimiter: '/', MaxKeys: 1, ...(token === undefined ? {} : { ContinuationToken: token }) })
      expect(page.KeyCount).toBe(1)
      seen.push(...keysOf(page), ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix))
      token = page.NextContinuationToken
    } while (token !== undefined)
    expect(seen).toEqual(['tree/a/', 'tree/b', 'tree/c/', 'tree/d/'])
  })

  test('max-keys 0 is an empty page that is not truncated', async () => {
    expect(await list({ MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false })
  })

  test('a page has at most 1,000 objects, however many are asked for', async () => {
    const many = await contract.bucket(Object.fromEntries(Array.from({ length: 1_002 }, (_, index) => [`k${10_000 + index}`, ''])))
    const first = await contract.owner.send(new ListObjectsV2Command({ Bucket: many, MaxKeys: 5_000 }))
    expect(first).toMatchObject({ KeyCount: 1_000, IsTruncated: true })
    const second = await contract.owner.send(new ListObjectsV2Command({ Bucket: many, StartAfter: 'k10999' }))
    expect(keysOf(second)).toEqual(['k11000', 'k11001'])
  })

  test('odd keys come url-encoded, in the order of their UTF-8 bytes, as they were put', async () => {
    const page = await contract.owner.send(new ListObjectsV2Command({ Bucket: odd, EncodingType: 'url' }))
    expect(page.EncodingType).toBe('url')
    expect(keysOf(page).map(decoded)).toEqual([...oddKeys].sort(byBytes))
    const raw = keysOf(page)
    const space = contract.intended(intendedDifferences.spaceInEncodedListing)
    expect(raw).toContain(`with${space}space.csv`)
    expect(raw).toContain('plus%2Bplus')
    expect(raw).toContain('literal%2520percent')
  })

  test('pages of one follow odd keys by start-after', async () => {
    const encodes = contract.intended(intendedDifferences.startAfterEncoded)
    const keys: string[] = []
    for (let after: string | undefined; ; ) {
      const input = { Bucket: odd, EncodingType: 'url', MaxKeys: 1, ...(after === undefined ? {} : { StartAfter: after }) } as const
      const page = await contract.owner.send(new ListObjectsV2Command(input))
      if (after !== undefined) expect(encodes ? decoded(page.StartAfter) : page.StartAfter).toBe(after)
      after = decoded(page.Contents?.[0]?.Key)
      keys.push(after)
      if (page.IsTruncated !== true) break
    }
    expect(keys).toEqual([...oddKeys].sort(byBytes))
  })

  test('an odd prefix comes back encoded', async () => {
    const page = await contract.owner.send(new ListObjectsV2Command({ Bucket: odd, EncodingType: 'url', Prefix: 'emoji-😀/' }))
    expect(keysOf(page).map(decoded)).toEqual(['emoji-😀/🚚'])
    expect(decoded(page.Prefix)).toBe('emoji-😀/')
  })

  test('a listing shows size, time and storage class', async () => {
    const before = Date.now()
    const [object] = (await list({ Prefix: 'in/', MaxKeys: 1 })).Contents ?? []
    expect(object).toMatchObject({ Key: 'in/00', Size: 13, StorageClass: 'STANDARD' })
    expect(Math.abs((object?.LastModified?.getTime() ?? 0) - before)).toBeLessThan(120_000)
  })

  test('an overwritten object is listed once, a deleted one not at all', async () => {
    const changing = await contract.bucket({ a: 'first', b: 'first' })
    await contract.owner.send(new PutObjectCommand({ Bucket: changing, Key: 'a', Body: Buffer.from('second one') }))
    await contract.owner.send(new DeleteObjectCommand({ Bucket: changing, Key: 'b' }))
    await contract.owner.send(new DeleteObjectCommand({ Bucket: changing, Key: 'never-there' }))
    const page = await contract.owner.send(new ListObjectsV2Command({ Bucket: changing }))
    expect(page.Contents).toMatchObject([{ Key: 'a', Size: 10 }])
  })

  test('an unknown bucket is NoSuchBucket', async () => {
    expect(await errorOf(contract.owner.send(new ListObjectsV2Command({ Bucket: `${bucket}-none` })))).toEqual({
      code: 'NoSuchBucket',
      status: 404,
    })
  })

  test('a token that the server did not make', async () => {
    expect(await errorOf(list({ ContinuationToken: 'garbage' }))).toEqual(contract.intended(intendedDifferences.garbageContinuationToken))
  })
}
