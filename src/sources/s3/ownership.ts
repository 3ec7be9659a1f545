import { sameIngestionKey } from '../../access/ingestion-key.js'
import { ImportError, SourceError } from '../../errors.js'
import { answerFacts } from './answer-facts.js'
import type { S3Connection } from './s3-connection.js'
import type { S3Settings } from './s3-options.js'

/**
 * The bucket's tag must equal the ingestion key. A tag that may not be read is a refusal (`SOURCE_DENIED`), never a pass.
 * Throws `SOURCE_OWNERSHIP_MISMATCH`. Neither key is ever part of a message.
 */
export async function checkBucketOwnership(
  connection: S3Connection,
  { bucket, expectedBucketOwner }: S3Settings,
  { ingestionKey, tagKey }: NonNullable<S3Settings['owned']>,
  signal: AbortSignal,
  onRequest: () => void,
): Promise<void> {
  const found = await connection.send(
    { action: 'tagging', bucket, hasOwner: expectedBucketOwner !== undefined },
    signal,
    async (session, abortSignal) => {
      onRequest()
      const owner = expectedBucketOwner === undefined ? {} : { ExpectedBucketOwner: expectedBucketOwner }
      try {
        const { TagSet = [] } = await session.client.send(new session.s3.GetBucketTaggingCommand({ Bucket: bucket, ...owner }), {
          abortSignal,
        })
        return TagSet.find(({ Key }) => Key === tagKey)?.Value
      } catch (error) {
        // A bucket without any tag answers with an error of its own.
        const { code } = answerFacts(error, new Date())
        if (!(error instanceof ImportError) && (code === 'NoSuchTagSet' || code === 'NoSuchTagSetError')) return undefined
        throw error
      }
    },
  )
  if (found !== undefined && sameIngestionKey(ingestionKey, found)) return
  const what = found === undefined ? `has no tag "${tagKey}"` : `has a tag "${tagKey}" with another value than the ingestion key`
  throw new SourceError('SOURCE_OWNERSHIP_MISMATCH', `The bucket "${bucket}" ${what}.`, {
    remedy: `Tag the bucket: key "${tagKey}", value the ingestion key of this job. Both are compared exactly, letter case included.`,
  })
}
