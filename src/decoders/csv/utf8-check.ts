import { isUtf8 } from 'node:buffer'
import { concatBytes } from '../../util/bytes.js'

/** Strict UTF-8 over a stream of pieces: where the first ill-formed sequence starts, however the pieces are cut. */
export class Utf8Check {
  /** A sequence that the last piece cut: at most 3 bytes. */
  #carry: Uint8Array = new Uint8Array(0)
  #offset = 0

  /** Byte offset in the stream of the first ill-formed sequence, or `null` so far. */
  push(piece: Uint8Array): number | null {
    const bytes = this.#carry.length === 0 ? piece : concatBytes([this.#carry, piece])
    const whole = bytes.subarray(0, bytes.length - cutSequence(bytes))
    if (!isUtf8(whole)) return this.#offset + firstIllFormed(whole)
    this.#carry = bytes.slice(whole.length)
    this.#offset += whole.length
    return null
  }

  /** As `push`, at the end of the stream. */
  end(): number | null {
    return this.#carry.length === 0 ? null : this.#offset
  }
}

/** Length of a sequence at the end that wants more bytes; 0 when there is none. */
export function cutSequence(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number
    if ((byte & 0xc0) === 0x80) continue
    return sequenceLength(byte) > back ? back : 0
  }
  return 0
}

function sequenceLength(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
}

/** Where the first ill-formed sequence starts; the length when there is none. */
export function firstIllFormed(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at] as number)
    if (!isUtf8(bytes.subarray(at, at + length))) return at
    at += length
  }
  return bytes.length
}
