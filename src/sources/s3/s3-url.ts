import { bucketNameProblem, quoteBucket } from '../../access/bucket-name.js'
import { ConfigError } from '../../errors.js'
import { readAwsUrl } from './aws-url.js'

/** Where objects are: a bucket and a folder in it. */
export interface S3Location {
  readonly bucket: string
  /** Empty for the whole bucket, else ends in a slash: `a/b/` never matches `a/bc`. */
  readonly prefix: string
  /** `s3://bucket/prefix/`, whatever form the URL had. */
  readonly place: string
}

/** What a URL says. */
export interface S3UrlParts extends S3Location {
  /** Named by an https or console URL. */
  readonly urlRegion: string | undefined
  /** The URL names a server of AWS, which no custom endpoint can be. */
  readonly namesAws: boolean
}

/** A bucket, and what follows it: a path as keys have it, not yet checked. */
export interface RawPlace {
  readonly bucket: string
  readonly path: string
  readonly region?: string | undefined
  readonly namesAws?: boolean
}

/**
 * Reads a bucket and a folder from one of
 *
 * - `s3://bucket/prefix/`
 * - `arn:aws:s3:::bucket/prefix/`
 * - `https://bucket.s3.eu-central-1.amazonaws.com/prefix/`, `https://s3.eu-central-1.amazonaws.com/bucket/prefix/`
 * - the address of a folder in the AWS console
 *
 * In the first two everything after the bucket is taken literally, as keys are; the others are percent-decoded once. A
 * missing slash at the end is added. Throws `CONFIG_INVALID` with a message of its own per mistake, and repeats nothing
 * of a text that is not understood, for it may hold a credential.
 */
export function parseS3Url(url: unknown): S3UrlParts {
  if (typeof url !== 'string' || url === '') throw refuse('`url` is missing or empty.')
  if (url !== url.trim()) throw refuse('`url` starts or ends with white space.', 'Remove the white space.')
  const { bucket, path, region, namesAws = false } = readPlace(url)
  checkBucket(bucket)
  checkPrefix(path)
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`
  if (Buffer.byteLength(prefix) > 1024) throw refuse('The prefix in `url` is longer than 1,024 bytes, the longest key of S3.')
  return { bucket, prefix, place: `s3://${bucket}/${prefix}`, urlRegion: region, namesAws }
}

function readPlace(url: string): RawPlace {
  if (url.startsWith('s3://')) return split(url.slice('s3://'.length))
  if (url.startsWith('arn:')) return readArn(url)
  if (url.startsWith('https://')) return readAwsUrl(url, refuse)
  throw refuse(`\`url\` must start with s3://${schemeOf(url)}.`)
}

function split(text: string): RawPlace {
  const slash = text.indexOf('/')
  return slash === -1 ? { bucket: text, path: '' } : { bucket: text.slice(0, slash), path: text.slice(slash + 1) }
}

/** Bucket ARNs have neither region nor account; what has them is no bucket. */
function readArn(arn: string): RawPlace {
  const parts = /^arn:(aws[a-z-]*):([^:]*):([^:]*):([^:]*):(.*)$/s.exec(arn)
  if (parts === null) throw refuse('`url` is not a whole ARN.', 'Write arn:aws:s3:::bucket/prefix/.')
  const [, , service, region, account, resource = ''] = parts
  if (service !== 's3') throw refuse('`url` is the ARN of something other than a bucket.', 'Write arn:aws:s3:::bucket/prefix/.')
  if (region !== '' || account !== '' || /^(accesspoint|bucket_name)[/:]/.test(resource)) {
    throw refuse('`url` is the ARN of an access point.', 'Use the name of the bucket itself.')
  }
  return split(resource)
}

function checkBucket(bucket: string): void {
  if (bucket === '') throw refuse('`url` names no bucket.')
  if (bucket.includes('@')) throw refuse('`url` holds a user name or a password.', 'Pass `credentials`; a URL is stored and shown.')
  if (bucket.startsWith('arn:'))
    throw refuse('`url` names an ARN (an access point?) in place of a bucket.', 'Use the name of the bucket itself.')
  if (bucket.includes('?') || bucket.includes('#')) throw refuse('`url` has a query or a fragment.', 'End it after the prefix.')
  if (bucket.includes(':')) throw refuse('`url` names a port.', 'Use `endpoint` for another server.')
  const problem = bucketNameProblem(bucket)
  if (problem !== undefined) throw refuse(`The bucket name in \`url\`, ${quoteBucket(bucket)}, ${problem.what}.`, problem.remedy)
}

function checkPrefix(path: string): void {
  if (path.includes('?')) throw refuse('`url` has a query.', 'End it after the prefix; "?" and all after it is not part of a URL here.')
  if (path.includes('#')) throw refuse('`url` has a fragment.', 'End it after the prefix; "#" and all after it is not part of a URL here.')
  if (path.includes('*')) throw refuse('`url` has a wildcard.', 'End it at the folder: everything below it is imported.')
  if (/\p{Cc}/u.test(path)) throw refuse('`url` has a control character.')
  if (/\p{Surrogate}/u.test(path)) throw refuse('`url` has half a surrogate pair, which no key can have.')
  if (path.startsWith('/')) throw refuse('`url` has two slashes after the bucket.', 'Write s3://bucket/prefix/.')
  if (path.split('/').some((part) => part === '.' || part === '..')) {
    throw refuse('`url` has a "." or ".." step, and S3 has no such steps.', 'Write the prefix out.')
  }
}

/** A usual mistake named, without repeating the text. */
function schemeOf(url: string): string {
  const scheme = /^(s3[an]?|https?|gs|abfss?|wasbs?|file|ftp|arn):/i.exec(url)?.[1]
  return scheme === undefined ? '' : `, not ${scheme}:`
}

function refuse(
  message: string,
  remedy = 'Write s3://bucket/prefix/, for example s3://example-demo-bucket/click-thru-rate/production/v1/.',
): ConfigError {
  return new ConfigError('CONFIG_INVALID', message, { remedy })
}
