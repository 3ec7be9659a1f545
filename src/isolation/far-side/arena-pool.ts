import type { BodyBuilder } from '../wire/body.js'

const MOST_KEPT = 3
const ROUND_BYTES = 256 * 1024
/** A larger arena is given back to the system at once. */
const LARGEST_KEPT = 8 * 1024 * 1024

export interface Arena {
  readonly bytes: Uint8Array
  /** Called once, when the bytes have been written. */
  release(): void
}

/** Memory for packed bodies, used again: fresh memory costs more than the copy into it. */
export class ArenaPool {
  readonly #free: Uint8Array[] = []

  pack(body: BodyBuilder): Arena {
    let whole = new Uint8Array(0)
    const bytes = body.pack((size) => {
      whole = this.#take(size)
      return whole.subarray(0, size)
    })
    return {
      bytes,
      release: () => {
        if (this.#free.length < MOST_KEPT && whole.length <= LARGEST_KEPT) this.#free.push(whole)
      },
    }
  }

  #take(size: number): Uint8Array<ArrayBuffer> {
    const at = this.#free.findIndex(({ length }) => length >= size)
    if (at >= 0) return this.#free.splice(at, 1)[0] as Uint8Array<ArrayBuffer>
    // Those that were too small make room for one that is not.
    this.#free.shift()
    return Buffer.allocUnsafeSlow(Math.ceil(size / ROUND_BYTES) * ROUND_BYTES)
  }
}
