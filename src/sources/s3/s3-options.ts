import { checkImporterRoleArn } from '../../access/policy-inputs.js'
import { ConfigError } from '../../errors.js'
import { checkKnownOptions } from '../known-options.js'
import { checkRole, type S3Role } from './s3-role.js'
import { parseS3Url, type S3Location, type S3UrlParts } from './s3-url.js'

/** The bucket has to prove that it belongs to whoever configured the job: its tag must equal the ingestion key. */
export interface Owned {
  /** Compared with the value of the bucket's tag. Required: an unset variable must not switch the check off. */
  readonly ingestionKey: string
  readonly ownership?: never
  /** Key of the tag. @defaultValue 'arize-ingestion-key' */
  readonly tagKey?: string | undefined
}

/** No proof of ownership, said in so many words. */
export interface Unchecked {
  readonly ownership: 'unchecked'
  readonly ingestionKey?: never
}

/** Keys of an AWS account, user or session. */
export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  /** Asked for again five minutes before; without it, when the store says that they have expired. */
  readonly expiration?: Date | undefined
}

/** Where to import from, and as whom. */
export interface S3Place {
  /**
   * `s3://bucket/prefix/`: everything below, recursively. The prefix is a folder: a missing slash is added. Taken
   * literally, without percent decoding. Also `arn:aws:s3:::bucket/prefix/`, an https URL of Amazon's S3, and the address
   * of a folder in the AWS console.
   */
  readonly url: string
  /** Assumed for every request to the bucket; the host's own credentials then only call STS. */
  readonly role?: S3Role | undefined
  /** 12 digits. Sent with every request: the store refuses when the bucket belongs to another account. */
  readonly expectedBucketOwner?: string | undefined
  /**
   * ARN of the role that this host itself runs as, `arn:aws:iam::111122223333:role/importer`. Only named in the statements
   * that `checkAccess` proposes; without it they hold a placeholder.
   */
  readonly importerRoleArn?: string | undefined
  /** @defaultValue that of an https or console URL, then AWS_REGION, AWS_DEFAULT_REGION, us-east-1 */
  readonly region?: string | undefined
  /** An S3-compatible server. This and the next three come from the host's code alone, never from a stored definition. */
  readonly endpoint?: string | undefined
  /** Needed for a role on a custom endpoint. */
  readonly stsEndpoint?: string | undefined
  /** Bucket in the path in place of the host name. @defaultValue true with an endpoint */
  readonly pathStyle?: boolean | undefined
  /** The host's own. @defaultValue what the AWS SDK finds: environment, shared files, container or instance role */
  readonly credentials?: S3Credentials | (() => Promise<S3Credentials>) | undefined
}

/** What {@link checkS3Options} leaves: complete, checked, with the URL taken apart. */
export interface S3Settings extends S3Location {
  readonly region: string
  readonly endpoint: string | undefined
  readonly stsEndpoint: string | undefined
  readonly pathStyle: boolean
  readonly role: S3Role | undefined
  readonly importerRoleArn: string | undefined
  readonly expectedBucketOwner: string | undefined
  readonly credentials: S3Credentials | (() => Promise<S3Credentials>) | undefined
  /** `undefined` when the host opted out of the check. */
  readonly owned: { readonly ingestionKey: string; readonly tagKey: string } | undefined
}

const known = [
  'url',
  'ingestionKey',
  'ownership',
  'tagKey',
  'role',
  'expectedBucketOwner',
  'importerRoleArn',
  'region',
  'endpoint',
  'stsEndpoint',
  'pathStyle',
  'credentials',
]

