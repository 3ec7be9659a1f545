import type { AccessControl, AccessSubject, Principal, S3Action } from './access-control.js'
import { Bucket } from './bucket.js'
import type { DoubleRequest } from './double-request.js'
import { ServiceError } from './service-error.js'

/** What the double holds. */
export interface DoubleState {
  readonly region: string
  readonly account: string
  readonly access: AccessControl
  readonly buckets: Map<string, Bucket>
  /** ARNs of KMS keys. */
  readonly disabledKeys: Set<string>
  readonly minSessionSeconds: number
  readonly now: () => Date
}

/** What an operation gets: a request whose signature was found right, and who made it. */
export interface OperationContext {
  readonly state: DoubleState
  readonly request: DoubleRequest
  readonly principal: Principal
}

/** The request's bucket, once it is sure that the caller may do this there. */
export function allowedBucket(
  { state, request, principal }: OperationContext,
  action: S3Action,
  subject: AccessSubject = { key: request.key },
): Bucket {
  const bucket = state.buckets.get(request.bucket)
  if (bucket === undefined) {
    throw new ServiceError('NoSuchBucket', 'The specified bucket does not exist.', { BucketName: request.bucket })
  }
  const expectedOwner = request.headers['x-amz-expected-bucket-owner']
  if ((expectedOwner !== undefined && expectedOwner !== bucket.owner) || !state.access.allows(principal, action, bucket, subject)) {
    throw new ServiceError('AccessDenied', 'Access Denied.')
  }
  return bucket
}

export function createBucket(state: DoubleState, name: string, owner: string): Bucket {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
    throw new ServiceError('InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name })
  }
  const bucket = new Bucket(name, owner)
  state.buckets.set(name, bucket)
  return bucket
}
