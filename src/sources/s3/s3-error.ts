import { ConfigError, ImportError, SourceError } from '../../errors.js'
import type { ErrorDetails } from '../../model/serialized-error.js'
import { objectChanged, objectVanished, quoteKey } from '../object-errors.js'
import { type AnswerFacts, answerFacts, S3Answer } from './answer-facts.js'

/** Which request failed. */
export interface S3Request {
  readonly action: 'list' | 'get' | 'head' | 'tagging' | 'assume-role'
  readonly bucket: string
  /** Of an object's request. */
  readonly key?: string | undefined
  readonly hasOwner?: boolean | undefined
}

/** The permission each request needs. */
export const permissions = {
  list: 's3:ListBucket',
  get: 's3:GetObject',
  head: 's3:GetObject',
  tagging: 's3:GetBucketTagging',
  'assume-role': 'sts:AssumeRole',
} as const

const throttled = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'TooManyRequestsException',
  'RequestLimitExceeded',
])
const expired = new Set(['ExpiredToken', 'ExpiredTokenException', 'InvalidToken', 'TokenRefreshRequired', 'RequestExpired'])
const unknownKeys = new Set(['InvalidAccessKeyId', 'InvalidClientTokenId'])

/** Fresh credentials may cure this. Ceph says `InvalidAccessKeyId` where AWS says `ExpiredToken`; a HEAD has no text at all. */
export function isExpiredCredentials({ code, status }: AnswerFacts, { action }: S3Request, isTemporary: boolean): boolean {
  if (isTemporary && action === 'head' && status === 400) return true
  return code !== undefined && (expired.has(code) || (isTemporary && unknownKeys.has(code)))
}

/**
 * What a failed request means. Messages are ours alone: a server's text may hold keys, tokens or signatures. Errors that
 * are ours already pass through.
 */
export function s3Error(error: unknown, request: S3Request, now = new Date()): ImportError {
  if (error instanceof ImportError) return error
  const facts = answerFacts(error, now)
  const cause = new S3Answer(facts)
  return (
    ofCredentials(facts, request, cause) ??
    ofPlace(facts, request, cause) ??
    ofListing(facts, request, cause) ??
    ofObject(facts, request, cause) ??
    ofRefusal(facts, request, cause) ??
    ofOutage(facts, request, cause)
  )
}

function ofCredentials({ code }: AnswerFacts, { bucket }: S3Request, cause: Error): ImportError | undefined {
  if (code === 'CredentialsProviderError') {
    const remedy = 'Pass `credentials`, or give the process some: environment, shared file, container or instance role.'
    return new ConfigError('CONFIG_SECRET_MISSING', 'No AWS credentials were found.', { retryable: true, remedy, cause })
  }
  if (code === 'RequestTimeTooSkewed') {
    const remedy = "Set this machine's clock: it differs from the store's by more than the store allows (15 minutes on AWS)."
    return new SourceError('SOURCE_UNAVAILABLE', `The store of "${bucket}" refused a request as too old or too new.`, {
      retryable: true,
      remedy,
      cause,
    })
  }
  if (code !== undefined && expired.has(code)) return credentialsExpired(bucket, cause)
  return undefined
}

/** Also after fresh credentials: what the host supplies is out of date itself. */
export function credentialsExpired(bucket: string, cause: unknown): SourceError {
  return new SourceError(
    'SOURCE_CREDENTIALS_EXPIRED',
    `The credentials for "${bucket}" have expired, and asking again gave no better ones.`,
    {
      retryable: true,
      remedy: 'Renew them. A function as `credentials` is asked again by itself; a fixed set is not.',
      cause,
    },
  )
}

function ofPlace({ code, status, region }: AnswerFacts, { action, bucket }: S3Request, cause: Error): ImportError | undefined {
  if (action === 'assume-role') return undefined
  if (status === 301 || code === 'PermanentRedirect' || code === 'AuthorizationHeaderMalformed') {
    const remedy = region === undefined ? 'Set `region` to the region of the bucket.' : `Set region: '${region}'.`
    return new ConfigError('CONFIG_INVALID', `The bucket "${bucket}" is in another region. Redirects are not followed.`, { remedy, cause })
  }
  if (status !== undefined && status >= 300 && status < 400 && status !== 304) {
    const details = { retryable: status === 307, remedy: 'Check `endpoint`: requests with credentials go to no other server.', cause }
    return new SourceError('SOURCE_UNAVAILABLE', `The store of "${bucket}" answered with a redirect, which is not followed.`, details)
  }
  if (code === 'NoSuchBucket' || (status === 404 && action === 'list')) {
    const details = { remedy: 'Check the bucket in `url` and the `endpoint`.', cause }
    return new SourceError('SOURCE_NOT_FOUND', `There is no bucket "${bucket}".`, details)
  }
  return undefined
}

/** An answer of success that could not be read. */
function ofListing({ code, status, network }: AnswerFacts, { action, bucket }: S3Request, cause: Error): ImportError | undefined {
  if (action === 'list' && code === 'AnswerTooLong') return listingInvalid(bucket, 'it is far too long', cause)
  if (action !== 'list' || network !== undefined || status === undefined || status >= 300) return undefined
  return listingInvalid(bucket, 'it is not readable as a listing', cause)
}

