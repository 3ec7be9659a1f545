import { ConfigError } from '../errors.js'
import { bucketNameProblem, quoteBucket } from './bucket-name.js'

/** A bucket and a folder in it. */
export interface PolicyPlace {
  readonly bucket: string
  /** A folder; a missing slash at the end is added. @defaultValue the whole bucket */
  readonly prefix?: string | undefined
}

/** A partition of AWS: its regions, and how their names and ARNs begin. */
export type AwsPartition = 'aws' | 'aws-cn' | 'aws-us-gov'

const roleArn = /^arn:(aws[a-z-]*):iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/
const rootArn = /^arn:(aws[a-z-]*):iam::\d{12}:root$/
const keyArn = /^arn:(aws[a-z-]*):kms:([a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}):\d{12}:key\/[\w-]{1,64}$/

export function isRoleArn(arn: unknown): arn is string {
  return typeof arn === 'string' && roleArn.test(arn)
}

/** `arn:aws:iam::111122223333:role/x` → `arn:aws:iam::111122223333:root`. */
export function accountOfRole(arn: string): string {
  return arn.replace(/:role\/.*$/s, ':root')
}

/** The role that the importer runs as: who a bucket policy lets in. Throws `CONFIG_INVALID`. */
export function checkImporterRoleArn(arn: unknown): asserts arn is string {
  if (isRoleArn(arn)) return
  const what = typeof arn !== 'string' ? 'is missing' : arn === '*' ? 'is everyone' : 'is not the ARN of a role'
  throw invalid(
    `\`importerRoleArn\` ${what}.`,
    `Pass the role that the importer runs as: arn:aws:iam::111122223333:role/importer.${whose(arn)}`,
  )
}

/** The importer's account: whom a role trusts. Throws `CONFIG_INVALID`. */
export function checkImporterAccountArn(arn: unknown): asserts arn is string {
  if (typeof arn === 'string' && rootArn.test(arn)) return
  const what = typeof arn !== 'string' ? 'is missing' : arn === '*' ? 'is everyone' : 'is not the ARN of an account'
  throw invalid(`\`importerAccountArn\` ${what}.`, 'Pass the account that the importer runs in: arn:aws:iam::111122223333:root.')
}

export function checkRoleName(name: unknown): asserts name is string {
  if (typeof name === 'string' && /^[\w+=,.@-]{1,64}$/.test(name)) return
  throw invalid('`roleName` is not the name of a role.', 'Use 1 to 64 letters, digits and _+=,.@-, without a path.')
}

/** The place with its prefix as a folder. Throws `CONFIG_INVALID`. */
export function checkPlace({ bucket, prefix = '' }: PolicyPlace): { readonly bucket: string; readonly prefix: string } {
  if (typeof bucket !== 'string' || bucket === '') throw invalid('`bucket` is missing.', 'Pass the name of the bucket.')
  const problem = bucketNameProblem(bucket)
  if (problem !== undefined) throw invalid(`The bucket name ${quoteBucket(bucket)} ${problem.what}.`, problem.remedy)
  if (typeof prefix !== 'string') throw invalid('`prefix` is not a text.', 'Pass a folder, such as "in/", or leave it out.')
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  if (folder.startsWith('/')) throw invalid('`prefix` starts with a slash, and keys do not.', 'Write it like "in/".')
  if (/\p{Surrogate}/u.test(folder)) throw invalid('`prefix` has half a surrogate pair, which no key can have.', 'Write the folder out.')
  if (Buffer.byteLength(folder) > 1024)
    throw invalid('`prefix` is longer than 1,024 bytes, the longest key of S3.', 'Write a folder above it.')
  return { bucket, prefix: folder }
}

/** The key's region, for who may use it and through what. Throws `CONFIG_INVALID`. */
export function checkKmsKeyArn(arn: unknown): { readonly arn: string; readonly region: string } {
  const region = typeof arn === 'string' ? keyArn.exec(arn)?.[2] : undefined
  if (region !== undefined) return { arn: arn as string, region }
  throw invalid('`kmsKeyArn` is not the ARN of a key.', 'Write arn:aws:kms:eu-central-1:111122223333:key/…; an alias is not enough.')
}

export function isKmsKeyArn(arn: unknown): arn is string {
  return typeof arn === 'string' && keyArn.test(arn)
}

export function checkExternalId(externalId: unknown): asserts externalId is string {
  if (typeof externalId !== 'string' || externalId === '') {
    throw new ConfigError('CONFIG_SECRET_MISSING', '`externalId` is missing or empty.', {
      remedy: 'Make one for each tenant with createExternalId(): without it a role would trust all tenants of the importer alike.',
    })
  }
  if (!/^[\w+=,.@:/-]{2,1224}$/.test(externalId)) {
    throw invalid('`externalId` has a form that STS does not take.', 'Make one with createExternalId().')
  }
}

export function checkTag(tagKey: unknown, ingestionKey: unknown): void {
  if (typeof ingestionKey !== 'string' || ingestionKey.trim() === '') {
    throw new ConfigError('CONFIG_SECRET_MISSING', '`ingestionKey` is missing or empty.', { remedy: 'createIngestionKey() makes one.' })
  }
  if (ingestionKey.length > 256)
    throw invalid('`ingestionKey` is longer than the value of a tag can be.', 'createIngestionKey() makes a shorter one.')
  if (typeof tagKey !== 'string' || tagKey === '' || tagKey.length > 128) {
    throw invalid('`tagKey` must be 1 to 128 characters long.', 'Leave it out for arize-ingestion-key.')
  }
}

/** `arn:aws-cn:…` → `aws-cn`. */
export function partitionOf(arn: string): AwsPartition {
  const partition = arn.split(':')[1]
  return partition === 'aws-cn' || partition === 'aws-us-gov' ? partition : 'aws'
}

function whose(arn: unknown): string {
  if (typeof arn !== 'string') return ''
  if (/:assumed-role\//.test(arn))
    return ' A session is not a role: arn:aws:sts::…:assumed-role/importer/x belongs to arn:aws:iam::…:role/importer.'
  if (/:root$/.test(arn)) return ' The account would let in everything that runs in it.'
  return ''
}

function invalid(message: string, remedy: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', message, { remedy })
}
