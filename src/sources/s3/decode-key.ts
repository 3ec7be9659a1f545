/**
 * A key from a listing with `EncodingType=url`: `+` is a space, the rest percent-encoded UTF-8. Throws `URIError` for a
 * lone `%` or for bytes that are not UTF-8.
 */
export function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '))
}
