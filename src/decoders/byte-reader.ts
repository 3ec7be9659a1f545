import type { FileBytes } from '../contracts/file-decoder.js'
import { DecodeError } from '../errors.js'
import { abortable } from '../util/abort.js'
import { concatBytes } from '../util/bytes.js'

/**
 * One pass over a file's bytes, pulled. A decoder opens it in `open`, goes on with it in `batches`, and so reads the
 * head once; `follow` names the signal of the call that is running.
 */
export class ByteReader {
  readonly #format: string
  readonly #iterator: AsyncIterator<Uint8Array>
  readonly #controller = new AbortController()
  #unfollow: () => void = () => {}
  #piece: Uint8Array = new Uint8Array(0)
  #at = 0
  #offset = 0
  #pending = false
  #ended = false

  /** @param format for messages, for example `Avro` */
  constructor(bytes: FileBytes, format: string) {
    this.#format = format
    this.#iterator = bytes.stream({ signal: this.#controller.signal })[Symbol.asyncIterator]()
  }

  /** Bytes handed out so far. */
  get offset(): number {
    return this.#offset
  }

  /** From now on this signal, and no earlier one, stops the reading. */
  follow(signal: AbortSignal): void {
    this.#unfollow()
    const onAbort = (): void => this.#controller.abort(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    this.#unfollow = () => signal.removeEventListener('abort', onAbort)
  }

  /** Are all bytes handed out? */
  async atEnd(): Promise<boolean> {
    while (this.#at === this.#piece.length && !this.#ended) await this.#pull()
    return this.#at === this.#piece.length
  }

  /** The next `length` bytes without taking them; fewer at the end. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.#piece.length - this.#at < length && !this.#ended) {
      const rest = this.#piece.subarray(this.#at)
      await this.#pull()
      if (this.#ended) {
        this.#piece = rest
        this.#at = 0
      } else if (rest.length > 0) this.#piece = concatBytes([rest, this.#piece])
    }
    return this.#piece.subarray(this.#at, this.#at + length)
  }

  /** The next bytes, as they came, at most `most` of them: a view; `null` at the end. */
  async next(most: number): Promise<Uint8Array | null> {
    if (await this.atEnd()) return null
    const part = this.#piece.subarray(this.#at, this.#at + most)
    this.#at += part.length
    this.#offset += part.length
    return part
  }

  /**
   * Exactly `length` bytes in a buffer of their own. The caller has checked `length` against its budget.
   *
   * @param what for the message when the file ends before, for example `block`
   * @throws DecodeError `FILE_CORRUPT`
   */
  async exactly(length: number, what: string): Promise<Uint8Array> {
    const from = this.#offset
    const whole = new Uint8Array(length)
    for (let at = 0; at < length; ) {
      const part = await this.next(length - at)
      if (part === null) {
        throw new DecodeError('FILE_CORRUPT', `The ${this.#format} file ends inside its ${what}: ${at} of ${length} bytes are there.`, {
          location: { byteOffset: from },
          remedy: 'Upload the whole file again.',
        })
      }
      whole.set(part, at)
      at += part.length
    }
    return whole
  }

  /** Called once, at the end or early; gives the stream back. */
  async release(): Promise<void> {
    this.#unfollow()
    if (this.#ended) return
    this.#ended = true
    // A generator queues `return` behind a read that is under way: there, only the signal helps.
    if (this.#pending) this.#controller.abort(new DOMException('The reader was released.', 'AbortError'))
    else await this.#iterator.return?.()
  }

  async #pull(): Promise<void> {
    this.#controller.signal.throwIfAborted()
    this.#pending = true
    const result = await abortable(this.#iterator.next(), this.#controller.signal)
    this.#pending = false
    if (result.done === true) this.#ended = true
    else {
      this.#piece = result.value
      this.#at = 0
    }
  }
}
