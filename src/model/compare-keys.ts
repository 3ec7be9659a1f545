/**
 * Order of keys as S3 lists them: by UTF-8 bytes, which differs from JavaScript's UTF-16 order where surrogate pairs
 * meet U+E000 to U+FFFF.
 *
 * @returns negative, 0 or positive
 */
export function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const xHigh = x >= 0xd800 && x <= 0xdfff
    const yHigh = y >= 0xd800 && y <= 0xdfff
    // A surrogate stands for U+10000 and above: after every other unit in UTF-8, before U+E000 in UTF-16.
    if (xHigh !== yHigh) return xHigh ? 1 : -1
    return x - y
  }
  return a.length - b.length
}
