import { sameIngestionKey } from '../../access/ingestion-key.js'
import { ImportError, SourceError } from '../../errors.js'
import { answerFacts } from './answer-facts.js'
import type { S3Connection } from './s3-connection.js'
import type { S3Settings } from './s3-options.js'

type Ownership = NonNullable<S3Settings['owned']>

/**
 * The bucket's tag must equal the ingestion key. A tag that may not be read is a refusal (`SOURCE_DENIED`), never a pass.
 * Throws `SOURCE_OWNERSHIP_MISMATCH`. Neither key is ever part of a message.
 */
export async function checkBucketOwnership(
  connection: S3Connection,
  settings: S3Settings,
  owned: Ownership,
  signal: AbortSignal,
  onRequest: () => void,
): Promise<void> {
  requireTag(settings.bucket, owned, await readTag(connection, settings, owned.tagKey, signal, onRequest))
}

/** The value of the bucket's tag; `undefined` when there is none. */
export async function readTag(
  connection: S3Connection,
  { bucket, expectedBucketOwner }: S3Settings,
  tagKey: string,
  signal: AbortSignal,
  onRequest: () => void,
): Promise<string | undefined> {
  const request = { action: 'tagging', bucket, hasOwner: expectedBucketOwner !== undefined } as const
  return connection.send(request, signal, async ({ s3, client }, abortSignal) => {
    onRequest()
    const owner = expectedBucketOwner === undefined ? {} : { ExpectedBucketOwner: expectedBucketOwner }
    try {
      const { TagSet = [] } = await client.send(new s3.GetBucketTaggingCommand({ Bucket: bucket, ...owner }), { abortSignal })
      return TagSet.find(({ Key }) => Key === tagKey)?.Value
    } catch (error) {
      // A bucket without any tag answers with an error of its own.
      const { code } = answerFacts(error, new Date())
      if (!(error instanceof ImportError) && (code === 'NoSuchTagSet' || code === 'NoSuchTagSetError')) return undefined
      throw error
    }
  })
}

/** Throws `SOURCE_OWNERSHIP_MISMATCH` unless the value is the ingestion key. */
export function requireTag(bucket: string, { ingestionKey, tagKey }: Ownership, found: string | undefined): void {
  if (found !== undefined && sameIngestionKey(ingestionKey, found)) return
  const what = found === undefined ? `has no tag "${tagKey}"` : `has a tag "${tagKey}" with another value than the ingestion key`
  throw new SourceError('SOURCE_OWNERSHIP_MISMATCH', `The bucket "${bucket}" ${what}.`, {
    remedy: `Tag the bucket: key "${tagKey}", value the ingestion key of this job. Both are compared exactly, letter case included.`,
  })
}
