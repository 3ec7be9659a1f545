import { isRoleArn } from '../../access/policy-inputs.js'
import { ConfigError } from '../../errors.js'
import { checkKnownOptions } from '../known-options.js'
import { parseS3Url } from './s3-url.js'

/** What a stored definition, or a tenant, may say about a source: neither a server nor a secret. */
export interface S3Definition {
  readonly url: string
  readonly region?: string
  readonly expectedBucketOwner?: string
  /** Of the tenant's role. The external id that goes with it is the host's to add. */
  readonly roleArn?: string
}

const known = ['url', 'region', 'expectedBucketOwner', 'roleArn']
/** Options of a source that would let a definition choose where credentials are sent, or prove itself. */
const ofTheHost: Readonly<Record<string, string>> = {
  endpoint: 'a server that credentials would be sent to',
  stsEndpoint: 'a server that credentials would be sent to',
  pathStyle: 'how a server is addressed',
  credentials: 'credentials',
  ingestionKey: 'the proof of ownership',
  ownership: 'that ownership is not checked',
  tagKey: 'which tag proves ownership',
  role: 'an external id',
  externalId: 'an external id',
  importerRoleArn: 'who the importer is',
}

/**
 * Reads a source's part of a stored definition, strictly. What comes from the host's code alone is refused by name, so that
 * `s3Source({ ...parseS3Definition(json), ingestionKey })` cannot be led to another server by whoever wrote the JSON.
 *
 * @throws ConfigError `CONFIG_INVALID`; values are never repeated
 */
export function parseS3Definition(definition: unknown): S3Definition {
  if (typeof definition === 'object' && definition !== null) {
    for (const [name, what] of Object.entries(ofTheHost)) {
      if (!Object.hasOwn(definition, name)) continue
      throw new ConfigError('CONFIG_INVALID', `A definition may not say \`${name}\`: ${what}.`, {
        remedy: `Take \`${name}\` out of the definition, and give it to s3Source in code.`,
      })
    }
  }
  checkKnownOptions('A definition of an S3 source', definition, known)
  const { url, region, expectedBucketOwner, roleArn } = definition as Readonly<Record<string, unknown>>
  parseS3Url(url)
  if (region !== undefined && !(typeof region === 'string' && /^[a-z]{2}(-[a-z]{2,12}){1,3}-\d{1,2}$/.test(region))) {
    throw new ConfigError('CONFIG_INVALID', '`region` is not the name of a region of AWS.', { remedy: 'Write it like eu-central-1.' })
  }
  if (expectedBucketOwner !== undefined && !(typeof expectedBucketOwner === 'string' && /^\d{12}$/.test(expectedBucketOwner))) {
    throw new ConfigError('CONFIG_INVALID', '`expectedBucketOwner` is not an AWS account id.', {
      remedy: 'Pass the 12 digits as a string.',
    })
  }
  if (roleArn !== undefined && !isRoleArn(roleArn)) {
    throw new ConfigError('CONFIG_INVALID', '`roleArn` is not the ARN of a role.', {
      remedy: 'Write arn:aws:iam::111122223333:role/importer.',
    })
  }
  return {
    url: url as string,
    ...(region === undefined ? {} : { region }),
    ...(expectedBucketOwner === undefined ? {} : { expectedBucketOwner }),
    ...(roleArn === undefined ? {} : { roleArn }),
  }
}
