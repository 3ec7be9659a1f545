import type { ReadRange } from './stored-object.js'

/** What an operation answers, before it is sent. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Bytes of the body; also the `Content-Length` of an answer to HEAD. */
  readonly size: number
  /** Ranges of the body, not of the object. */
  readonly read: ReadRange
}

/** An answer whose body is at hand. */
export function bytesAnswer(status: number, bytes: Uint8Array, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, size: bytes.length, read: (start, end) => bytes.subarray(start, end) }
}

export function xmlAnswer(status: number, xml: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return bytesAnswer(status, Buffer.from(xml), { 'content-type': 'application/xml', ...headers })
}

export function emptyAnswer(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return bytesAnswer(status, new Uint8Array(0), headers)
}
