/** Which of a 64-bit integer's two words is the lower: the host's byte order says. */
const low: 0 | 1 = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1
const high = 1 - low

/**
 * Writes `factor * scale + rest` as a 64-bit integer in two words: a bigint per cell would cost ten times as much. For
 * whole numbers from 0: `factor` below 2^34, `scale` up to 10^9, `rest` below 10^9, the sum below 2^63.
 */
export function storeInt64(words: Int32Array, row: number, factor: number, scale: number, rest: number): void {
  const upper = Math.floor(factor / 32_768)
  const lower = factor - upper * 32_768
  // factor * scale = upper * scale * 2^15 + lower * scale, each part of it exact in a double.
  const top = upper * scale
  const topHigh = Math.floor(top / 131_072)
  const sum = (top - topHigh * 131_072) * 32_768 + lower * scale + rest
  const carry = Math.floor(sum / 4_294_967_296)
  words[2 * row + low] = sum - carry * 4_294_967_296
  words[2 * row + high] = topHigh + carry
}

/** Writes an int32 as a 64-bit integer. */
export function storeInt32(words: Int32Array, row: number, value: number): void {
  words[2 * row + low] = value
  words[2 * row + high] = value >> 31
}

/** Changes the sign of the 64-bit integer there. */
export function negateInt64(words: Int32Array, row: number): void {
  const negated = -(words[2 * row + low] as number) | 0
  words[2 * row + low] = negated
  words[2 * row + high] = ~(words[2 * row + high] as number) + (negated === 0 ? 1 : 0)
}
