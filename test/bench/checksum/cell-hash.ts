const multiplier = 0x85ebca6b
const finisher = 0xc2b2ae35

const float64 = new Float64Array(1)
const float32 = new Float32Array(1)
const float64Words = new Uint32Array(float64.buffer)
const float32Words = new Uint32Array(float32.buffer)
const encoder = new TextEncoder()

/** What makes equal values of two columns differ. */
export const seedOf = (slot: number): number => Math.imul(slot + 1, 0x9e3779b1)

/** The hash of a cell that has no value. */
export const nullHash = (seed: number): number => Math.imul(seed ^ 0x6e756c6c, multiplier)

/** Of the two words of a float64. */
export function wordsHash(low: number, high: number, seed: number): number {
  let h = Math.imul(low ^ seed, multiplier)
  h = Math.imul(h ^ (h >>> 15) ^ high, finisher)
  return h ^ (h >>> 13)
}

/** Of the bits of a number as float64, whatever type it came from. */
export function numberHash(value: number, seed: number): number {
  float64[0] = value
  return wordsHash(float64Words[0] as number, float64Words[1] as number, seed)
}

/** Of UTF-8 bytes `from` (inclusive) to `to` (exclusive), four at a time. */
export function bytesHash(data: Uint8Array, from: number, to: number, seed: number): number {
  let h = seed ^ (to - from)
  let i = from
  for (; i + 4 <= to; i += 4) {
    const word = (data[i] as number) | ((data[i + 1] as number) << 8) | ((data[i + 2] as number) << 16) | ((data[i + 3] as number) << 24)
    h = Math.imul(h ^ word, multiplier)
    h ^= h >>> 15
  }
  let rest = 0
  for (let shift = 0; i < to; i++, shift += 8) rest |= (data[i] as number) << shift
  h = Math.imul(h ^ rest, finisher)
  return h ^ (h >>> 13)
}

/** Of a string: as {@link bytesHash} of its UTF-8 bytes, which ASCII text need not be encoded for. */
export function textHash(text: string, seed: number): number {
  const { length } = text
  let h = seed ^ length
  let seen = 0
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const a = text.charCodeAt(i)
    const b = text.charCodeAt(i + 1)
    const c = text.charCodeAt(i + 2)
    const d = text.charCodeAt(i + 3)
    seen |= a | b | c | d
    h = Math.imul(h ^ (a | (b << 8) | (c << 16) | (d << 24)), multiplier)
    h ^= h >>> 15
  }
  let rest = 0
  for (let shift = 0; i < length; i++, shift += 8) {
    const code = text.charCodeAt(i)
    seen |= code
    rest |= code << shift
  }
  if (seen > 127) {
    const bytes = encoder.encode(text)
    return bytesHash(bytes, 0, bytes.length, seed)
  }
  h = Math.imul(h ^ rest, finisher)
  return h ^ (h >>> 13)
}

/** Of a vector's values `from` (inclusive) to `to` (exclusive) as float32, in order. */
export function vectorHash(values: ArrayLike<number>, from: number, to: number, seed: number): number {
  let h = seed ^ (to - from)
  for (let i = from; i < to; i++) {
    float32[0] = values[i] as number
    h = Math.imul(h ^ (float32Words[0] as number), multiplier)
    h ^= h >>> 15
  }
  return h
}
