import type { S3Operation } from './router.js'

/** One request, in the order of arrival. Its `status` appears with the answer. */
export interface LoggedRequest {
  readonly at: Date
  readonly method: string
  operation: S3Operation | 'Unknown'
  bucket: string
  key: string
  /** The Range header as it came. */
  readonly range: string | undefined
  /** The query string, decoded. */
  query: Readonly<Record<string, string>>
  /** ARN of who signed; `undefined` while unknown or refused. */
  principal: string | undefined
  /** `undefined` while unanswered, and for ever when the connection was cut before. */
  status: number | undefined
  /** Body bytes handed to the connection. */
  bytesSent: number
  /** Kind of the fault that was applied. */
  fault: string | undefined
}

/** How many requests arrived, by operation. */
export type RequestCounts = Readonly<Record<S3Operation | 'Unknown', number>>

export function countRequests(requests: readonly LoggedRequest[]): RequestCounts {
  const counts: Record<S3Operation | 'Unknown', number> = {
    ListObjectsV2: 0,
    GetObject: 0,
    HeadObject: 0,
    PutObject: 0,
    DeleteObject: 0,
    CreateBucket: 0,
    HeadBucket: 0,
    GetBucketTagging: 0,
    PutBucketTagging: 0,
    DeleteBucketTagging: 0,
    AssumeRole: 0,
    Unknown: 0,
  }
  for (const { operation } of requests) counts[operation]++
  return counts
}