/** Throws `CONFIG_INVALID`, or `CONFIG_SECRET_MISSING` for an empty or unset secret. */
export function checkS3Options(options: S3Place & (Owned | Unchecked)): S3Settings {
  checkKnownOptions('s3Source', options, known)
  const { urlRegion, namesAws, ...location } = parseS3Url(options.url)
  const { role, expectedBucketOwner, importerRoleArn, endpoint, stsEndpoint, pathStyle, credentials } = options
  if (endpoint !== undefined) checkEndpoint('endpoint', endpoint)
  if (stsEndpoint !== undefined) checkEndpoint('stsEndpoint', stsEndpoint)
  if (endpoint !== undefined && namesAws) {
    throw invalid('`url` names a server of AWS, and `endpoint` another one.', 'Write s3://bucket/prefix/ with an `endpoint`.')
  }
  if (role !== undefined) checkRole(role, stsEndpoint !== undefined)
  if (importerRoleArn !== undefined) checkImporterRoleArn(importerRoleArn)
  if (role !== undefined && endpoint !== undefined && stsEndpoint === undefined) {
    throw invalid('`role` on a custom `endpoint` needs `stsEndpoint`.', 'Name the STS of that server; AWS is not asked for it.')
  }
  if (expectedBucketOwner !== undefined && !/^\d{12}$/.test(String(expectedBucketOwner))) {
    throw invalid('`expectedBucketOwner` is not an AWS account id.', 'Pass the 12 digits as a string.')
  }
  if (pathStyle !== undefined && typeof pathStyle !== 'boolean') throw invalid('`pathStyle` must be true or false.')
  if (credentials !== undefined) checkCredentials(credentials)
  return {
    ...location,
    region: regionOf(options.region, urlRegion),
    endpoint,
    stsEndpoint,
    pathStyle: pathStyle ?? endpoint !== undefined,
    role,
    importerRoleArn,
    expectedBucketOwner,
    credentials,
    owned: checkOwnershipOptions(options),
  }
}

function checkOwnershipOptions(options: Owned | Unchecked): S3Settings['owned'] {
  const { ingestionKey, ownership } = options
  const tagKey = 'tagKey' in options ? options.tagKey : undefined
  if (ownership !== undefined) {
    if (ownership !== 'unchecked') throw invalid("`ownership` can only be 'unchecked'.", 'Leave it out and pass `ingestionKey`.')
    if (ingestionKey !== undefined) throw invalid("`ingestionKey` and `ownership: 'unchecked'` contradict each other.", 'Leave one out.')
    if (tagKey !== undefined) throw invalid("`tagKey` means nothing with `ownership: 'unchecked'`.", 'Leave one out.')
    return undefined
  }
  if (typeof ingestionKey !== 'string' || ingestionKey.trim() === '') {
    throw new ConfigError('CONFIG_SECRET_MISSING', '`ingestionKey` is missing or empty.', {
      remedy:
        'Pass the key that the bucket is tagged with (is the environment variable set? createIngestionKey() makes one). ' +
        "To import without proof of ownership, write ownership: 'unchecked'.",
    })
  }
  if (tagKey !== undefined && (typeof tagKey !== 'string' || tagKey === '' || tagKey.length > 128)) {
    throw invalid('`tagKey` must be 1 to 128 characters long.', 'Leave it out for arize-ingestion-key.')
  }
  return { ingestionKey, tagKey: tagKey ?? 'arize-ingestion-key' }
}

function checkCredentials(credentials: S3Credentials | (() => Promise<S3Credentials>)): void {
  if (typeof credentials === 'function') return
  if (typeof credentials !== 'object' || credentials === null) throw invalid('`credentials` must be an object or a function.')
  // Those of the SDK carry more (an account id, a scope), so other members are no mistake.
  for (const name of ['accessKeyId', 'secretAccessKey'] as const) {
    if (typeof credentials[name] === 'string' && credentials[name] !== '') continue
    throw new ConfigError('CONFIG_SECRET_MISSING', `\`credentials.${name}\` is missing or empty.`, {
      remedy: 'Is the environment variable set? Without `credentials` the AWS SDK looks for some itself.',
    })
  }
}

function checkEndpoint(name: string, endpoint: string): void {
  const url = typeof endpoint === 'string' && URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw invalid(`\`${name}\` is not an http or https URL.`, 'Write it like https://storage.example.com.')
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw invalid(`\`${name}\` has a user name, a password, a query or a fragment.`, 'Leave only the server; pass `credentials` apart.')
  }
}

/** A client cannot sign without a region, and us-east-1 is what AWS itself and compatible servers assume when none is said. */
function regionOf(region: string | undefined, urlRegion: S3UrlParts['urlRegion']): string {
  if (region !== undefined && urlRegion !== undefined && region !== urlRegion) {
    throw invalid(`\`url\` names the region ${urlRegion}, and \`region\` another one.`, 'Leave one of them out.')
  }
  const found = region ?? urlRegion ?? (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || 'us-east-1')
  if (typeof found !== 'string' || !/^[a-z0-9][a-z0-9-]{0,62}$/i.test(found)) {
    throw invalid('`region` is not the name of a region.', 'Write it like eu-central-1.')
  }
  return found
}

function invalid(message: string, remedy?: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', message, { remedy })
}
