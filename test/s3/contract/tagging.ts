import { DeleteBucketTaggingCommand, GetBucketTaggingCommand, PutBucketTaggingCommand, type Tag } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { type Contract, errorOf } from './contract-context.js'

export function taggingCases(contract: Contract): void {
  const put = (Bucket: string, TagSet: Tag[]): Promise<unknown> =>
    contract.owner.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }))
  const get = async (Bucket: string): Promise<Tag[] | undefined> =>
    (await contract.owner.send(new GetBucketTaggingCommand({ Bucket }))).TagSet

  test('a bucket without tags is NoSuchTagSet', async () => {
    expect(await errorOf(get(await contract.bucket()))).toEqual({ code: 'NoSuchTagSet', status: 404 })
  })

  test('tags come back as they were put, and a second set replaces the first', async () => {
    const bucket = await contract.bucket()
    const byKey = (a: Tag, b: Tag): number => ((a.Key ?? '') < (b.Key ?? '') ? -1 : 1)
    const tags = [
      { Key: 'ingestion-key', Value: 'k-0123456789' },
      { Key: 'odd ü', Value: 'a+b=c/d @ _:-' },
    ]
    await put(bucket, tags)
    expect((await get(bucket))?.sort(byKey)).toEqual(tags)
    await put(bucket, [{ Key: 'only', Value: '' }])
    expect(await get(bucket)).toEqual([{ Key: 'only', Value: '' }])
  })

  test('removed tags are NoSuchTagSet again', async () => {
    const bucket = await contract.bucket()
    await put(bucket, [{ Key: 'a', Value: 'b' }])
    await contract.owner.send(new DeleteBucketTaggingCommand({ Bucket: bucket }))
    expect(await errorOf(get(bucket))).toEqual({ code: 'NoSuchTagSet', status: 404 })
  })

  test('tags of an unknown bucket are NoSuchBucket', async () => {
    expect(await errorOf(get('contract-that-never-was'))).toEqual({ code: 'NoSuchBucket', status: 404 })
  })
}
