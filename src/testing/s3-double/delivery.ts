import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Answer } from './answer.js'
import type { LoggedRequest } from './request-log.js'

const pieceBytes = 64 * 1024

/** How an answer is spoilt while it is sent. */
export interface Delivery {
  /** Ends the connection after so many body bytes. */
  readonly cutAfter?: number
  /** With a reset instead of an orderly end; bytes on their way may be lost then. */
  readonly reset?: boolean
  /** Stops after so many body bytes and leaves the connection open. */
  readonly stallAfter?: number
  /** Sends pieces of so many bytes, so many milliseconds apart. */
  readonly trickle?: { readonly bytes: number; readonly everyMs: number }
  /** Sends no Content-Length, so that the end of the connection is the end of the body. */
  readonly hideLength?: boolean
}

/** Sends an answer in pieces, no faster than the client reads. Resolves when it is sent, stalled or the client is gone. */
export async function deliver(answer: Answer, response: ServerResponse, logged: LoggedRequest, delivery: Delivery = {}): Promise<void> {
  const { cutAfter, stallAfter, trickle, hideLength = false } = delivery
  const { socket } = response
  logged.status = answer.status
  if (hideLength) {
    response.useChunkedEncodingByDefault = false
    response.shouldKeepAlive = false
  }
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(hideLength || answer.status === 304 || answer.status === 204 ? {} : { 'content-length': String(answer.size) }),
  })
  response.flushHeaders()
  const bodyless = logged.method === 'HEAD' || answer.status === 304
  const end = bodyless ? 0 : Math.min(answer.size, cutAfter ?? answer.size, stallAfter ?? answer.size)
  const step = trickle?.bytes ?? pieceBytes
  for (let at = 0; at < end && !response.destroyed; at += step) {
    const piece = await answer.read(at, Math.min(end, at + step))
    if (response.destroyed) return
    await write(response, piece)
    logged.bytesSent += piece.length
    if (trickle !== undefined) await delay(trickle.everyMs, undefined, { ref: false })
  }
  if (stallAfter !== undefined) return
  if (cutAfter !== undefined) {
    // The bytes before the cut arrive: they are with the system by now, an orderly end follows them.
    if (delivery.reset === true) socket?.resetAndDestroy()
    else socket?.destroy()
    return
  }
  response.end()
}

/** Resolves once the connection took the bytes, or is gone. */
async function write(response: ServerResponse, piece: Uint8Array): Promise<void> {
  const taken = new Promise<void>((resolve) => {
    response.write(piece, () => resolve())
  })
  const gone = new AbortController()
  try {
    await Promise.race([taken, once(response, 'close', { signal: gone.signal })])
  } finally {
    gone.abort()
  }
}
