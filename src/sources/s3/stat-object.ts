import { ImportError } from '../../errors.js'
import type { ObjectInfo } from '../../model/object-info.js'
import { isArchived } from './archived.js'
import { etagVersion, strongEtag } from './etag.js'
import type { S3Connection } from './s3-connection.js'
import { listingInvalid } from './s3-error.js'
import type { S3Settings } from './s3-options.js'

/** The present version of a key by HEAD, the same as a listing would give; `undefined` when there is none. */
export async function statObject(
  connection: S3Connection,
  { bucket, expectedBucketOwner }: S3Settings,
  key: string,
  signal: AbortSignal,
  onRequest: () => void,
): Promise<ObjectInfo | undefined> {
  try {
    const head = await connection.send({ action: 'head', bucket, key }, signal, ({ s3, client }, abortSignal) => {
      onRequest()
      const owner = expectedBucketOwner === undefined ? {} : { ExpectedBucketOwner: expectedBucketOwner }
      return client.send(new s3.HeadObjectCommand({ Bucket: bucket, Key: key, ...owner }), { abortSignal })
    })
    const { ETag, ContentLength: size, LastModified, StorageClass, Restore } = head
    const etag = strongEtag(ETag)
    if (etag === undefined || size === undefined) throw listingInvalid(bucket, 'a HEAD answer has no strong ETag or no length')
    const modified = LastModified instanceof Date && !Number.isNaN(LastModified.getTime()) ? LastModified : null
    const info: ObjectInfo = { key, version: etagVersion(etag, size), size, lastModified: modified }
    const restored = Restore?.includes('ongoing-request="false"') === true
    return isArchived({ storageClass: StorageClass, restored }) ? { ...info, archived: true } : info
  } catch (error) {
    if (error instanceof ImportError && error.code === 'OBJECT_VANISHED') return undefined
    throw error
  }
}
