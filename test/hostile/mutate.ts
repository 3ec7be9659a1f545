/** One way to damage a file. */
export type Mutation =
  /** Only the first `length` bytes are there. */
  | { readonly kind: 'cut'; readonly length: number }
  | { readonly kind: 'flip'; readonly bit: number }
  /** A little-endian integer of 32 bits is written over what is there. */
  | { readonly kind: 'word'; readonly at: number; readonly value: number }

export function mutate(bytes: Uint8Array, mutation: Mutation): Uint8Array {
  if (mutation.kind === 'cut') return bytes.slice(0, mutation.length)
  const damaged = bytes.slice()
  if (mutation.kind === 'flip') {
    const at = mutation.bit >> 3
    damaged[at] = (damaged[at] as number) ^ (1 << (mutation.bit & 7))
  } else new DataView(damaged.buffer).setUint32(mutation.at, mutation.value >>> 0, true)
  return damaged
}

/** The bytes that a mutation changes, `from` to `to`; all from the cut on for a cut. */
export function changed(mutation: Mutation, size: number): readonly [from: number, to: number] {
  switch (mutation.kind) {
    case 'cut':
      return [mutation.length, size]
    case 'flip':
      return [mutation.bit >> 3, (mutation.bit >> 3) + 1]
    default:
      return [mutation.at, mutation.at + 4]
  }
}

const edges = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 24, 0x80, 0xffff]

/** The same mutations for the same seed: cuts `cutEvery` bytes apart, then flips and overwritten words at random places. */
export function mutationsOf(
  size: number,
  seed: number,
  { cutEvery, flips, words }: { cutEvery: number; flips: number; words: number },
): Mutation[] {
  const random = mulberry32(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const mutations: Mutation[] = []
  for (let length = cutEvery === 1 ? 0 : below(cutEvery); length < size; length += cutEvery) mutations.push({ kind: 'cut', length })
  for (let i = 0; i < flips; i++) mutations.push({ kind: 'flip', bit: below(8 * size) })
  for (let i = 0; i < words; i++) {
    const value = i % 2 === 0 ? (edges[below(edges.length)] as number) : below(2 ** 32)
    mutations.push({ kind: 'word', at: below(size - 3), value })
  }
  return mutations
}

/** A small generator of numbers from 0 to 1, by its public-domain description. */
function mulberry32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
