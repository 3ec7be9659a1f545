import type { Column, ColumnOf } from '../../../model/column.js'

const encoder = new TextEncoder()

/** What the lists of a column hold, end to end: readers of JSON add to it, and take back what a bad cell left. */
export interface Items {
  readonly length: number
  /** Forgets all items from here on. */
  cut(length: number): void
  finish(): Column
}

/** Grows by doubling: twice the final size at most. */
export class Numbers implements Items {
  length = 0
  #data = new Float64Array(256)

  add(value: number): void {
    if (this.length === this.#data.length) {
      const grown = new Float64Array(2 * this.length)
      grown.set(this.#data)
      this.#data = grown
    }
    this.#data[this.length++] = value
  }

  cut(length: number): void {
    this.length = length
  }

  finish(): ColumnOf<'float64'> {
    return { kind: 'float64', length: this.length, validity: null, data: this.#data.slice(0, this.length) }
  }
}

export class Texts implements Items {
  #offsets = new Offsets()
  #data = new Uint8Array(1024)

  get length(): number {
    return this.#offsets.count
  }

  addBytes(bytes: Uint8Array, from: number, to: number): void {
    const at = this.#reserve(to - from)
    this.#data.set(bytes.subarray(from, to), at)
    this.#offsets.add(at + to - from)
  }

  addText(text: string): void {
    const at = this.#reserve(3 * text.length)
    this.#offsets.add(at + encoder.encodeInto(text, this.#data.subarray(at)).written)
  }

  cut(length: number): void {
    this.#offsets.cut(length)
  }

  finish(): Column & { readonly kind: 'utf8' } {
    const offsets = this.#offsets.finish()
    return { kind: 'utf8', length: this.length, validity: null, offsets, data: this.#data.slice(0, offsets[this.length]) }
  }

  #reserve(bytes: number): number {
    const at = this.#offsets.last
    if (at + bytes > this.#data.length) {
      const grown = new Uint8Array(Math.max(2 * this.#data.length, at + bytes))
      grown.set(this.#data.subarray(0, at))
      this.#data = grown
    }
    return at
  }
}

/** Lists of lists: each item ends where its inner items end. */
export class Lists<I extends Items> implements Items {
  readonly inner: I
  #offsets = new Offsets()

  constructor(inner: I) {
    this.inner = inner
  }

  get length(): number {
    return this.#offsets.count
  }

  /** The inner items added since the last call are one item. */
  close(): void {
    this.#offsets.add(this.inner.length)
  }

  cut(length: number): void {
    this.#offsets.cut(length)
    this.inner.cut(this.#offsets.last)
  }

  finish(): ColumnOf<'list'> {
    return { kind: 'list', length: this.length, validity: null, offsets: this.#offsets.finish(), child: this.inner.finish() }
  }
}

/** Structs of a text and a number. */
export class Pairs implements Items {
  readonly texts = new Texts()
  readonly numbers = new Numbers()
  readonly #names: readonly [string, string]

  constructor(...names: [string, string]) {
    this.#names = names
  }

  get length(): number {
    return this.numbers.length
  }

  cut(length: number): void {
    this.texts.cut(length)
    this.numbers.cut(length)
  }

  finish(): ColumnOf<'struct'> {
    const { length } = this
    return { kind: 'struct', length, validity: null, names: this.#names, children: [this.texts.finish(), this.numbers.finish()] }
  }
}

/** Where each of `count` items ends, after a leading 0. */
class Offsets {
  count = 0
  #ends = new Int32Array(256)

  get last(): number {
    return this.#ends[this.count] as number
  }

  add(end: number): void {
    if (this.count + 1 === this.#ends.length) {
      const grown = new Int32Array(2 * this.#ends.length)
      grown.set(this.#ends)
      this.#ends = grown
    }
    this.#ends[++this.count] = end
  }

  cut(count: number): void {
    this.count = count
  }

  finish(): Int32Array {
    return this.#ends.slice(0, this.count + 1)
  }
}
