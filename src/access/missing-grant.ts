import { ConfigError } from '../errors.js'
import type { PolicyStatement } from './policy-document.js'
import { accountOfRole, isKmsKeyArn, partitionOf } from './policy-inputs.js'
import { decryptStatement, type ReadAction, type ReadPlace, readStatement } from './read-statements.js'
import { terraformTags } from './terraform-bucket.js'
import { terraformStatement } from './terraform-statement.js'

/** The least to add, and where. Without secrets: `<…>` stands for them, and for what is not known. */
export interface Grant {
  readonly addTo: string
  readonly statement?: PolicyStatement
  readonly terraform: string
}

/** How an import comes to a place: by the bucket's policy, or as a role. */
export interface AccessWay {
  readonly bucket: string
  /** A folder, or empty. */
  readonly prefix: string
  /** The customer's role, which the importer assumes. */
  readonly roleArn: string | undefined
  /** The role that the importer itself runs as, where the host has told it. */
  readonly importerRoleArn: string | undefined
}

const importerRole = "<ARN of the importer's role>"
const importerAccount = "<ARN of the importer's account, ending in :root>"
const externalId = '<external id of this tenant>'

/** One of the three actions of an import, on the folder alone. */
export function grantRead(way: AccessWay, action: ReadAction): Grant {
  const statement = readStatement(placeOf(way), action)
  return grant(way.roleArn === undefined ? `bucket policy of ${way.bucket}` : `permissions of ${way.roleArn}`, statement)
}

/** The trust of the customer's role, bound to this tenant's external id. */
export function grantAssume({ roleArn = '', importerRoleArn }: AccessWay): Grant {
  return grant(`trust policy of ${roleArn}`, {
    Effect: 'Allow',
    Principal: { AWS: importerRoleArn === undefined ? importerAccount : accountOfRole(importerRoleArn) },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': externalId } },
  })
}

/** Decryption by a key. A role is allowed it by its own permissions; who comes by the bucket's policy, by the key's. */
export function grantDecrypt(way: AccessWay, keyArn: string | undefined, region: string): Grant {
  const { partition, principal } = placeOf(way)
  const known = isKmsKeyArn(keyArn)
  const regionOfKey = known ? (keyArn.split(':')[3] as string) : region
  if (way.roleArn !== undefined) {
    return grant(`permissions of ${way.roleArn}`, decryptStatement(known ? keyArn : '<ARN of the KMS key>', regionOfKey, partition))
  }
  return grant(`key policy of ${known ? keyArn : 'the KMS key'}`, decryptStatement('*', regionOfKey, partition, principal))
}

/** The proof of ownership. */
export function setTag({ bucket }: AccessWay, tagKey: string): Grant {
  return { addTo: `tags of ${bucket}`, terraform: terraformOf(() => terraformTags(tagKey, '<ingestion key of this job>')) }
}

function placeOf({ bucket, prefix, roleArn, importerRoleArn }: AccessWay): ReadPlace {
  const partition = partitionOf(roleArn ?? importerRoleArn ?? 'arn:aws')
  return { bucket, prefix, partition, ...(roleArn === undefined ? { principal: importerRoleArn ?? importerRole } : {}) }
}

function grant(addTo: string, statement: PolicyStatement): Grant {
  return { addTo, statement, terraform: terraformOf(() => terraformStatement(statement)) }
}

function terraformOf(write: () => string): string {
  try {
    return write()
  } catch (error) {
    if (error instanceof ConfigError) return `# ${error.message}`
    throw error
  }
}
