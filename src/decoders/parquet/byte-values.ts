import { PageProblem } from './page-problem.js'

/** Limits on what a column chunk may grow to; `exceeded` makes the error to throw. */
export interface ByteLimits {
  readonly cellBytes: number
  readonly groupBytes: number
  exceeded(what: string, needed: number, budget: 'cellBytes' | 'groupBytes'): Error
}

/** The present values of a column chunk of any length each: offsets and bytes end to end. */
export class ByteValues {
  readonly offsets: Int32Array
  readonly #limits: ByteLimits
  #data: Uint8Array
  count = 0

  constructor(capacity: number, expectedBytes: number, limits: ByteLimits) {
    this.offsets = new Int32Array(capacity + 1)
    this.#limits = limits
    this.#data = new Uint8Array(Math.min(expectedBytes, limits.groupBytes))
  }

  /** Bytes written so far. */
  get size(): number {
    return this.offsets[this.count] as number
  }

  get data(): Uint8Array {
    return this.#data.subarray(0, this.size)
  }

  /** Makes room for values of together `bytes`; nothing is allocated over the budget. */
  ensure(bytes: number): void {
    const needed = this.size + bytes
    if (needed <= this.#data.length) return
    const limit = Math.min(this.#limits.groupBytes, 0x7fff_ffff)
    if (needed > limit) throw this.#limits.exceeded('Decoded bytes', needed, 'groupBytes')
    const grown = new Uint8Array(Math.min(limit, Math.max(needed, 2 * this.#data.length, 1024)))
    grown.set(this.data)
    this.#data = grown
  }

  /** Appends one value: `source[from..to)`. */
  push(source: Uint8Array, from: number, to: number): void {
    const length = to - from
    if (length > this.#limits.cellBytes) throw this.#limits.exceeded('A cell', length, 'cellBytes')
    if (this.count + 1 >= this.offsets.length) throw new PageProblem('more values than the column declares')
    const at = this.size
    if (at + length > this.#data.length) this.ensure(length)
    if (length < 32) for (let i = 0; i < length; i++) this.#data[at + i] = source[from + i] as number
    else this.#data.set(source.subarray(from, to), at)
    this.offsets[++this.count] = at + length
  }

  /** Appends one value: the first `prefix` bytes of the value before it, then `source[from..to)`. */
  pushWithPrefix(prefix: number, source: Uint8Array, from: number, to: number): void {
    const previous = this.count === 0 ? 0 : (this.offsets[this.count - 1] as number)
    if (prefix > this.size - previous) throw new PageProblem('a value shares more bytes than the value before it has')
    const length = prefix + to - from
    if (length > this.#limits.cellBytes) throw this.#limits.exceeded('A cell', length, 'cellBytes')
    if (this.count + 1 >= this.offsets.length) throw new PageProblem('more values than the column declares')
    this.ensure(length)
    const at = this.size
    this.#data.copyWithin(at, previous, previous + prefix)
    this.#data.set(source.subarray(from, to), at + prefix)
    this.offsets[++this.count] = at + length
  }

  /** New values: those of this dictionary at `indices`, under the same limits. */
  lookUp(indices: Int32Array): ByteValues {
    const values = new ByteValues(indices.length, 0, this.#limits)
    values.gather(this, indices, indices.length)
    return values
  }

  /** Appends the values of `dictionary` at `indices`. */
  gather(dictionary: ByteValues, indices: Int32Array, count: number): void {
    let bytes = 0
    for (let i = 0; i < count; i++) {
      const index = indices[i] as number
      if (index >>> 0 >= dictionary.count) throw new PageProblem(`dictionary index ${index} where the dictionary holds ${dictionary.count}`)
      bytes += (dictionary.offsets[index + 1] as number) - (dictionary.offsets[index] as number)
    }
    this.ensure(bytes)
    const { data, offsets } = dictionary
    for (let i = 0; i < count; i++) {
      const index = indices[i] as number
      this.push(data, offsets[index] as number, offsets[index + 1] as number)
    }
  }
}
