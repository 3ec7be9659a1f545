import type { CallOptions } from '../../contracts/call-options.js'
import { DecodeError, ImportError } from '../../errors.js'
import type { Budgets } from '../../model/budgets.js'
import { abortable } from '../../util/abort.js'
import { formatBytes } from '../../util/bytes.js'
import { Wake } from '../../util/wake.js'
import type { StoredBytes } from '../exchange.js'
import { MOST_NEEDS, mostNeedBytes, type ToFarSide, type ToHost } from '../protocol.js'

interface Need {
  readonly bytes: number
  readonly settle: (body: Uint8Array | ImportError) => void
}

interface Stream {
  readonly pieces: Uint8Array[]
  readonly wake: Wake
  ended: boolean
  error: ImportError | null
}

/** A file's stored bytes as the host sends them: ranges on request, streams by credit. */
export class FarBytes implements StoredBytes {
  readonly name: string
  readonly size: number
  readonly #budgets: Budgets
  readonly #post: (message: ToHost) => unknown
  readonly #needs = new Map<number, Need>()
  readonly #streams = new Map<number, Stream>()
  #waiting: (() => void)[] = []
  #open = 0
  #next = 0

  constructor({ name, size, budgets }: ToFarSide & { readonly t: 'open' }, post: (message: ToHost) => unknown) {
    this.name = name
    this.size = size
    this.#budgets = budgets
    this.#post = post
  }

  async read(start: number, end: number, { signal }: CallOptions): Promise<Uint8Array> {
    const bytes = end - start
    const most = mostNeedBytes(this.#budgets)
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || bytes < 0 || end > this.size) {
      throw new DecodeError('FILE_CORRUPT', `Bytes ${start} to ${end} of "${this.name}" are needed, it has ${this.size}.`, {
        location: { byteOffset: Number.isSafeInteger(start) && start >= 0 ? start : undefined },
        remedy: 'Write the file again and upload it; check that the upload was complete.',
      })
    }
    if (bytes > most) {
      throw new DecodeError(
        'BUDGET_EXCEEDED',
        `${formatBytes(bytes)} of "${this.name}" are needed at once, more than ${formatBytes(most)}.`,
        {
          location: { byteOffset: start },
          remedy: 'Write smaller row groups or blocks, or raise `budgets.groupBytes`.',
        },
      )
    }
    if (bytes === 0) return new Uint8Array(0)
    while (this.#needs.size >= MOST_NEEDS || this.#open + bytes > most) {
      await abortable(new Promise<void>((resolve) => this.#waiting.push(resolve)), signal)
    }
    signal.throwIfAborted()
    const id = this.#next++
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      const settle = (body: Uint8Array | ImportError): void => (body instanceof ImportError ? reject(body) : resolve(body as Uint8Array))
      this.#needs.set(id, { bytes, settle })
    })
    this.#open += bytes
    this.#post({ t: 'need', id, start, end })
    return await abortable(answer, signal)
  }

  async *stream({ signal }: CallOptions): AsyncGenerator<Uint8Array> {
    const id = this.#next++
    const window = this.#budgets.inputBytes
    const stream: Stream = { pieces: [], wake: new Wake(), ended: false, error: null }
    this.#streams.set(id, stream)
    this.#post({ t: 'more', stream: id, bytes: window })
    let taken = 0
    try {
      for (;;) {
        signal.throwIfAborted()
        const piece = stream.pieces.shift()
        if (piece === undefined) {
          if (stream.error !== null) throw stream.error
          if (stream.ended) return
          await stream.wake.wait(60_000, signal)
          continue
        }
        taken += piece.length
        // Not for every piece: a message for each quarter of the window is enough to keep bytes coming.
        if (4 * taken >= window && !stream.ended) {
          this.#post({ t: 'more', stream: id, bytes: taken })
          taken = 0
        }
        yield piece
      }
    } finally {
      this.#streams.delete(id)
      if (!stream.ended) this.#post({ t: 'stop', stream: id })
    }
  }

  take({ need, stream: id, last }: ToFarSide & { readonly t: 'bytes' }, body: Uint8Array): void {
    if (need !== undefined) this.#settle(need, body)
    const stream = id === undefined ? undefined : this.#streams.get(id)
    if (stream === undefined) return
    if (body.length > 0) stream.pieces.push(body)
    if (last === true) stream.ended = true
    stream.wake.notify()
  }

  refuse({ need, stream: id, code, retryable }: ToFarSide & { readonly t: 'refused' }): void {
    const error = new ImportError(code, `The host could not read "${this.name}".`, { retryable })
    if (need !== undefined) this.#settle(need, error)
    const stream = id === undefined ? undefined : this.#streams.get(id)
    if (stream === undefined) return
    stream.error = error
    stream.ended = true
    stream.wake.notify()
  }

  #settle(id: number, body: Uint8Array | ImportError): void {
    const need = this.#needs.get(id)
    if (need === undefined) return
    this.#needs.delete(id)
    this.#open -= need.bytes
    need.settle(body)
    const waiting = this.#waiting
    this.#waiting = []
    for (const resume of waiting) resume()
  }
}
