import { element } from './xml.js'

const statuses = {
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  EntityTooLarge: 400,
  ExpiredToken: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidClientTokenId: 403,
  InvalidAction: 400,
  InvalidObjectState: 403,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidTag: 400,
  InvalidToken: 400,
  InvalidURI: 400,
  'KMS.DisabledException': 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchTagSet: 404,
  NotImplemented: 501,
  NotModified: 304,
  PermanentRedirect: 301,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  ValidationError: 400,
  XAmzContentSHA256Mismatch: 400,
} as const

/** The error codes this double answers with, spelt as AWS spells them. */
export type ServiceErrorCode = keyof typeof statuses

/** An error answer: thrown by operations, turned into XML in one place. */
export class ServiceError extends Error {
  readonly code: ServiceErrorCode
  readonly status: number
  /** Further elements of the XML, such as `Key` or `BucketName`. */
  readonly details: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: ServiceErrorCode,
    message: string,
    details: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.name = 'ServiceError'
    this.code = code
    this.status = statuses[code]
    this.details = details
    this.headers = headers
  }
}

/** S3's form of an error. */
export function s3ErrorXml(error: ServiceError, requestId: string): string {
  const details = Object.entries(error.details).map(([name, value]) => element(name, value))
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${element('Code', error.code)}${element('Message', error.message)}${details.join('')}${element('RequestId', requestId)}${element('HostId', 's3-double')}</Error>`
}

/** The query protocol's form of an error, as STS answers. */
export function stsErrorXml(error: ServiceError, requestId: string): string {
  const type = error.status >= 500 ? 'Receiver' : 'Sender'
  return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>${element('Type', type)}${element('Code', error.code)}${element('Message', error.message)}</Error>${element('RequestId', requestId)}</ErrorResponse>`
}
