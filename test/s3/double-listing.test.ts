import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { type S3Double, startS3Double } from 'lading/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

let double: S3Double
let client: S3Client

beforeAll(async () => {
  double = await startS3Double()
  client = new S3Client({ endpoint: double.endpoint, region: double.region, credentials: double.credentials, maxAttempts: 1 })
})

afterAll(async () => {
  client.destroy()
  await double.close()
})

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
const decoded = (text = ''): string => decodeURIComponent(text.replaceAll('+', '%20'))
/** Few characters, so that prefixes, groups and neighbours are common; two above and below the surrogates. */
const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', ' ', '+', '\ue000', '😀', '\uffee'), minLength: 1, maxLength: 6 })

interface Asked {
  readonly keys: readonly string[]
  readonly prefix: string
  readonly delimiter: string
  readonly after: string
}

/** Keys and groups in order, told in the plainest way. */
function expected({ keys, prefix, delimiter, after }: Asked): string[] {
  const items = new Set<string>()
  for (const each of [...keys].sort(byBytes)) {
    if (!each.startsWith(prefix) || byBytes(each, after) <= 0) continue
    const cut = delimiter === '' ? -1 : each.indexOf(delimiter, prefix.length)
    items.add(cut < 0 ? each : `${each.slice(0, cut + 1)}*`)
  }
  return [...items]
}

let bucketNumber = 0

async function paged(asked: Asked, maxKeys: number): Promise<string[]> {
  const Bucket = `bucket-${bucketNumber++}`
  double.createBucket(Bucket)
  for (const each of asked.keys) double.putObject(Bucket, each, '')
  const items: string[] = []
  let ContinuationToken: string | undefined
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: asked.prefix,
        Delimiter: asked.delimiter,
        StartAfter: asked.after,
        MaxKeys: maxKeys,
        EncodingType: 'url',
        ContinuationToken,
      }),
    )
    const onPage = [
      ...(page.Contents ?? []).map(({ Key }) => decoded(Key)),
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${decoded(Prefix)}*`),
    ].sort((a, b) => byBytes(a.replace(/\*$/, ''), b.replace(/\*$/, '')))
    expect(onPage).toHaveLength(page.KeyCount ?? -1)
    expect(onPage.length).toBeLessThanOrEqual(maxKeys)
    items.push(...onPage)
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken !== undefined)
  return items
}

test('any pages of any listing, put together, are all keys and groups in byte order', async () => {
  const asked = fc.record({
    keys: fc.uniqueArray(key, { maxLength: 25 }),
    prefix: fc.oneof(
      fc.constant(''),
      key.map((text) => [...text][0] ?? ''),
      fc.constant('a/'),
    ),
    delimiter: fc.constantFrom('', '/'),
    after: fc.oneof(fc.constant(''), key),
  })
  await fc.assert(
    fc.asyncProperty(asked, fc.integer({ min: 1, max: 6 }), async (listing, maxKeys) => {
      expect(await paged(listing, maxKeys)).toEqual(expected(listing))
    }),
    { numRuns: 60 },
  )
})
