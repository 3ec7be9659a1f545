import type { IncomingMessage } from 'node:http'
import { decodePercent } from './percent.js'
import { ServiceError } from './service-error.js'

/** A request as it came over the wire, with its body whole. */
export interface DoubleRequest {
  readonly method: string
  /** Decoded, with the leading slash; what a signature covers. */
  readonly path: string
  readonly query: URLSearchParams
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Empty when the request names none. */
  readonly bucket: string
  readonly key: string
}

/** Path style (`/bucket/key`) and, for host names under `.localhost`, virtual-host style. */
export function parseTarget(message: IncomingMessage): Pick<DoubleRequest, 'method' | 'path' | 'query' | 'bucket' | 'key'> {
  const url = message.url ?? '/'
  const mark = url.indexOf('?')
  const path = decodePercent(mark < 0 ? url : url.slice(0, mark))
  if (path === undefined || !path.startsWith('/')) throw new ServiceError('InvalidURI', "Couldn't parse the specified URI.")
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
  const method = message.method ?? 'GET'
  const virtual = /^(.+)\.localhost(?::\d+)?$/.exec(message.headers.host ?? '')?.[1]
  if (virtual !== undefined) return { method, path, query, bucket: virtual, key: path.slice(1) }
  const slash = path.indexOf('/', 1)
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash)
  return { method, path, query, bucket, key: slash < 0 ? '' : path.slice(slash + 1) }
}

/** Headers by lower-case name, repeated ones joined as a signature needs them. */
export function flatHeaders(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value
  }
  return headers
}

/** The whole body. A body over the limit is read to its end, so that the answer can be sent, but not kept. */
export async function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of message as AsyncIterable<Buffer>) {
    length += part.length
    if (length <= maxBytes) parts.push(part)
    else parts.length = 0
  }
  if (length > maxBytes) throw new ServiceError('EntityTooLarge', `This double takes bodies of up to ${maxBytes} bytes.`)
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length)
}
