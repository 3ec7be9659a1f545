import type { ToFarSide, ToHost } from '../protocol.js'
import type { BodyBuilder } from '../wire/body.js'

/** The far end of the line to the host. The host is believed: it is the one that started this side. */
export interface FarChannel {
  post(message: ToHost, body?: BodyBuilder): void
  /** Called once, before anything is posted. */
  listen(onMessage: (message: ToFarSide, body: Uint8Array) => void): void
  /** Memory that only this side knows of, bytes. */
  memory(): { readonly rss: number; readonly memory: number }
}
