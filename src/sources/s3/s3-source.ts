import type { AccessFinding, ObjectSource } from '../../contracts/object-source.js'
import { ImportError } from '../../errors.js'
import type { ObjectInfo } from '../../model/object-info.js'
import { checkAccess } from './access-check.js'
import { listPages } from './list-pages.js'
import { nearbyNames } from './nearby-names.js'
import { objectEncryption } from './object-encryption.js'
import { checkBucketOwnership, readTag } from './ownership.js'
import { S3Connection } from './s3-connection.js'
import { checkS3Options, type Owned, type S3Place, type Unchecked } from './s3-options.js'
import { s3Reader } from './s3-reader.js'
import { statObject } from './stat-object.js'

/**
 * Objects under a prefix of an S3 bucket. A version is an object's ETag and size.
 *
 * Only reads: `s3:ListBucket`, `s3:GetObject`, `s3:GetBucketTagging` (for the proof of ownership), and `sts:AssumeRole` with
 * a role. The AWS SDK is loaded on first use. Throws `CONFIG_INVALID` or `CONFIG_SECRET_MISSING` for wrong options.
 */
// Two overloads, the keyed one last: TypeScript reports the last, so a missing key asks for the key and not for the opt-out.
export function s3Source(options: S3Place & Unchecked): ObjectSource
export function s3Source(options: S3Place & Owned): ObjectSource
export function s3Source(options: S3Place & (Owned | Unchecked)): ObjectSource {
  const settings = checkS3Options(options)
  const { place, prefix, owned } = settings
  const connection = new S3Connection(settings)
  const counts = { list: 0, head: 0, get: 0 }
  const count = (kind: keyof typeof counts) => () => {
    counts[kind]++
  }
  const ownership = owned && ((signal: AbortSignal) => checkBucketOwnership(connection, settings, owned, signal, count('get')))

  const source: ObjectSource = {
    place,
    prefix,
    identity: 'etag',
    listsInKeyOrder: true,
    list: (options) => listPages(connection, settings, options, count('list')),
    open: async (object, { signal }) => {
      // No request: the first read tells whether the version is still there.
      signal.throwIfAborted()
      return s3Reader(connection, settings, object, count('get'))
    },
    stat: async (key, { signal }) => (key.startsWith(prefix) ? statObject(connection, settings, key, signal, count('head')) : undefined),
    check: ({ signal }): Promise<readonly AccessFinding[]> =>
      checkAccess(settings, {
        assumeRole: (externalId) => connection.tryRole(externalId, signal),
        readTag: (tagKey) => readTag(connection, settings, tagKey, signal, count('get')),
        firstPage: async () => {
          for await (const page of source.list({ signal })) return page
          return []
        },
        readFirstByte: (object) => readFirstByte(source, object, signal),
        encryptionOf: (key) => objectEncryption(connection, settings, key, signal, count('head')),
      }),
    nearby: ({ signal }) => nearbyNames(connection, settings, signal, count('list')),
    requestCounts: () => ({ ...counts }),
    close: async () => connection.close(),
  }
  return ownership === undefined ? source : { ...source, checkOwnership: ({ signal }) => ownership(signal) }
}

/** An object that was replaced or deleted between listing and reading was still allowed to be read. */
async function readFirstByte(source: ObjectSource, object: ObjectInfo, signal: AbortSignal): Promise<void> {
  try {
    await (await source.open(object, { signal })).read(0, 1, { signal })
  } catch (error) {
    if (error instanceof ImportError && (error.code === 'OBJECT_CHANGED' || error.code === 'OBJECT_VANISHED')) return
    throw error
  }
}
