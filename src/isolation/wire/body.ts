import { FalseFrame, list, wholeNumber } from './claims.js'

/** Every buffer of a body starts on a multiple of this, so that any typed array can be a view of it. */
const ALIGNMENT = 8

/** Memory without zeroing; the caller fills all of it. */
export type Allocate = (bytes: number) => Uint8Array

/** Collects the buffers of one message. A message names a buffer by its place in the list. */
export class BodyBuilder {
  readonly #views: ArrayBufferView[] = []

  add(view: ArrayBufferView): number {
    return this.#views.push(view) - 1
  }

  /** Byte lengths in order; travels in the header. */
  get lengths(): readonly number[] {
    return this.#views.map(({ byteLength }) => byteLength)
  }

  /** One copy of all buffers, end to end. */
  pack(allocate: Allocate): Uint8Array {
    const { total, starts } = bodyLayout(this.lengths)
    const body = allocate(total)
    this.#views.forEach((view, i) => {
      const start = starts[i] as number
      body.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), start)
      // No byte of other memory goes out between two buffers.
      const end = start + view.byteLength
      if (end % ALIGNMENT !== 0) body.fill(0, end, Math.min(total, end + ALIGNMENT - (end % ALIGNMENT)))
    })
    return body
  }
}

function bodyLayout(lengths: readonly number[]): { readonly total: number; readonly starts: readonly number[] } {
  let total = 0
  const starts = lengths.map((length) => {
    const start = total
    total += Math.ceil(length / ALIGNMENT) * ALIGNMENT
    return start
  })
  return { total, starts }
}

type TypedArray<T> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => T
type Element = { readonly BYTES_PER_ELEMENT: number }

/** A received body: typed arrays of it are views of one `ArrayBuffer`. */
export class Body {
  readonly #bytes: Uint8Array
  readonly #lengths: readonly number[]
  readonly #starts: readonly number[]

  /** @throws FalseFrame when the lengths do not make up the body */
  constructor(lengths: unknown, bytes: Uint8Array) {
    this.#lengths = list(lengths, 'the list of buffers', 1_000_000).map((length) => wholeNumber(length, 'a buffer length', bytes.length))
    const { total, starts } = bodyLayout(this.#lengths)
    if (total !== bytes.length) throw new FalseFrame(`the buffers make up ${total} bytes, the body has ${bytes.length}`)
    this.#bytes = bytes
    this.#starts = starts
  }

  /** Exactly `length` elements of buffer `index`. */
  view<T>(Kind: TypedArray<T> & Element, index: unknown, length: number, what: string): T {
    const i = wholeNumber(index, `the buffer of ${what}`, this.#lengths.length - 1)
    const have = this.#lengths[i] as number
    if (have !== length * Kind.BYTES_PER_ELEMENT) {
      throw new FalseFrame(`${what} has ${have} bytes where ${length * Kind.BYTES_PER_ELEMENT} belong`)
    }
    return new Kind(this.#bytes.buffer, this.#bytes.byteOffset + (this.#starts[i] as number), length)
  }

  /** All bytes of buffer `index`. */
  bytes(index: unknown, what: string): Uint8Array {
    const i = wholeNumber(index, `the buffer of ${what}`, this.#lengths.length - 1)
    return this.view(Uint8Array, i, this.#lengths[i] as number, what)
  }
}
