import { ConfigError } from '../errors.js'
import { hclAttributes, hclBlock, hclReference, hclText } from './hcl.js'
import { type AwsPartition, checkImporterAccountArn, checkPlace, checkRoleName, partitionOf } from './policy-inputs.js'
import { bucketArn } from './read-statements.js'
import { rolePermissionPolicy } from './role-permission-policy.js'
import { type RoleTrustInput, roleTrustPolicy } from './role-trust-policy.js'
import { bucketLabel, checkLabel, type TaggedBucket, taggedBucket, writeArnsOf } from './terraform-bucket.js'
import { terraformPolicy } from './terraform-statement.js'

/** For a role and the buckets that it may read. */
export interface RoleTerraformInput extends RoleTrustInput {
  /** Name of the role, without a path. @defaultValue 'importer' */
  readonly roleName?: string | undefined
  /** Each with its own tag; the ingestion key may be the same. */
  readonly buckets: readonly TaggedBucket[]
  /** Keys that objects are encrypted by (SSE-KMS). @defaultValue none */
  readonly kmsKeyArns?: readonly string[] | undefined
  /** Label of the role. @defaultValue 'importer' */
  readonly roleLabel?: string | undefined
}

/**
 * Terraform for a role that the importer's account may assume with this tenant's external id, its permissions, and the buckets
 * with their tags. The text holds the external id and the ingestion keys.
 *
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_SECRET_MISSING` for a missing external id or ingestion key
 */
export function roleTerraform(input: RoleTerraformInput): string {
  const { roleName = 'importer', roleLabel: label = 'importer', buckets, kmsKeyArns, importerAccountArn } = input
  checkRoleName(roleName)
  checkLabel('roleLabel', label)
  checkImporterAccountArn(importerAccountArn)
  const partition: AwsPartition = partitionOf(importerAccountArn)
  const labels = buckets.map(bucketLabel)
  if (new Set(labels).size < labels.length) {
    throw new ConfigError('CONFIG_INVALID', 'Two buckets have the same label.', {
      remedy: 'Name each bucket once, or give it a `bucketLabel`.',
    })
  }
  const arns = buckets.map((bucket) => ({ arn: bucketArn({ ...checkPlace(bucket), partition }), label: bucketLabel(bucket) }))
  const [trust, permissions] = [`${label}_trust`, `${label}_permissions`]
  const role = hclReference('aws_iam_role', label)
  return [
    ...buckets.map(taggedBucket),
    hclBlock(
      `resource "aws_iam_role" "${label}"`,
      hclAttributes([
        ['name', hclText(roleName)],
        ['assume_role_policy', hclReference('data.aws_iam_policy_document', trust, 'json')],
      ]),
    ),
    terraformPolicy(trust, roleTrustPolicy(input)),
    hclBlock(
      `resource "aws_iam_role_policy" "${label}"`,
      hclAttributes([
        ['role', hclReference(role, 'id')],
        ['policy', hclReference('data.aws_iam_policy_document', permissions, 'json')],
      ]),
    ),
    terraformPolicy(permissions, rolePermissionPolicy({ places: buckets, kmsKeyArns, partition }), writeArnsOf(arns)),
  ]
    .join('\n\n')
    .concat('\n')
}
