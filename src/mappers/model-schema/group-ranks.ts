import { hashOf } from './name-set.js'

/** Ranks 1 to 100 as bits of four words. */
const words = 4

/** At most so much is remembered per generation, of two. */
export interface GroupBounds {
  readonly groups: number
  readonly bytes: number
}
export const defaultGroupBounds: GroupBounds = { groups: 65_536, bytes: 4 << 20 }

/**
 * Which ranks each group has had so far. Bounded: groups that have not been seen for the last `groups` other ones (or
 * `bytes` of their ids) are forgotten, in row order, so that the answer does not depend on how batches are cut. The items
 * of a group usually stand together.
 */
export class GroupRanks {
  readonly #bounds: GroupBounds
  #current = new Generation()
  #before: Generation | null = null

  constructor(bounds: GroupBounds = defaultGroupBounds) {
    this.#bounds = bounds
  }

  /** Adds a rank of the group whose id these bytes are; `false` when it has been added before. */
  add(data: Uint8Array, from: number, to: number, rank: number): boolean {
    const hash = hashOf(data, from, to)
    let at = this.#current.find(data, from, to, hash)
    if (at < 0) {
      if (this.#current.count >= this.#bounds.groups || this.#current.bytes + to - from > this.#bounds.bytes) {
        this.#before = this.#current
        this.#current = new Generation()
      }
      at = this.#current.insert(data, from, to, hash)
      const old = this.#before?.find(data, from, to, hash) ?? -1
      if (this.#before !== null && old >= 0) this.#current.copyRanks(at, this.#before, old)
    }
    return this.#current.addRank(at, rank)
  }
}

/** An open hash table of ids, which lie end to end. */
class Generation {
  count = 0
  #slots = new Int32Array(1024).fill(-1)
  #hashes = new Uint32Array(512)
  #ends = new Int32Array(513)
  #ids = new Uint8Array(16_384)
  #ranks = new Int32Array(words * 512)

  get bytes(): number {
    return this.#ends[this.count] as number
  }

  find(data: Uint8Array, from: number, to: number, hash: number): number {
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = this.#slots[slot] as number
      if (at < 0 || (this.#hashes[at] === hash && this.#equals(at, data, from, to))) return at
    }
  }

  insert(data: Uint8Array, from: number, to: number, hash: number): number {
    if (this.count === this.#hashes.length) this.#grow()
    const at = this.count
    const start = this.bytes
    if (start + to - from > this.#ids.length) {
      const ids = new Uint8Array(Math.max(2 * this.#ids.length, start + to - from))
      ids.set(this.#ids)
      this.#ids = ids
    }
    this.#ids.set(data.subarray(from, to), start)
    this.#hashes[at] = hash
    this.#ends[at + 1] = start + to - from
    this.count++
    this.#place(at, hash)
    return at
  }

  addRank(at: number, rank: number): boolean {
    const word = words * at + (rank >> 5)
    const bit = 1 << (rank & 31)
    const had = this.#ranks[word] as number
    this.#ranks[word] = had | bit
    return (had & bit) === 0
  }

  copyRanks(at: number, other: Generation, from: number): void {
    for (let word = 0; word < words; word++) this.#ranks[words * at + word] = other.#ranks[words * from + word] as number
  }

  #equals(at: number, data: Uint8Array, from: number, to: number): boolean {
    const start = this.#ends[at] as number
    if ((this.#ends[at + 1] as number) - start !== to - from) return false
    for (let k = 0; k < to - from; k++) if (this.#ids[start + k] !== data[from + k]) return false
    return true
  }

  #place(at: number, hash: number): void {
    const mask = this.#slots.length - 1
    let slot = hash & mask
    while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & mask
    this.#slots[slot] = at
  }

  /** Twice the groups; slots stay half empty. */
  #grow(): void {
    const size = 2 * this.#hashes.length
    const grown = <A extends Uint32Array | Int32Array>(array: A, into: A): A => {
      into.set(array)
      return into
    }
    this.#hashes = grown(this.#hashes, new Uint32Array(size))
    this.#ends = grown(this.#ends, new Int32Array(size + 1))
    this.#ranks = grown(this.#ranks, new Int32Array(words * size))
    this.#slots = new Int32Array(2 * size).fill(-1)
    for (let at = 0; at < this.count; at++) this.#place(at, this.#hashes[at] as number)
  }
}
