import { ServiceError } from './service-error.js'

/** A body freed from its framing, and the trailing headers by lower-case name. */
export interface UnframedBody {
  readonly bytes: Buffer
  readonly trailers: Readonly<Record<string, string>>
}

/** Takes the `aws-chunked` framing off: hexadecimal sizes, pieces, a piece of size 0, trailing headers. */
export function unframe(framed: Buffer, decodedLength: number): UnframedBody {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = framed.indexOf('\r\n', at)
    const size = /^([0-9a-f]{1,8})(?:;.*)?$/i.exec(framed.toString('latin1', at, Math.max(at, lineEnd)))?.[1]
    if (lineEnd < 0 || size === undefined) throw incomplete()
    at = lineEnd + 2
    const length = Number.parseInt(size, 16)
    if (length === 0) break
    if (framed.toString('latin1', at + length, at + length + 2) !== '\r\n') throw incomplete()
    parts.push(framed.subarray(at, at + length))
    at += length + 2
  }
  const bytes = Buffer.concat(parts)
  if (bytes.length !== decodedLength) throw incomplete()
  return { bytes, trailers: parseTrailers(framed.toString('utf8', at)) }
}

function parseTrailers(text: string): Record<string, string> {
  const trailers: Record<string, string> = {}
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  return trailers
}

function incomplete(): ServiceError {
  return new ServiceError('IncompleteBody', 'The request body terminated unexpectedly')
}
