import type { _Object as ListedObject, ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import type { ListOptions } from '../../contracts/object-source.js'
import { compareKeys } from '../../model/compare-keys.js'
import type { ObjectInfo } from '../../model/object-info.js'
import { quoteKey } from '../object-errors.js'
import { isArchived } from './archived.js'
import { decodeKey } from './decode-key.js'
import { etagVersion, strongEtag } from './etag.js'
import type { S3Connection } from './s3-connection.js'
import { listingInvalid } from './s3-error.js'
import type { S3Settings } from './s3-options.js'

/** One page as asked for. */
interface PageRequest {
  readonly prefix: string
  /** Exclusive. */
  readonly startAfter: string | undefined
  /** Only after a page without keys that says there are more: nothing else leads on from it. */
  readonly token: string | undefined
}

/**
 * Lists recursively, one element per request. Pages by `StartAfter`, the last key seen: stateless, so that a cursor
 * survives restarts and a looping token loops nothing. Every page is checked; see {@link checkPage}.
 */
export async function* listPages(
  connection: S3Connection,
  { bucket, prefix: place, expectedBucketOwner }: S3Settings,
  { after, under = place, signal }: ListOptions,
  onRequest: () => void,
): AsyncGenerator<readonly ObjectInfo[], void, undefined> {
  // Never outside the place, whatever is asked for.
  if (!under.startsWith(place)) {
    if (!place.startsWith(under)) return
    under = place
  }
  let request: PageRequest = { prefix: under, startAfter: after, token: undefined }
  for (;;) {
    const { prefix, startAfter, token } = request
    const input: ListObjectsV2CommandInput = {
      Bucket: bucket,
      Prefix: prefix,
      // Names that XML cannot hold come percent-encoded.
      EncodingType: 'url',
      OptionalObjectAttributes: ['RestoreStatus'],
      ...(token === undefined ? { StartAfter: startAfter } : { ContinuationToken: token }),
      ExpectedBucketOwner: expectedBucketOwner,
    }
    const hasOwner = expectedBucketOwner !== undefined
    const page = await connection.send({ action: 'list', bucket, hasOwner }, signal, ({ s3, client }, abortSignal) => {
      onRequest()
      return client.send(new s3.ListObjectsV2Command(input), { abortSignal })
    })
    const objects = checkPage(bucket, page, request)
    yield objects
    if (page.IsTruncated !== true) return
    const last = objects.at(-1)?.key
    request =
      last === undefined ? { prefix, startAfter, token: nextToken(bucket, page, token) } : { prefix, startAfter: last, token: undefined }
  }
}

/**
 * The objects of a page, or `SOURCE_LISTING_INVALID`: when it is another bucket's, does not say whether more follow, or holds another
 * number of keys than it says, when a key does not come after the one before, is outside the prefix, cannot be decoded, or
 * comes without size or strong ETag.
 */
function checkPage(bucket: string, page: ListObjectsV2CommandOutput, { prefix, startAfter }: PageRequest): ObjectInfo[] {
  const { Name, IsTruncated, KeyCount, EncodingType, Contents = [] } = page
  if (Name !== undefined && Name !== bucket) throw listingInvalid(bucket, 'it is that of another bucket')
  if (typeof IsTruncated !== 'boolean') throw listingInvalid(bucket, 'it does not say whether more follow, so it may be cut')
  if (KeyCount !== Contents.length) throw listingInvalid(bucket, `it says ${KeyCount ?? 'no number of'} keys and holds ${Contents.length}`)
  let last = startAfter
  return Contents.map((listed) => {
    const info = describe(bucket, listed, EncodingType === 'url')
    if (!info.key.startsWith(prefix)) throw listingInvalid(bucket, `the key ${quoteKey(info.key)} is outside the prefix`)
    if (last !== undefined && compareKeys(info.key, last) <= 0) {
      throw listingInvalid(bucket, `the key ${quoteKey(info.key)} does not come after ${quoteKey(last)}`)
    }
    last = info.key
    return info
  })
}

function describe(bucket: string, listed: ListedObject, isEncoded: boolean): ObjectInfo {
  const { Key, ETag, Size, LastModified, StorageClass, RestoreStatus } = listed
  if (Key === undefined || Key === '') throw listingInvalid(bucket, 'an object has no key')
  const key = isEncoded ? decoded(bucket, Key) : Key
  if (Size === undefined || !Number.isSafeInteger(Size) || Size < 0) throw listingInvalid(bucket, `${quoteKey(key)} has no size`)
  const etag = strongEtag(ETag)
  if (etag === undefined) throw listingInvalid(bucket, `${quoteKey(key)} has no strong ETag, so its versions cannot be told apart`)
  const modified = LastModified instanceof Date && !Number.isNaN(LastModified.getTime()) ? LastModified : null
  const restored = RestoreStatus?.RestoreExpiryDate !== undefined && RestoreStatus.IsRestoreInProgress !== true
  const info: ObjectInfo = { key, version: etagVersion(etag, Size), size: Size, lastModified: modified }
  return isArchived({ storageClass: StorageClass, restored }) ? { ...info, archived: true } : info
}

function decoded(bucket: string, key: string): string {
  try {
    return decodeKey(key)
  } catch (error) {
    throw listingInvalid(bucket, 'a key is not percent-encoded UTF-8', error)
  }
}

function nextToken(bucket: string, page: ListObjectsV2CommandOutput, before: string | undefined): string {
  const token = page.NextContinuationToken
  if (token === undefined || token === '') throw listingInvalid(bucket, 'it holds no keys, says that more follow and not where')
  if (token === before) throw listingInvalid(bucket, 'it holds no keys and leads back to itself')
  return token
}
