import { ConfigError } from '../errors.js'
import { type PolicyDocument, policyDocument } from './policy-document.js'
import { checkKmsKeyArn, isRoleArn, partitionOf } from './policy-inputs.js'
import { decryptStatement } from './read-statements.js'

/** Who may decrypt by a key. */
export interface KmsKeyPolicyInput {
  /** `arn:aws:kms:eu-central-1:111122223333:key/…`. */
  readonly kmsKeyArn: string
  /** The role that reads: the importer's own, or the customer's that it assumes. */
  readonly readerRoleArn: string
}

/**
 * What to add to the policy of a KMS key so that a role of another account can read objects encrypted by it, through S3 alone.
 * It is an addition: a key policy without its administrators locks everyone out.
 *
 * @throws ConfigError `CONFIG_INVALID`
 */
export function kmsKeyPolicy({ kmsKeyArn, readerRoleArn }: KmsKeyPolicyInput): PolicyDocument {
  const { region } = checkKmsKeyArn(kmsKeyArn)
  if (!isRoleArn(readerRoleArn)) {
    throw new ConfigError('CONFIG_INVALID', '`readerRoleArn` is not the ARN of a role.', {
      remedy: 'Write arn:aws:iam::111122223333:role/importer.',
    })
  }
  // In a key's own policy the key is the only resource there is.
  return policyDocument(decryptStatement('*', region, partitionOf(kmsKeyArn), readerRoleArn))
}
