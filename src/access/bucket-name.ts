/** Why a name cannot be that of a general purpose bucket. */
export interface BucketNameProblem {
  /** Completes "The bucket name …". */
  readonly what: string
  readonly remedy: string
}

const copy = 'Copy the name from the console of the store.'

/** Amazon's rules for the names of general purpose buckets; `undefined` when the name keeps them all. */
export function bucketNameProblem(name: string): BucketNameProblem | undefined {
  if (/[A-Z]/.test(name)) return { what: 'has upper-case letters', remedy: copy }
  if (!/^[a-z0-9.-]*$/.test(name)) return { what: 'has a character other than a-z, 0-9, "." and "-"', remedy: copy }
  if (name.length < 3 || name.length > 63) return { what: 'is not 3 to 63 characters long', remedy: copy }
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) return { what: 'does not start and end with a letter or a digit', remedy: copy }
  if (name.includes('..')) return { what: 'has two dots in a row', remedy: copy }
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return { what: 'looks like an IP address', remedy: 'Use `endpoint` for another server.' }
  if (name.endsWith('--x-s3')) {
    return { what: 'is that of a directory bucket, which has no listing in key order', remedy: 'Import from a general purpose bucket.' }
  }
  if (/^(xn--|sthree-|amzn-s3-demo-)/.test(name) || /(-s3alias|--ol-s3|--table-s3|\.mrap)$/.test(name)) {
    return { what: 'has a start or an end that S3 keeps for itself', remedy: 'Use the name of the bucket itself.' }
  }
  return undefined
}

/** The name in quotes for a message: cut, and without what could forge a line of a log. */
export function quoteBucket(name: string): string {
  return JSON.stringify(name.slice(0, 80)).replace(/[^\x20-\x7e]/g, '?')
}
