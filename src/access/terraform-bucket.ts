import { ConfigError } from '../errors.js'
import { hclAttributes, hclBlock, hclJoined, hclReference, isHclKey, isHclLabel } from './hcl.js'
import { checkPlace, checkTag, type PolicyPlace } from './policy-inputs.js'
import { policyText, terraformText, type WriteText } from './terraform-statement.js'

/** A bucket that carries the proof of its owner. */
export interface TaggedBucket extends PolicyPlace {
  /** Value of the tag: `createIngestionKey()`. */
  readonly ingestionKey: string
  /** @defaultValue 'arize-ingestion-key' */
  readonly tagKey?: string | undefined
  /** Label of the bucket's resource. @defaultValue the bucket's name, dots as underscores */
  readonly bucketLabel?: string | undefined
}

export const defaultTagKey = 'arize-ingestion-key'

/** `resource "aws_s3_bucket" …` with its tag. */
export function taggedBucket(input: TaggedBucket): string {
  const { ingestionKey, tagKey = defaultTagKey } = input
  const { bucket } = checkPlace(input)
  checkTag(tagKey, ingestionKey)
  return hclBlock(
    `resource "aws_s3_bucket" "${bucketLabel(input)}"`,
    hclAttributes([['bucket', terraformText(bucket)]]),
    terraformTags(tagKey, ingestionKey),
  )
}

/** `tags = { … }`. */
export function terraformTags(tagKey: string, value: string): string {
  return hclBlock('tags =', `${isHclKey(tagKey) ? tagKey : terraformText(tagKey)} = ${terraformText(value)}`)
}

export function bucketLabel({ bucket, bucketLabel }: Pick<TaggedBucket, 'bucket' | 'bucketLabel'>): string {
  const label = bucketLabel ?? bucket.replaceAll('.', '_').replace(/^(?=\d)/, '_')
  checkLabel('bucketLabel', label)
  return label
}

/** Throws `CONFIG_INVALID` for what is no label of HCL. */
export function checkLabel(option: string, label: unknown): void {
  if (typeof label === 'string' && isHclLabel(label)) return
  throw new ConfigError('CONFIG_INVALID', `\`${option}\` is not a label of Terraform.`, {
    remedy: 'Use letters, digits, "_" and "-", beginning with a letter or "_".',
  })
}

/** ARNs of these buckets, and of what is in them, as references to the buckets' resources. */
export function writeArnsOf(buckets: readonly { readonly arn: string; readonly label: string }[]): WriteText {
  return (text) => {
    const found = buckets.find(({ arn }) => text === arn || text.startsWith(`${arn}/`))
    if (found === undefined) return policyText(text)
    // For what it refuses.
    policyText(text)
    return hclJoined(hclReference('aws_s3_bucket', found.label, 'arn'), text.slice(found.arn.length))
  }
}
