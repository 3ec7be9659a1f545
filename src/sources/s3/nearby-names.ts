import type { ListObjectsV2CommandInput } from '@aws-sdk/client-s3'
import { nearestNames } from '../../util/nearest-names.js'
import { decodeKey } from './decode-key.js'
import type { S3Connection } from './s3-connection.js'
import type { S3Settings } from './s3-options.js'

/** Folders above that are looked into, one request each. */
const MOST_STEPS = 3
const MOST_NAMES = 10

/**
 * Folders and objects beside the place's prefix, those first that are spelt alike: one level of the folder above it, or of the
 * nearest one above that that holds anything.
 */
export async function nearbyNames(
  connection: S3Connection,
  { bucket, prefix, expectedBucketOwner }: S3Settings,
  signal: AbortSignal,
  onRequest: () => void,
): Promise<readonly string[]> {
  let wanted = prefix
  for (let steps = 0; steps < MOST_STEPS && wanted !== ''; steps++) {
    const above = wanted.slice(0, wanted.lastIndexOf('/', wanted.length - 2) + 1)
    const input: ListObjectsV2CommandInput = {
      Bucket: bucket,
      Prefix: above,
      Delimiter: '/',
      EncodingType: 'url',
      ExpectedBucketOwner: expectedBucketOwner,
    }
    const hasOwner = expectedBucketOwner !== undefined
    const { CommonPrefixes = [], Contents = [] } = await connection.send(
      { action: 'list', bucket, hasOwner },
      signal,
      ({ s3, client }, abortSignal) => {
        onRequest()
        return client.send(new s3.ListObjectsV2Command(input), { abortSignal })
      },
    )
    const listed = [...CommonPrefixes.map(({ Prefix }) => Prefix), ...Contents.map(({ Key }) => Key)]
    const names = new Map(listed.flatMap((name) => nameOf(name, above)))
    const alike = nearestNames(wanted.slice(above.length), names.keys())
    const sorted = [...alike, ...[...names.keys()].filter((name) => !alike.includes(name))]
    if (sorted.length > 0) return sorted.slice(0, MOST_NAMES).map((name) => names.get(name) as string)
    wanted = above
  }
  return []
}

/** A name and the whole of it; none for what is not below the folder or cannot be decoded. */
function nameOf(encoded: string | undefined, above: string): [string, string][] {
  try {
    const whole = encoded === undefined ? '' : decodeKey(encoded)
    return whole.startsWith(above) && whole !== above ? [[whole.slice(above.length), whole]] : []
  } catch {
    return []
  }
}
