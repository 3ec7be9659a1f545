/**
 * Where the double and the gateway (Ceph RGW 16) differ on purpose. Each entry says what Amazon's S3 does; the double follows
 * it. The contract suite fails when one is left that no case uses.
 */
export interface IntendedDifference<T> {
  /** What Amazon's S3 does, and why the gateway cannot show it. */
  readonly why: string
  readonly double: T
  readonly gateway: T
}

/** An error as a client sees it. */
export interface SeenError {
  readonly code: string
  readonly status: number
}

export const intendedDifferences = {
  expiredSession: {
    why: 'S3 answers 400 ExpiredToken. The gateway forgets an expired session and calls its key unknown.',
    double: { code: 'ExpiredToken', status: 400 },
    gateway: { code: 'InvalidAccessKeyId', status: 403 },
  },
  damagedToken: {
    why: 'S3 answers 400 InvalidToken. The gateway cannot read the token and calls the key unknown.',
    double: { code: 'InvalidToken', status: 400 },
    gateway: { code: 'InvalidAccessKeyId', status: 403 },
  },
  garbageContinuationToken: {
    why: 'S3 makes opaque tokens and refuses others. A token of the gateway is a key, so that any text is one.',
    double: { code: 'InvalidArgument', status: 400 },
    gateway: undefined,
  },
  otherRegionSigned: {
    why: 'S3 refuses a signature for another region and names the right one. The gateway takes any region.',
    double: { code: 'AuthorizationHeaderMalformed', status: 400 },
    gateway: undefined,
  },
  streamedUpload: {
    why: 'S3 takes a body of unknown checksum in aws-chunked framing with a trailer. The gateway of this release does not know the framing.',
    double: undefined,
    gateway: { code: 'MissingContentLength', status: 411 },
  },
  wrongChecksum: {
    why: 'S3 compares x-amz-checksum-* with the body. The gateway of this release ignores the headers.',
    double: { code: 'BadDigest', status: 400 },
    gateway: undefined,
  },
  checksumGivenBack: {
    why: 'S3 keeps the checksum of an upload and gives it back when asked. The gateway of this release does not.',
    double: true,
    gateway: false,
  },
  otherBucketOwner: {
    why: 'S3 refuses with 403 when x-amz-expected-bucket-owner names another account. The gateway ignores the header.',
    double: { code: 'AccessDenied', status: 403 },
    gateway: undefined,
  },
  bucketRegionTold: {
    why: "S3 names the bucket's region in the answer to HeadBucket. The gateway does not.",
    double: 'us-east-1',
    gateway: undefined,
  },
  spaceInEncodedListing: {
    why: 'With encoding-type=url S3 writes a space as a plus (and a plus as %2B). The gateway writes %20. Readers must take both.',
    double: '+',
    gateway: '%20',
  },
  startAfterEncoded: {
    why: 'With encoding-type=url S3 encodes the StartAfter that it repeats. The gateway repeats it as it is.',
    double: true,
    gateway: false,
  },
  backwardRange: {
    why: 'S3 takes a range that ends before it starts for none and sends the whole object. The gateway refuses it.',
    double: undefined,
    gateway: { code: 'InvalidRange', status: 416 },
  },
  errorMessage: {
    why: 'S3 explains its errors. The messages of the gateway are empty, so that nobody may match on them.',
    double: true,
    gateway: false,
  },
} as const satisfies Record<string, IntendedDifference<unknown>>
