import { type PolicyDocument, policyDocument } from './policy-document.js'
import { checkImporterRoleArn, checkPlace, type PolicyPlace, partitionOf } from './policy-inputs.js'
import { readStatements } from './read-statements.js'

/** For one bucket whose own policy lets the importer in. */
export interface BucketPolicyInput extends PolicyPlace {
  /** The role that the importer runs as: `arn:aws:iam::111122223333:role/importer`. */
  readonly importerRoleArn: string
}

/**
 * A bucket policy that lets the importer's role read the bucket, or one folder of it, and nothing else. Without a prefix it is
 * one statement for the whole bucket. The importer's own account has to allow its role the same.
 *
 * @throws ConfigError `CONFIG_INVALID`
 */
export function bucketPolicy(input: BucketPolicyInput): PolicyDocument {
  const place = checkPlace(input)
  const { importerRoleArn: principal } = input
  checkImporterRoleArn(principal)
  return policyDocument(...readStatements({ ...place, principal, partition: partitionOf(principal) }))
}
