import type { Mapping } from '../../contracts/schema-mapper.js'
import { canonicalJson, sha256 } from '../../util/canonical-json.js'

/** Equal on both sides, or the far side has mapped by other rules than the host builds records by. */
export function mappingDigest({ reads, warnings }: Mapping<unknown>): string {
  return sha256(canonicalJson({ reads, warnings: warnings ?? [] }))
}
