/** RFC 3986 percent encoding, as signatures need it. */
export function encodePercent(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** The same, with slashes left alone. */
export function encodePath(path: string): string {
  return path.split('/').map(encodePercent).join('/')
}

/** `encoding-type=url` of listings, as AWS does it: slashes stay, a space is `+`, a plus `%2B`. */
export function encodeListed(text: string): string {
  return encodePath(text).replaceAll('%20', '+')
}

/** Decoded, or `undefined` when it is no valid percent encoding of UTF-8. */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
