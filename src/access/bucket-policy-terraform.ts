import { type BucketPolicyInput, bucketPolicy } from './bucket-policy.js'
import { hclAttributes, hclBlock, hclReference } from './hcl.js'
import { checkPlace, partitionOf } from './policy-inputs.js'
import { bucketArn } from './read-statements.js'
import { bucketLabel, checkLabel, type TaggedBucket, taggedBucket, writeArnsOf } from './terraform-bucket.js'
import { terraformPolicy } from './terraform-statement.js'

/** For one bucket, its tag and its policy. */
export interface BucketPolicyTerraformInput extends BucketPolicyInput, TaggedBucket {
  /** Label of the policy and of its document. @defaultValue 'grant_importer_read_only_access' */
  readonly policyLabel?: string | undefined
}

/**
 * Terraform for a bucket that carries the ingestion key as its tag, and a policy that lets the importer's role read it. The
 * text holds the ingestion key.
 *
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_SECRET_MISSING` for a missing ingestion key
 */
export function bucketPolicyTerraform(input: BucketPolicyTerraformInput): string {
  const { policyLabel = 'grant_importer_read_only_access' } = input
  checkLabel('policyLabel', policyLabel)
  const policy = bucketPolicy(input)
  const bucket = hclReference('aws_s3_bucket', bucketLabel(input))
  const arn = bucketArn({ ...checkPlace(input), partition: partitionOf(input.importerRoleArn) })
  return [
    taggedBucket(input),
    hclBlock(
      `resource "aws_s3_bucket_policy" "${policyLabel}"`,
      hclAttributes([
        ['bucket', hclReference(bucket, 'id')],
        ['policy', hclReference('data.aws_iam_policy_document', policyLabel, 'json')],
      ]),
    ),
    terraformPolicy(policyLabel, policy, writeArnsOf([{ arn, label: bucketLabel(input) }])),
  ]
    .join('\n\n')
    .concat('\n')
}
