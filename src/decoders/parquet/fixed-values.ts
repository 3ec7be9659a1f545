import { PageProblem } from './page-problem.js'

/** The present values of a column chunk, all of one width, end to end as in the file (little-endian). Booleans take a byte each. */
export class FixedValues {
  readonly width: number
  readonly bytes: Uint8Array
  readonly #words: Int32Array | null
  count = 0

  /** Allocates for `capacity` values: the caller has checked the budget. */
  constructor(width: number, capacity: number) {
    this.width = width
    const buffer = new ArrayBuffer((capacity * width + 7) & ~7)
    this.bytes = new Uint8Array(buffer, 0, capacity * width)
    this.#words = width % 4 === 0 ? new Int32Array(buffer) : null
  }

  /** Where the next `count` values belong; counts them as written. */
  reserve(count: number): Uint8Array {
    const from = this.count * this.width
    const to = from + count * this.width
    if (to > this.bytes.length) throw new PageProblem('more values than the column declares')
    this.count += count
    return this.bytes.subarray(from, to)
  }

  /** The values as 32-bit words, `width / 4` each. */
  get words(): Int32Array {
    if (this.#words === null) throw new PageProblem(`values of ${this.width} bytes where words were expected`)
    return this.#words
  }

  /** Appends the values of `dictionary` at `indices`. */
  gather(dictionary: FixedValues, indices: Int32Array, count: number): void {
    const size = dictionary.count
    const start = this.count
    const target = this.reserve(count)
    const { width } = this
    for (let i = 0; i < count; i++) {
      if ((indices[i] as number) >>> 0 >= size) throw new PageProblem(`dictionary index ${indices[i]} where the dictionary holds ${size}`)
    }
    if (width === 4) {
      const from = dictionary.words
      const to = this.words
      for (let i = 0; i < count; i++) to[start + i] = from[indices[i] as number] as number
    } else if (width === 8) {
      // Word by word: a double in between could change the bits of an integer.
      const from = dictionary.words
      const to = this.words
      for (let i = 0, at = 2 * start; i < count; i++, at += 2) {
        const index = 2 * (indices[i] as number)
        to[at] = from[index] as number
        to[at + 1] = from[index + 1] as number
      }
    } else {
      for (let i = 0; i < count; i++) {
        const index = indices[i] as number
        target.set(dictionary.bytes.subarray(index * width, (index + 1) * width), i * width)
      }
    }
  }
}
