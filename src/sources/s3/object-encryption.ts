import type { S3Connection } from './s3-connection.js'
import type { S3Settings } from './s3-options.js'

/** How S3 keeps an object. */
export interface ObjectEncryption {
  /** By a key of KMS, which the reader has to be allowed to use. */
  readonly byKms: boolean
  /** As S3 tells it. */
  readonly kmsKeyArn: string | undefined
}

/** Asked by HEAD, which needs `s3:GetObject` and no key: what tells a missing permission from an unusable key. */
export async function objectEncryption(
  connection: S3Connection,
  { bucket, expectedBucketOwner }: S3Settings,
  key: string,
  signal: AbortSignal,
  onRequest: () => void,
): Promise<ObjectEncryption> {
  const head = await connection.send({ action: 'head', bucket, key }, signal, ({ s3, client }, abortSignal) => {
    onRequest()
    const owner = expectedBucketOwner === undefined ? {} : { ExpectedBucketOwner: expectedBucketOwner }
    return client.send(new s3.HeadObjectCommand({ Bucket: bucket, Key: key, ...owner }), { abortSignal })
  })
  return { byKms: head.ServerSideEncryption?.startsWith('aws:kms') === true, kmsKeyArn: head.SSEKMSKeyId }
}
