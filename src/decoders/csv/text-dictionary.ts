import type { Dictionary } from '../../model/column.js'
import { TEXT_PADDING } from './csv-text.js'

/** Above these a column's values are no dictionary: counted in values and bytes, so that every reading gives it up alike. */
export const dictionaryLimits = Object.freeze({ values: 4096, bytes: 1024 * 1024, bytesOfAllColumns: 32 * 1024 * 1024 })

/** A search that comes by so many other values was made to be long. */
const mostSteps = 64

/**
 * The distinct values of one text column of a file, in the order they came, found again by their bytes. More than half of
 * 8,192 rows distinct would be more values than there may be.
 */
export class TextDictionary {
  readonly #id: number
  readonly #mostBytes: number
  readonly #mostValues: number
  #count = 0
  /** Index + 1 of a value, at a place that its bytes give or a later one; 0 for none. At most a quarter is taken. */
  #slots = new Int32Array(64)
  #shift = 26
  #hashes = new Int32Array(16)
  #offsets = new Int32Array(17)
  #view = newView(256)
  #told: Dictionary | null = null

  constructor(id: number, textColumns: number) {
    this.#id = id
    this.#mostBytes = Math.min(dictionaryLimits.bytes, Math.floor(dictionaryLimits.bytesOfAllColumns / textColumns))
    // Finding a value again costs memory too: less than this.
    this.#mostValues = Math.min(dictionaryLimits.values, Math.floor(this.#mostBytes / 128))
  }

  /** Distinct values so far. */
  get size(): number {
    return this.#count
  }

  /** Index of the value at `start` of `view`, which has room to read past it; added when it is new; -1 when there is no more room. */
  indexOf(view: DataView, start: number, length: number): number {
    const whole = length & ~3
    const tail = (1 << ((length & 3) << 3)) - 1
    let hash = length
    for (let i = 0; i < whole; i += 4) {
      hash = Math.imul(hash ^ view.getInt32(start + i, true), 0x9e3779b1)
      hash ^= hash >>> 15
    }
    if (tail !== 0) hash ^= view.getInt32(start + whole, true) & tail
    hash = Math.imul(hash, 0x85ebca6b)
    const slots = this.#slots
    const mask = slots.length - 1
    const values = this.#view
    const offsets = this.#offsets
    const hashes = this.#hashes
    let slot = hash >>> this.#shift
    for (let step = 0; step < mostSteps; step++, slot = (slot + 1) & mask) {
      const index = (slots[slot] as number) - 1
      if (index < 0) return this.#add(view, start, length, hash, slot)
      if (hashes[index] !== hash) continue
      const from = offsets[index] as number
      if ((offsets[index + 1] as number) - from !== length) continue
      let i = 0
      while (i < whole && values.getInt32(from + i, true) === view.getInt32(start + i, true)) i += 4
      if (i === whole && (tail === 0 || ((values.getInt32(from + i, true) ^ view.getInt32(start + i, true)) & tail) === 0)) return index
    }
    return -1
  }

  /** The values so far. They may grow; what was told stays. */
  tell(): Dictionary {
    const count = this.#count
    if (this.#told?.values.length !== count) {
      const data = new Uint8Array(this.#view.buffer, 0, this.#offsets[count])
      this.#told = {
        id: this.#id,
        values: { kind: 'utf8', length: count, validity: null, offsets: this.#offsets.subarray(0, count + 1), data },
      }
    }
    return this.#told as Dictionary
  }

  #add(view: DataView, start: number, length: number, hash: number, slot: number): number {
    const index = this.#count
    const from = this.#offsets[index] as number
    if (index === this.#mostValues || from + length > this.#mostBytes) return -1
    this.#makeRoom(from + length)
    for (let i = 0; i < length; i += 4) this.#view.setInt32(from + i, view.getInt32(start + i, true), true)
    this.#offsets[index + 1] = from + length
    this.#hashes[index] = hash
    this.#slots[slot] = ++this.#count
    if (4 * this.#count > this.#slots.length) this.#spread()
    return index
  }

  /** Told values lie in the arrays of their time: these are left, never written over. */
  #makeRoom(bytes: number): void {
    if (bytes + TEXT_PADDING > this.#view.byteLength) {
      const view = newView(2 * bytes)
      new Uint8Array(view.buffer).set(new Uint8Array(this.#view.buffer, 0, this.#offsets[this.#count]))
      this.#view = view
    }
    if (this.#count < this.#hashes.length) return
    const hashes = new Int32Array(2 * this.#count)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    const offsets = new Int32Array(2 * this.#count + 1)
    offsets.set(this.#offsets)
    this.#offsets = offsets
  }

  #spread(): void {
    const slots = new Int32Array(2 * this.#slots.length)
    this.#shift--
    for (let index = 0; index < this.#count; index++) {
      let slot = (this.#hashes[index] as number) >>> this.#shift
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1)
      slots[slot] = index + 1
    }
    this.#slots = slots
  }
}

function newView(bytes: number): DataView<ArrayBuffer> {
  return new DataView(new ArrayBuffer(bytes + TEXT_PADDING))
}
