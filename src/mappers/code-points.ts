/** Characters of a text: bytes that begin a UTF-8 sequence. */
export function codePoints(data: Uint8Array, from: number, to: number): number {
  let count = 0
  for (let i = from; i < to; i++) if (((data[i] as number) & 0xc0) !== 0x80) count++
  return count
}

/** Has a text more characters than this? Counts only where its bytes leave a doubt. */
export function isLonger(data: Uint8Array, from: number, to: number, limit: number): boolean {
  const bytes = to - from
  return bytes > limit && (bytes > 4 * limit || codePoints(data, from, to) > limit)
}

/** Where the first `count` characters end. */
export function endOfCodePoints(data: Uint8Array, from: number, to: number, count: number): number {
  let left = count
  let at = from
  for (; at < to; at++) if (((data[at] as number) & 0xc0) !== 0x80 && left-- === 0) break
  return at
}
