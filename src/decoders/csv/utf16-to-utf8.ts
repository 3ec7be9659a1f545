import { concatBytes } from '../../util/bytes.js'

/** What one piece of UTF-16 text gave. */
export interface Transcoded {
  readonly text: Uint8Array
  /** Offset in the stream of the first code unit that is no text, its mark included; `text` ends before it. */
  readonly illFormedAt: number | null
}

/** UTF-16 to UTF-8 over a stream of pieces, strictly: a surrogate without its other half is no text. */
export class Utf16ToUtf8 {
  readonly #low: 0 | 1
  /** A cut code unit, or the first half of a pair: at most 3 bytes. */
  #held: Uint8Array = new Uint8Array(0)
  #offset = 2

  /** @param bigEndian as the mark at the start of the file says */
  constructor(bigEndian: boolean) {
    this.#low = bigEndian ? 1 : 0
  }

  push(piece: Uint8Array): Transcoded {
    const bytes = this.#held.length === 0 ? piece : concatBytes([this.#held, piece])
    const low = this.#low
    const text = new Uint8Array(3 * (bytes.length >> 1))
    let to = 0
    let at = 0
    let illFormedAt: number | null = null
    for (; at + 1 < bytes.length; at += 2) {
      const unit = (bytes[at + low] as number) | ((bytes[at + 1 - low] as number) << 8)
      if (unit < 0x80) text[to++] = unit
      else if (unit < 0x800) {
        text[to++] = 0xc0 | (unit >> 6)
        text[to++] = 0x80 | (unit & 0x3f)
      } else if (unit < 0xd800 || unit > 0xdfff) {
        text[to++] = 0xe0 | (unit >> 12)
        text[to++] = 0x80 | ((unit >> 6) & 0x3f)
        text[to++] = 0x80 | (unit & 0x3f)
      } else {
        if (unit < 0xdc00 && at + 3 >= bytes.length) break
        const next = unit < 0xdc00 ? (bytes[at + 2 + low] as number) | ((bytes[at + 3 - low] as number) << 8) : 0
        if (next < 0xdc00 || next > 0xdfff) {
          illFormedAt = this.#offset + at
          break
        }
        const point = 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff)
        text[to++] = 0xf0 | (point >> 18)
        text[to++] = 0x80 | ((point >> 12) & 0x3f)
        text[to++] = 0x80 | ((point >> 6) & 0x3f)
        text[to++] = 0x80 | (point & 0x3f)
        at += 2
      }
    }
    this.#held = bytes.slice(at)
    this.#offset += at
    return { text: text.subarray(0, to), illFormedAt }
  }

  /** At the end of the stream: offset of what was cut, or `null`. */
  end(): number | null {
    return this.#held.length === 0 ? null : this.#offset
  }
}
