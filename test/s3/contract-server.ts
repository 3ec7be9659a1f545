/** Keys in the form the SDK takes. */
export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** What a reader may be allowed in a bucket. */
export type ReaderAction = 's3:ListBucket' | 's3:GetObject' | 's3:GetBucketTagging'

/** A server under contract, with the parties that the cases need. */
export interface ContractServer {
  readonly name: 'double' | 'gateway'
  readonly endpoint: string
  readonly stsEndpoint: string
  readonly region: string
  /** Owns buckets; its policies name the reader. */
  readonly owner: Keys
  /** Has no rights of its own, but may assume the role. */
  readonly reader: Keys & { readonly arn: string }
  /** Owns the buckets that the role's sessions may read. */
  readonly customer: Keys
  readonly role: { readonly arn: string; readonly externalId: string }
  /** Lets the reader do this in a bucket of the owner's, under a prefix when one is given. */
  allowReader(bucket: string, actions: readonly ReaderAction[]): Promise<void>
  /** Waits, or makes it so, that sessions of one second are over. */
  letSessionsExpire(): Promise<void>
  close(): Promise<void>
}
