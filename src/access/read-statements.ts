import { literalInPolicy, type PolicyStatement } from './policy-document.js'
import type { AwsPartition } from './policy-inputs.js'

/** What an import does in a bucket; nothing else is ever asked for. */
export const readActions = ['s3:GetBucketTagging', 's3:GetObject', 's3:ListBucket'] as const

export type ReadAction = (typeof readActions)[number]

/** A bucket, and a folder in it (empty for all), both checked. */
export interface ReadPlace {
  readonly bucket: string
  readonly prefix: string
  readonly partition: AwsPartition
  /** Absent in a role's own permissions. */
  readonly principal?: string
}

/**
 * The statements that let an import read a place: one for a whole bucket; three for a folder, because each of them is narrowed
 * in another way.
 */
export function readStatements(place: ReadPlace): readonly PolicyStatement[] {
  if (place.prefix !== '') return readActions.map((action) => readStatement(place, action))
  const bucket = bucketArn(place)
  return [{ ...allow(place), Action: [...readActions], Resource: [bucket, `${bucket}/*`] }]
}

/** The least that allows one action. */
export function readStatement(place: ReadPlace, action: ReadAction): PolicyStatement {
  const below = literalInPolicy(place.prefix)
  const bucket = bucketArn(place)
  if (action === 's3:GetObject') return { ...allow(place), Action: action, Resource: `${bucket}/${below}*` }
  const statement: PolicyStatement = { ...allow(place), Action: action, Resource: bucket }
  // A request for the tags has no prefix, so that the condition would refuse it.
  if (action !== 's3:ListBucket' || below === '') return statement
  return { ...statement, Condition: { StringLike: { 's3:prefix': `${below}*` } } }
}

/** Decrypting what S3 has encrypted by a key, through S3 alone. */
export function decryptStatement(resource: string, region: string, partition: AwsPartition, principal?: string): PolicyStatement {
  const service = `s3.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`
  return {
    ...allow(principal === undefined ? {} : { principal }),
    Action: 'kms:Decrypt',
    Resource: resource,
    Condition: { StringEquals: { 'kms:ViaService': service } },
  }
}

export function bucketArn({ bucket, partition }: Pick<ReadPlace, 'bucket' | 'partition'>): string {
  return `arn:${partition}:s3:::${bucket}`
}

function allow({ principal }: { readonly principal?: string }): Pick<PolicyStatement, 'Effect' | 'Principal'> {
  return principal === undefined ? { Effect: 'Allow' } : { Effect: 'Allow', Principal: { AWS: principal } }
}
