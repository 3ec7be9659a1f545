import { isUtf8 } from 'node:buffer'
import type { FileBytes } from '../../contracts/file-decoder.js'
import { ByteReader } from '../byte-reader.js'
import { cutSequence, firstIllFormed } from './utf8-check.js'
import { Utf16ToUtf8 } from './utf16-to-utf8.js'

/** Text read between two turns of the event loop: a millisecond or so of work. */
const stepBytes = 131_072
/** Bytes past the text that may be read, and mean nothing. */
export const TEXT_PADDING = 16
const lineFeed = 10
/** Of the window that texts have mostly: room for two steps behind a row of as many bytes that is not at its end. */
export const WINDOW_BYTES: number = 4 * stepBytes + TEXT_PADDING

/**
 * The text of a CSV file through a window: UTF-8, checked, its byte order mark taken off; UTF-16 with its mark is turned
 * into UTF-8. The window belongs to the reader of the text, which says from where on it is still needed.
 */
export class CsvText {
  readonly #reader: ByteReader
  /** The window; `bytes[to]` is a line feed that is no part of the text, so that a search for the end of a cell stops. */
  bytes: Buffer<ArrayBuffer>
  view: DataView<ArrayBuffer>
  /** End of the text that is here, on a character. */
  to = 0
  /** Nothing follows `to`: the file ends here, or is no text from here on. */
  ended = false
  /** Why it ended, when the file goes on: where in the file, and what it is not. */
  illFormed: { readonly byteOffset: number; readonly encoding: 'UTF-8' | 'UTF-16' } | null = null
  #utf16: Utf16ToUtf8 | null = null
  /** A character cut by the end of a piece. */
  #held = new Uint8Array(0)
  /** In the file, of `bytes[0]`; for UTF-8. */
  #offset = 0
  #begun = false
  #released = false
  readonly #window: Buffer<ArrayBuffer>

  /** @param window of {@link WINDOW_BYTES}: used but for rows that are longer */
  constructor(bytes: FileBytes, window: Buffer<ArrayBuffer> = newWindow(WINDOW_BYTES - TEXT_PADDING)) {
    this.#reader = new ByteReader(bytes, 'CSV')
    this.#window = this.bytes = window
    this.view = viewOf(window)
  }

  follow(signal: AbortSignal): void {
    this.#reader.follow(signal)
  }

  /** Reads on, and drops what is before `keepFrom`: by so many bytes the rest has moved. Not to be called once `ended`. */
  async more(keepFrom: number): Promise<number> {
    if (!this.#begun) await this.#begin()
    this.#makeRoom(keepFrom)
    const wanted = this.to + stepBytes
    while (!this.ended && this.to < wanted) {
      // UTF-16 may grow by half.
      const most = this.#utf16 === null ? wanted - this.to : stepBytes / 2
      const piece = await this.#reader.next(most)
      // The window may be another file's by now.
      if (this.#released) throw new Error('The CSV file was closed while it was read.')
      this.#add(piece)
    }
    this.bytes[this.to] = lineFeed
    return keepFrom
  }

  release(): Promise<void> {
    this.#released = true
    return this.#reader.release()
  }

  async #begin(): Promise<void> {
    this.#begun = true
    const [first, second, third] = await this.#reader.peek(3)
    const bigEndian = first === 0xfe && second === 0xff
    if (bigEndian || (first === 0xff && second === 0xfe)) {
      this.#utf16 = new Utf16ToUtf8(bigEndian)
      await this.#skip(2)
    } else if (first === 0xef && second === 0xbb && third === 0xbf) {
      this.#offset = 3
      await this.#skip(3)
    }
  }

  async #skip(bytes: number): Promise<void> {
    for (let left = bytes; left > 0; ) left -= (await this.#reader.next(left))?.length ?? left
  }

  #makeRoom(keepFrom: number): void {
    const kept = this.to - keepFrom
    const needed = kept + 2 * stepBytes
    const { bytes } = this
    const home = this.#window
    // A row longer than the window has one made for it, until what is kept has room at home again.
    if (needed > bytes.length || (bytes !== home && needed <= home.length)) {
      this.bytes = needed <= home.length ? home : newWindow(2 * kept + 2 * stepBytes)
      this.view = viewOf(this.bytes)
      this.bytes.set(bytes.subarray(keepFrom, this.to))
    } else if (keepFrom > 0) bytes.copyWithin(0, keepFrom, this.to)
    this.#offset += keepFrom
    this.to = kept
  }

  #add(piece: Uint8Array | null): void {
    const utf16 = this.#utf16
    if (utf16 === null) {
      if (piece === null) this.#end(this.#held.length === 0 ? null : this.#offset + this.to)
      else this.#addUtf8(piece)
      return
    }
    if (piece === null) {
      this.#end(utf16.end())
      return
    }
    const { text, illFormedAt } = utf16.push(piece)
    this.bytes.set(text, this.to)
    this.to += text.length
    if (illFormedAt !== null) this.#end(illFormedAt)
  }

  #addUtf8(piece: Uint8Array): void {
    const { bytes, to } = this
    bytes.set(this.#held, to)
    bytes.set(piece, to + this.#held.length)
    const added = bytes.subarray(to, to + this.#held.length + piece.length)
    const whole = added.subarray(0, added.length - cutSequence(added))
    if (isUtf8(whole)) {
      this.#held = Uint8Array.from(added.subarray(whole.length))
      this.to += whole.length
      return
    }
    const good = firstIllFormed(whole)
    this.to += good
    this.#end(this.#offset + this.to)
  }

  #end(illFormedAt: number | null): void {
    this.ended = true
    if (illFormedAt !== null) this.illFormed = { byteOffset: illFormedAt, encoding: this.#utf16 === null ? 'UTF-8' : 'UTF-16' }
  }
}

function newWindow(length: number): Buffer<ArrayBuffer> {
  return Buffer.from(new ArrayBuffer(length + TEXT_PADDING))
}

function viewOf(bytes: Buffer<ArrayBuffer>): DataView<ArrayBuffer> {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
