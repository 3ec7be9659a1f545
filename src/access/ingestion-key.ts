import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * A new ingestion key: the value a customer puts into the bucket tag to prove that the bucket is theirs. Make one per
 * customer and keep it with the job's secrets. 32 random bytes; letters, digits, `-` and `_` only, as tag values allow.
 */
export function createIngestionKey(): string {
  return `lik_${randomBytes(32).toString('base64url')}`
}

/**
 * A new external id for a customer's role trust policy. Made by the host, one per tenant, never taken from input: that
 * is what keeps one tenant from having the host read another tenant's bucket.
 */
export function createExternalId(): string {
  return `lei_${randomBytes(24).toString('base64url')}`
}

/** Equality whose duration does not depend on where the two differ, nor on their lengths. */
export function sameIngestionKey(expected: string, found: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()
  return timingSafeEqual(digest(expected), digest(found))
}
