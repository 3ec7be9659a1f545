import { concatBytes } from '../../util/bytes.js'

/** What a quoted empty cell (`""`) is turned into. No byte of UTF-8 text is 0xFF, so no other cell reads like it. */
export const QUOTED_EMPTY = '\xff'

const mark = Uint8Array.of(0xff)
const nothing = new Uint8Array(0)

/**
 * Marks quoted empty cells in CSV bytes, so that they differ from empty ones after splitting: asking the parser for each
 * cell's quoting costs fourteen times the parsing. Counts on strict quoting, which the parser enforces: a quote opens a
 * cell, closes it, or is doubled.
 */
export class QuotedEmpties {
  readonly #quote: number
  #inside = false
  /** Up to two bytes that need to be seen with the next piece. */
  #held: Uint8Array = nothing

  /** @param quote the quote's ASCII code */
  constructor(quote: number) {
    this.#quote = quote
  }

  /** Did the last piece end within a quoted cell? */
  get inside(): boolean {
    return this.#inside
  }

  /** The piece again, with marks; may keep its last bytes back until the next call. */
  push(piece: Uint8Array): Uint8Array {
    return this.#mark(piece, false)
  }

  /** What was kept back. */
  end(): Uint8Array {
    return this.#mark(nothing, true)
  }

  #mark(piece: Uint8Array, last: boolean): Uint8Array {
    const quote = this.#quote
    const bytes = this.#held.length === 0 ? piece : concatBytes([this.#held, piece])
    this.#held = nothing
    const parts: Uint8Array[] = []
    let from = 0
    for (let at = bytes.indexOf(quote); at !== -1; ) {
      const ahead = this.#inside ? 1 : 2
      if (!last && at + ahead >= bytes.length) {
        this.#held = bytes.slice(at)
        parts.push(bytes.subarray(from, at))
        return concatBytes(parts)
      }
      const doubled = bytes[at + 1] === quote
      if (this.#inside) {
        if (!doubled) this.#inside = false
      } else if (doubled && bytes[at + 2] !== quote) {
        parts.push(bytes.subarray(from, at + 1), mark)
        from = at + 1
      } else {
        this.#inside = true
        at = bytes.indexOf(quote, at + 1)
        continue
      }
      at = bytes.indexOf(quote, at + (doubled ? 2 : 1))
    }
    if (from === 0) return bytes
    parts.push(bytes.subarray(from))
    return concatBytes(parts)
  }
}
