import { ImportError } from '../../errors.js'
import type { Budgets } from '../../model/budgets.js'
import { abortable } from '../../util/abort.js'
import { Wake } from '../../util/wake.js'
import type { StoredBytes } from '../exchange.js'
import { MOST_NEEDS, mostNeedBytes } from '../protocol.js'
import { FalseFrame, wholeNumber } from '../wire/claims.js'
import type { FarSide } from './far-side.js'

const MOST_STREAMS = 4
type Message = Readonly<Record<string, unknown>>

interface Pump {
  credit: number
  readonly wake: Wake
  readonly stop: AbortController
  /** What was sent before has not been read yet. */
  flushing: boolean
}

/**
 * Gives a far side the bytes it asks for and no more than it has credit for. It is not believed: too many ranges, too
 * large ones, or too much credit throw `FalseFrame`.
 */
export class ByteServer {
  readonly #side: FarSide
  readonly #stored: StoredBytes
  readonly #budgets: Budgets
  readonly #fail: (error: unknown) => void
  readonly #closed = new AbortController()
  readonly #signal: AbortSignal
  readonly #pumps = new Map<number, Pump>()
  #needs = 0
  /** Ranges that the source is asked for. */
  #reading = 0
  #needBytes = 0
  #lastStream = -1

  /** @param fail takes the source's own error, after the far side was told that there is one */
  constructor(side: FarSide, stored: StoredBytes, budgets: Budgets, signal: AbortSignal, fail: (error: unknown) => void) {
    this.#side = side
    this.#stored = stored
    this.#budgets = budgets
    this.#fail = fail
    this.#signal = AbortSignal.any([signal, this.#closed.signal])
  }

  /** Does the far side wait for the host? */
  get owes(): boolean {
    if (this.#reading > 0) return true
    for (const { credit, flushing } of this.#pumps.values()) if (credit > 0 && !flushing) return true
    return false
  }

  need({ id, start, end }: Message): void {
    const need = wholeNumber(id, 'the id of a range')
    const from = wholeNumber(start, 'the start of a range', this.#stored.size)
    const to = wholeNumber(end, 'the end of a range', this.#stored.size, from)
    if (this.#needs >= MOST_NEEDS) throw new FalseFrame(`more than ${MOST_NEEDS} ranges are open`)
    if (this.#needBytes + to - from > mostNeedBytes(this.#budgets))
      throw new FalseFrame('more bytes are wanted at once than a budget holds')
    void this.#answer(need, from, to)
  }

  more({ stream, bytes }: Message): void {
    const id = wholeNumber(stream, 'the number of a stream')
    const credit = wholeNumber(bytes, 'stream credit', Math.ceil(this.#budgets.inputBytes))
    const pump = this.#pumps.get(id)
    if (pump !== undefined) {
      if (pump.credit + credit > this.#budgets.inputBytes + 1) throw new FalseFrame('more stream credit is given than the window holds')
      pump.credit += credit
      pump.wake.notify()
    } else if (id > this.#lastStream) {
      if (this.#pumps.size >= MOST_STREAMS) throw new FalseFrame(`more than ${MOST_STREAMS} streams are open`)
      this.#lastStream = id
      const fresh: Pump = { credit, wake: new Wake(), stop: new AbortController(), flushing: false }
      this.#pumps.set(id, fresh)
      void this.#pump(id, fresh)
    }
  }

  stop({ stream }: Message): void {
    this.#pumps
      .get(wholeNumber(stream, 'the number of a stream'))
      ?.stop.abort(new DOMException('The decoder left the stream.', 'AbortError'))
  }

  /** Ends all reading. */
  close(): void {
    this.#closed.abort(new DOMException('The exchange is over.', 'AbortError'))
  }

  async #answer(need: number, start: number, end: number): Promise<void> {
    const bytes = end - start
    this.#needs++
    this.#needBytes += bytes
    try {
      await this.#side.flushed()
      this.#signal.throwIfAborted()
      this.#reading++
      const reading = this.#stored.read(start, end, { signal: this.#signal })
      const body = await abortable(reading, this.#signal).finally(() => {
        this.#reading--
      })
      if (body.length !== bytes) throw new RangeError(`A read gave ${body.length} bytes where ${bytes} were asked for.`)
      this.#side.post({ t: 'bytes', need }, body)
    } catch (error) {
      this.#refuse({ need }, error)
    } finally {
      this.#needs--
      this.#needBytes -= bytes
    }
  }

  async #pump(stream: number, pump: Pump): Promise<void> {
    const signal = AbortSignal.any([this.#signal, pump.stop.signal])
    const iterator = this.#stored.stream({ signal })[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await abortable(iterator.next(), signal)
        if (next.done === true) break
        for (let at = 0; at < next.value.length; ) {
          while (pump.credit === 0) {
            await pump.wake.wait(60_000, signal)
            signal.throwIfAborted()
          }
          pump.flushing = true
          await this.#side.flushed()
          pump.flushing = false
          signal.throwIfAborted()
          const part = next.value.subarray(at, at + pump.credit)
          pump.credit -= part.length
          at += part.length
          this.#side.post({ t: 'bytes', stream }, part)
        }
      }
      this.#side.post({ t: 'bytes', stream, last: true })
    } catch (error) {
      if (!pump.stop.signal.aborted) this.#refuse({ stream }, error)
    } finally {
      this.#pumps.delete(stream)
      // A read that hangs may never answer; its signal has been aborted.
      void iterator.return?.()?.then(undefined, () => {})
    }
  }

  #refuse(which: { readonly need: number } | { readonly stream: number }, error: unknown): void {
    if (this.#signal.aborted) return
    const { code, retryable } = error instanceof ImportError ? error : ({ code: 'SOURCE_UNAVAILABLE', retryable: true } as const)
    this.#side.post({ t: 'refused', ...which, code, retryable })
    this.#fail(error)
  }
}
