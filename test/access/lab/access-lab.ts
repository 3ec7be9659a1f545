import type { PolicyDocument } from '../../../src/access/policy-document.js'
import type { S3Credentials, S3Place } from '../../../src/sources/s3/s3-options.js'

/** The credentials that someone has. */
export type LabCredentials = S3Credentials | (() => Promise<S3Credentials>)

/** A role in the customer's account. */
export interface CustomerRole {
  readonly arn: string
  setTrust(policy: PolicyDocument): Promise<void>
  /** `undefined` takes them all away. */
  setPermissions(policy: PolicyDocument | undefined): Promise<void>
}

/** A customer with buckets and roles, and an importer without rights, on a server that enforces policies. */
export interface AccessLab {
  readonly name: 'double' | 'gateway'
  readonly server: Pick<S3Place, 'endpoint' | 'stsEndpoint' | 'region'>
  /** Runs as a role of its own, which a bucket policy may name. */
  readonly importer: {
    readonly roleArn: string
    readonly credentials: LabCredentials
    /** Keys that `end` makes old, or waits for. */
    shortSession(): Promise<{ readonly keys: S3Credentials; end(): Promise<void> }>
  }
  /** Runs in an account, which a role may trust. */
  readonly host: { readonly accountArn: string; readonly credentials: LabCredentials }
  /** A fresh bucket of the customer's. */
  bucket(): Promise<string>
  put(bucket: string, key: string, body: string): Promise<void>
  /** Replaces the tags. */
  tag(bucket: string, tags: Readonly<Record<string, string>>): Promise<void>
  setBucketPolicy(bucket: string, policy: PolicyDocument | undefined): Promise<void>
  createRole(trust: PolicyDocument, permissions: PolicyDocument | undefined): Promise<CustomerRole>
  close(): Promise<void>
}
