import type { Texts } from './cell-items.js'

const minus = 45
const plus = 43
const dot = 46
const quote = 34
const backslash = 92
const colon = 58

/** Powers of ten that a double holds exactly. */
const powers = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))
/** Times ten and one digit more, this is still below 2^53. */
const mostMantissa = 900_719_925_474_098

/**
 * Walks the JSON of one cell where its bytes lie: no string, array or object is made on the way, so that a cell costs
 * memory in proportion to what it says, however it nests. Each method takes what it names, or says that it is not there.
 */
export class JsonCursor {
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0
  #end = 0

  open(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes = bytes
    this.#at = from
    this.#end = to
  }

  /** Takes one structural byte, and the white space before it. */
  take(code: number): boolean {
    if (!this.sees(code)) return false
    this.#at++
    return true
  }

  /** Is this byte the next that is not white space? */
  sees(code: number): boolean {
    this.#skipSpace()
    return this.#at < this.#end && this.#bytes[this.#at] === code
  }

  /** Nothing but white space is left. */
  done(): boolean {
    this.#skipSpace()
    return this.#at === this.#end
  }

  /** A number by JSON's grammar; infinite when no double is as large, `NaN` when there is none. */
  number(): number {
    this.#skipSpace()
    const bytes = this.#bytes
    const end = this.#end
    const from = this.#at
    let at = from
    const negative = bytes[at] === minus
    if (negative) at++
    const first = at
    let mantissa = 0
    let exact = true
    let digit = 0
    for (; at < end; at++) {
      digit = (bytes[at] as number) - 48
      if (digit < 0 || digit > 9) break
      if (mantissa > mostMantissa) exact = false
      else mantissa = mantissa * 10 + digit
    }
    if (at === first || (bytes[first] === 48 && at - first > 1)) return Number.NaN
    let exponent = 0
    if (at < end && bytes[at] === dot) {
      const start = ++at
      for (; at < end; at++) {
        digit = (bytes[at] as number) - 48
        if (digit < 0 || digit > 9) break
        if (mantissa > mostMantissa) exact = false
        else mantissa = mantissa * 10 + digit
      }
      if (at === start) return Number.NaN
      exponent = start - at
    }
    if (at < end && ((bytes[at] as number) | 32) === 101) {
      at++
      const down = bytes[at] === minus
      if (down || bytes[at] === plus) at++
      const start = at
      let written = 0
      for (; at < end; at++) {
        digit = (bytes[at] as number) - 48
        if (digit < 0 || digit > 9) break
        if (written < 10_000) written = written * 10 + digit
      }
      if (at === start) return Number.NaN
      exponent += down ? -written : written
    }
    this.#at = at
    if (!exact || exponent < -22 || exponent > 22) return Number(latin1(bytes, from, at))
    const value = exponent < 0 ? mantissa / (powers[-exponent] as number) : mantissa * (powers[exponent] as number)
    return negative ? -value : value
  }

  /** A string, added to `texts`. */
  string(texts: Texts): boolean {
    const from = this.#skipString()
    if (from < 0) return false
    const to = this.#at - 1
    if (!this.#escaped) texts.addBytes(this.#bytes, from, to)
    else {
      const text = unescaped(this.#bytes, from - 1, to + 1)
      if (text === null) return false
      texts.addText(text)
    }
    return true
  }

  /** A key and its colon; `null` when there is none. */
  key(): string | null {
    const from = this.#skipString()
    if (from < 0) return null
    const to = this.#at - 1
    const text = this.#escaped ? unescaped(this.#bytes, from - 1, to + 1) : latin1(this.#bytes, from, to)
    return this.take(colon) ? text : null
  }

  #escaped = false

  /** Goes past a string; returns where its content begins, or -1. */
  #skipString(): number {
    if (!this.take(quote)) return -1
    const from = this.#at
    this.#escaped = false
    let at = from
    for (; at < this.#end; at++) {
      const byte = this.#bytes[at] as number
      if (byte === quote) break
      if (byte < 32) return -1
      if (byte === backslash) {
        this.#escaped = true
        at++
      }
    }
    if (at >= this.#end) return -1
    this.#at = at + 1
    return from
  }

  #skipSpace(): void {
    for (; this.#at < this.#end; this.#at++) {
      const byte = this.#bytes[this.#at]
      if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) return
    }
  }
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
}

/** The text of a string with escapes, quotes included; `null` when an escape is none. */
function unescaped(bytes: Uint8Array, from: number, to: number): string | null {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8')) as string
  } catch {
    // Told to the caller, who makes an issue of it.
    return null
  }
}
