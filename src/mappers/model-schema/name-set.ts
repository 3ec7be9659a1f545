/** The most names a set can hold. */
export const mostNames = 512

const slotCount = 2 * mostNames

/** A small set of texts, told apart by their bytes where they lie; cleared in no time for the next cell. */
export class NameSet {
  size = 0
  #data: Uint8Array = new Uint8Array(0)
  #round = 0
  readonly #rounds = new Uint32Array(slotCount)
  readonly #starts = new Int32Array(slotCount)
  readonly #ends = new Int32Array(slotCount)

  /** Empties the set; names of `data` follow. */
  clear(data: Uint8Array): void {
    this.#data = data
    this.#round++
    this.size = 0
  }

  /** `false` for a name that is there already. */
  add(from: number, to: number): boolean {
    const slot = this.#find(this.#data, from, to)
    if (this.#rounds[slot] === this.#round) return false
    this.#rounds[slot] = this.#round
    this.#starts[slot] = from
    this.#ends[slot] = to
    this.size++
    return true
  }

  /** Is a name of other bytes there? */
  has(data: Uint8Array, from: number, to: number): boolean {
    return this.#rounds[this.#find(data, from, to)] === this.#round
  }

  /** The slot of the name, or the free one where it would go. */
  #find(data: Uint8Array, from: number, to: number): number {
    let slot = hashOf(data, from, to) & (slotCount - 1)
    while (this.#rounds[slot] === this.#round && !this.#equals(slot, data, from, to)) slot = (slot + 1) & (slotCount - 1)
    return slot
  }

  #equals(slot: number, data: Uint8Array, from: number, to: number): boolean {
    const start = this.#starts[slot] as number
    if ((this.#ends[slot] as number) - start !== to - from) return false
    for (let k = 0; k < to - from; k++) if (this.#data[start + k] !== data[from + k]) return false
    return true
  }
}

/** FNV-1a with its bits mixed: 32 bits. */
export function hashOf(data: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (data[i] as number), 0x01000193)
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2c1b3c6d) >>> 0
}
