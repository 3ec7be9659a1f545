import { ConfigError } from '../../errors.js'

/** Where objects are: a bucket and a folder in it. */
export interface S3Location {
  readonly bucket: string
  /** Empty for the whole bucket, else ends in a slash: `a/b/` never matches `a/bc`. */
  readonly prefix: string
  /** `s3://bucket/prefix/`. */
  readonly place: string
}

/**
 * Reads `s3://bucket/prefix/`. Everything after the bucket is taken literally, as keys are: no percent decoding, no
 * normalising. A missing slash at the end is added. Throws `CONFIG_INVALID` with a message of its own per mistake.
 */
export function parseS3Url(url: unknown): S3Location {
  if (typeof url !== 'string' || url === '') throw refuse('`url` is missing or empty.')
  // Nothing of a text that is not an s3 URL, or that may hold a credential, is repeated in a message.
  if (url !== url.trim()) throw refuse('`url` starts or ends with white space.', 'Remove the white space.')
  if (!url.startsWith('s3://')) throw refuse(`\`url\` must start with s3://${schemeOf(url)}.`)
  const rest = url.slice('s3://'.length)
  const slash = rest.indexOf('/')
  const bucket = slash === -1 ? rest : rest.slice(0, slash)
  const path = slash === -1 ? '' : rest.slice(slash + 1)
  checkBucket(bucket)
  checkPrefix(path)
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`
  if (Buffer.byteLength(prefix) > 1024) throw refuse('The prefix in `url` is longer than 1,024 bytes, the longest key of S3.')
  return { bucket, prefix, place: `s3://${bucket}/${prefix}` }
}

function checkBucket(bucket: string): void {
  if (bucket === '') throw refuse('`url` names no bucket.')
  if (bucket.includes('@')) throw refuse('`url` holds a user name or a password.', 'Pass `credentials`; a URL is stored and shown.')
  if (bucket.startsWith('arn:'))
    throw refuse('`url` names an ARN (an access point?) in place of a bucket.', 'Use the name of the bucket itself.')
  if (bucket.includes('?') || bucket.includes('#')) throw refuse('`url` has a query or a fragment.', 'End it after the prefix.')
  if (bucket.includes(':')) throw refuse('`url` names a port.', 'Use `endpoint` for another server.')
  const name = `The bucket name in \`url\`, ${JSON.stringify(bucket.slice(0, 80))},`
  const remedy = 'Copy the name from the console of the store.'
  if (/[A-Z]/.test(bucket)) throw refuse(`${name} has upper-case letters.`, remedy)
  if (!/^[a-z0-9.-]+$/.test(bucket)) throw refuse(`${name} has a character other than a-z, 0-9, "." and "-".`, remedy)
  if (bucket.length < 3 || bucket.length > 63) throw refuse(`${name} is not 3 to 63 characters long.`, remedy)
  if (!/^[a-z0-9].*[a-z0-9]$/.test(bucket)) throw refuse(`${name} does not start and end with a letter or a digit.`, remedy)
  if (bucket.includes('..')) throw refuse(`${name} has two dots in a row.`, remedy)
  if (/^\d+\.\d+\.\d+\.\d+$/.test(bucket)) throw refuse(`${name} looks like an IP address.`, 'Use `endpoint` for another server.')
  if (bucket.endsWith('--x-s3')) {
    throw refuse(`${name} is a directory bucket, which has no listing in key order.`, 'Import from a general purpose bucket.')
  }
  if (/^(xn--|sthree-)/.test(bucket) || /(-s3alias|--ol-s3|--table-s3|\.mrap)$/.test(bucket)) {
    throw refuse(`${name} has a start or an end that S3 keeps for aliases.`, 'Use the name of the bucket itself.')
  }
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
  const scheme = /^(s3[an]?|S3[AN]?|https?|gs|abfss?|file|arn):/i.exec(url)?.[1]
  return scheme === undefined ? '' : `, not ${scheme}:`
}

function refuse(
  message: string,
  remedy = 'Write s3://bucket/prefix/, for example s3://example-demo-bucket/click-thru-rate/production/v1/.',
): ConfigError {
  return new ConfigError('CONFIG_INVALID', message, { remedy })
}
