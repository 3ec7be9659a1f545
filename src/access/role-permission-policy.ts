import { ConfigError } from '../errors.js'
import { type PolicyDocument, policyDocument } from './policy-document.js'
import { type AwsPartition, checkKmsKeyArn, checkPlace, type PolicyPlace } from './policy-inputs.js'
import { decryptStatement, readStatements } from './read-statements.js'

/** What a role may read. */
export interface RolePermissionInput {
  /** One role may serve many buckets. */
  readonly places: readonly PolicyPlace[]
  /** Keys that objects are encrypted by (SSE-KMS). The policies of the keys have to let the role's account use them. @defaultValue none */
  readonly kmsKeyArns?: readonly string[] | undefined
  /** @defaultValue 'aws' */
  readonly partition?: AwsPartition | undefined
}

/**
 * The permissions of a role that an import reads as: the customer's role, or the importer's own where a bucket policy lets it
 * in. Whole buckets or folders, and decryption by the keys that are named.
 *
 * @throws ConfigError `CONFIG_INVALID`
 */
export function rolePermissionPolicy({ places, kmsKeyArns = [], partition = 'aws' }: RolePermissionInput): PolicyDocument {
  if (!Array.isArray(places) || places.length === 0) {
    throw new ConfigError('CONFIG_INVALID', '`places` names no bucket.', { remedy: "Pass [{ bucket: 'example-demo-bucket' }]." })
  }
  const reads = places.flatMap((place: PolicyPlace) => readStatements({ ...checkPlace(place), partition }))
  const decrypts = kmsKeyArns.map(checkKmsKeyArn).map(({ arn, region }) => decryptStatement(arn, region, partition))
  return policyDocument(...reads, ...decrypts)
}
