import type { Answer } from './answer.js'
import { createBucketByRequest, headBucket } from './buckets.js'
import type { DoubleRequest } from './double-request.js'
import type { OperationContext } from './double-state.js'
import { listObjects } from './listing.js'
import { deleteObject, getObject, headObject, putObject } from './objects.js'
import { assumeRole } from './sts.js'
import { deleteBucketTagging, getBucketTagging, putBucketTagging } from './tagging.js'

const operations = {
  ListObjectsV2: listObjects,
  GetObject: getObject,
  HeadObject: headObject,
  PutObject: putObject,
  DeleteObject: deleteObject,
  CreateBucket: createBucketByRequest,
  HeadBucket: headBucket,
  GetBucketTagging: getBucketTagging,
  PutBucketTagging: putBucketTagging,
  DeleteBucketTagging: deleteBucketTagging,
  AssumeRole: assumeRole,
} as const satisfies Record<string, (context: OperationContext) => Answer>

/** What the double can do, by AWS's names. */
export type S3Operation = keyof typeof operations

export function operationNamed(name: S3Operation): (context: OperationContext) => Answer {
  return operations[name]
}

const listParameters = ['list-type', 'prefix', 'delimiter', 'start-after', 'continuation-token', 'max-keys', 'encoding-type', 'fetch-owner']

interface Route {
  readonly method: string
  readonly target: 'bucket' | 'key'
  /** The query parameter that tells it from others of its method. */
  readonly marker?: string
  readonly parameters?: readonly string[]
  readonly operation: S3Operation
}

const routes: readonly Route[] = [
  { method: 'GET', target: 'bucket', marker: 'list-type', parameters: listParameters, operation: 'ListObjectsV2' },
  { method: 'GET', target: 'bucket', marker: 'tagging', operation: 'GetBucketTagging' },
  { method: 'PUT', target: 'bucket', marker: 'tagging', operation: 'PutBucketTagging' },
  { method: 'DELETE', target: 'bucket', marker: 'tagging', operation: 'DeleteBucketTagging' },
  { method: 'PUT', target: 'bucket', operation: 'CreateBucket' },
  { method: 'HEAD', target: 'bucket', operation: 'HeadBucket' },
  { method: 'GET', target: 'key', operation: 'GetObject' },
  { method: 'HEAD', target: 'key', operation: 'HeadObject' },
  { method: 'PUT', target: 'key', operation: 'PutObject' },
  { method: 'DELETE', target: 'key', operation: 'DeleteObject' },
]

/**
 * The operation of a request. `undefined` when the double does not know it: a sub-resource it does not know is never
 * taken for the plain operation.
 */
export function routeOf(request: Pick<DoubleRequest, 'method' | 'query' | 'bucket' | 'key' | 'body'>): S3Operation | undefined {
  const { method, query, bucket, key } = request
  if (bucket === '') {
    return method === 'POST' && new URLSearchParams(request.body.toString()).get('Action') === 'AssumeRole' ? 'AssumeRole' : undefined
  }
  const target = key === '' ? 'bucket' : 'key'
  const fits = ({ marker, parameters = [] }: Route): boolean =>
    (marker === undefined || query.has(marker)) &&
    [...query.keys()].every((name) => name === 'x-id' || name === marker || parameters.includes(name))
  const route = routes.find((candidate) => candidate.method === method && candidate.target === target && fits(candidate))
  return route?.operation === 'ListObjectsV2' && query.get('list-type') !== '2' ? undefined : route?.operation
}
