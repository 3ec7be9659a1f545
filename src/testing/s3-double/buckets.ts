import { type Answer, emptyAnswer } from './answer.js'
import { allowedBucket, createBucket, type OperationContext } from './double-state.js'
import { ServiceError } from './service-error.js'

/** CreateBucket: for the account's owner only. */
export function createBucketByRequest({ state, request, principal }: OperationContext): Answer {
  if (!principal.owner) throw new ServiceError('AccessDenied', 'Access Denied.')
  if (state.buckets.has(request.bucket)) {
    const message = 'Your previous request to create the named bucket succeeded and you already own it.'
    throw new ServiceError('BucketAlreadyOwnedByYou', message, { BucketName: request.bucket })
  }
  createBucket(state, request.bucket, state.account)
  return emptyAnswer(200, { location: `/${request.bucket}` })
}

/** HeadBucket. */
export function headBucket(context: OperationContext): Answer {
  allowedBucket(context, 's3:ListBucket')
  return emptyAnswer(200, { 'x-amz-bucket-region': context.state.region })
}