/** A broken page never ends a listing: objects behind it would be lost. */
export function listingInvalid(bucket: string, what: string, cause?: unknown): SourceError {
  return new SourceError('SOURCE_LISTING_INVALID', `A page of the listing of "${bucket}" was refused: ${what}.`, {
    retryable: true,
    remedy: 'Nothing to do if it passes. Otherwise a proxy or the store itself answers wrongly: list the bucket with another tool.',
    cause,
  })
}

function ofObject({ code, status }: AnswerFacts, { action, key }: S3Request, cause: Error): ImportError | undefined {
  if (key === undefined || (action !== 'get' && action !== 'head')) return undefined
  // 416: it has become shorter than the listing said.
  if (status === 412 || status === 416 || status === 304) return objectChanged(key, cause)
  if (status === 404) return objectVanished(key, cause)
  const location = { key }
  if (code === 'InvalidObjectState') {
    const remedy = 'Restore it from the archive (RestoreObject), or move it out of the prefix.'
    return new SourceError('OBJECT_ARCHIVED', `${quoteKey(key)} is archived and cannot be read.`, { location, remedy, cause })
  }
  if (code?.startsWith('KMS.') === true) {
    const remedy = 'Enable the KMS key and allow kms:Decrypt on it.'
    return new SourceError('OBJECT_DENIED', `${quoteKey(key)} cannot be decrypted: its KMS key is not usable.`, { location, remedy, cause })
  }
  if ((status === 403 || status === 401) && (code === undefined || code === 'AccessDenied' || code === 'Forbidden')) {
    const remedy = 'Allow s3:GetObject on it (and kms:Decrypt on its key, if it is encrypted with KMS).'
    return new SourceError('OBJECT_DENIED', `${quoteKey(key)} may not be read.`, { location, remedy, cause })
  }
  return undefined
}

function ofRefusal(facts: AnswerFacts, request: S3Request, cause: Error): ImportError | undefined {
  const { code, status } = facts
  const { action, bucket, hasOwner } = request
  const who = action === 'assume-role' ? 'STS' : `The store of "${bucket}"`
  if (code === 'SignatureDoesNotMatch' || (code !== undefined && unknownKeys.has(code))) {
    const details = { remedy: 'Check the access key id and the secret access key.', cause }
    return new SourceError('SOURCE_DENIED', `${who} does not accept the credentials.`, details)
  }
  if (action === 'assume-role') return ofRole(facts, bucket, cause)
  if (status === 403 || status === 401) {
    const remedy = `Allow ${permissions[action]} on the bucket${hasOwner === true ? ', and check `expectedBucketOwner`' : ''}. checkAccess() gives the statement to add.`
    return new SourceError('SOURCE_DENIED', `${permissions[action]} was refused on "${bucket}".`, { remedy, cause })
  }
  return undefined
}

function ofRole({ code, status }: AnswerFacts, bucket: string, cause: Error): ImportError | undefined {
  if (status === undefined || status < 400 || status >= 500 || status === 429 || (code !== undefined && throttled.has(code)))
    return undefined
  if (code === 'ValidationError') {
    const remedy =
      'Check `role`: its `durationSeconds` may not be longer than the maximum session duration of the role, nor an hour where the host itself runs as a role.'
    return new SourceError('SOURCE_DENIED', `STS does not take the request to assume the role for "${bucket}".`, { remedy, cause })
  }
  const remedy =
    "Check the role's trust policy: its principal must be this host's account or role, and its condition sts:ExternalId must " +
    "equal the external id given to this tenant. The host's own credentials need sts:AssumeRole on the role. checkAccess() gives the statement to add."
  return new SourceError('SOURCE_DENIED', `The role for "${bucket}" may not be assumed.`, { remedy, cause })
}

function ofOutage({ code, status, network, retryAfterMs }: AnswerFacts, { action, bucket, key }: S3Request, cause: Error): ImportError {
  const details: ErrorDetails = { retryable: true, retryAfterMs, location: { key }, cause }
  const service = action === 'assume-role' ? 'STS' : `The store of "${bucket}"`
  // The SDK gives an error document inside an answer of success the status 503.
  if ((status === 503 && code !== 'InternalError') || status === 429 || (code !== undefined && throttled.has(code))) {
    const remedy = 'Nothing to do: it is tried again, more slowly.'
    return new SourceError('SOURCE_THROTTLED', `${service} asked for fewer requests.`, { ...details, remedy })
  }
  if ((status === undefined && code !== 'AnswerTooLong') || network !== undefined) {
    const remedy = 'Check the network, the `endpoint` and the `region`.'
    return new SourceError('SOURCE_UNAVAILABLE', `${service} could not be reached (${network ?? code ?? 'no answer'}).`, {
      ...details,
      remedy,
    })
  }
  const remedy = 'Nothing to do if it passes; otherwise ask whoever runs the store, with the request id in `cause`.'
  const message = `${service} answered ${permissions[action]} with ${code ?? 'an error'}${status === undefined ? '' : ` (HTTP ${status})`}.`
  return new SourceError('SOURCE_UNAVAILABLE', message, { ...details, remedy })
}
