/**
 * An ETag as identity: verbatim without its outer quotes. `undefined` where there is none, or where it is weak (`W/"…"`):
 * a weak one may stay the same while bytes change.
 */
export function strongEtag(header: string | undefined): string | undefined {
  if (header === undefined || header === '' || header.startsWith('W/')) return undefined
  return header.length >= 2 && header.startsWith('"') && header.endsWith('"') ? header.slice(1, -1) : header
}

/** `e:<etag>:<size>`. */
export function etagVersion(etag: string, size: number): string {
  return `e:${etag}:${size}`
}

/** The ETag in a version made by {@link etagVersion}, or `undefined` for another kind of version. */
export function etagOf(version: string, size: number): string | undefined {
  const end = `:${size}`
  return version.startsWith('e:') && version.endsWith(end) ? version.slice(2, -end.length) : undefined
}
