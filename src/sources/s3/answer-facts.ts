/** Codes of S3 and STS that may be repeated. Any other text of a server may hold anything, credentials included. */
const knownCodes: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AllAccessDisabled',
  'AuthorizationHeaderMalformed',
  'BadDigest',
  'ExpiredToken',
  'ExpiredTokenException',
  'Forbidden',
  'InternalError',
  'InvalidAccessKeyId',
  'InvalidArgument',
  'InvalidBucketName',
  'InvalidClientTokenId',
  'InvalidObjectState',
  'InvalidRange',
  'InvalidRequest',
  'InvalidToken',
  'KMS.DisabledException',
  'KMS.InvalidStateException',
  'KMS.NotFoundException',
  'MalformedPolicyDocument',
  'MethodNotAllowed',
  'NoSuchBucket',
  'NoSuchKey',
  'NoSuchTagSet',
  'NoSuchTagSetError',
  'NotFound',
  'NotImplemented',
  'NotModified',
  'PermanentRedirect',
  'PreconditionFailed',
  'RegionDisabledException',
  'RequestExpired',
  'RequestLimitExceeded',
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'ServiceUnavailable',
  'SignatureDoesNotMatch',
  'SlowDown',
  'TemporaryRedirect',
  'Throttling',
  'ThrottlingException',
  'TokenRefreshRequired',
  'TooManyRequests',
  'TooManyRequestsException',
  'ValidationError',
  // of the SDK, of Node, and of our own limit
  'AnswerTooLong',
  'CredentialsProviderError',
  'TimeoutError',
])

/** What may be known and told about a failed request. */
export interface AnswerFacts {
  /** A known code of the service or the SDK, else `undefined`. */
  readonly code: string | undefined
  /** HTTP status; `undefined` when no answer came. */
  readonly status: number | undefined
  /** System error of the connection, such as `ECONNREFUSED`. */
  readonly network: string | undefined
  /** For the store's support. */
  readonly requestId: string | undefined
  /** The region that the store names for the bucket. */
  readonly region: string | undefined
  readonly retryAfterMs: number | undefined
}

/** Reads an exception of the SDK, trusting nothing in it. */
export function answerFacts(error: unknown, now: Date): AnswerFacts {
  const record = asRecord(error)
  const metadata = asRecord(record.$metadata)
  const response = asRecord(record.$response)
  const headers = asRecord(response.headers)
  const status = metadata.httpStatusCode ?? response.statusCode
  const [code] = [record.name, record.Code, record.code].filter((name) => typeof name === 'string' && knownCodes.has(name))
  return {
    code: code as string | undefined,
    status: typeof status === 'number' && status >= 100 ? status : undefined,
    network: matching(
      record.code,
      /^(E[A-Z_]{2,24}|CERT_[A-Z_]{1,40}|UNABLE_TO_[A-Z_]{1,40}|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/,
    ),
    requestId: matching(metadata.requestId, /^[\w-]{4,80}$/),
    region: matching(headers['x-amz-bucket-region'], regionName) ?? matching(record.Region, regionName),
    retryAfterMs: retryAfterMs(headers['retry-after'], now),
  }
}

/** A cause that can be logged: our own words and the facts, nothing of the server's text. */
export class S3Answer extends Error {
  readonly code: string | undefined
  readonly httpStatus: number | undefined
  readonly requestId: string | undefined
  readonly region: string | undefined

  constructor({ code, status, network, requestId, region }: AnswerFacts) {
    const what = code ?? network ?? 'unknown error'
    super(status === undefined ? what : `${what} (HTTP ${status})`)
    this.name = 'S3Answer'
    this.code = code
    this.httpStatus = status
    this.requestId = requestId
    this.region = region
  }
}

const regionName = /^[a-z]{2}(-[a-z]{2,12}){1,3}-\d{1,2}$/

const longestWaitMs = 15 * 60_000

/** Seconds or an HTTP date; capped, so that an answer cannot put a job to sleep for days. */
function retryAfterMs(header: unknown, now: Date): number | undefined {
  if (typeof header !== 'string' || header.length > 64) return undefined
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now.getTime()
  return Number.isFinite(ms) ? Math.min(longestWaitMs, Math.max(0, ms)) : undefined
}

function matching(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
