/**
 * How many bytes Zstandard frames can unpack to, told from their headers alone, because the decompressor believes
 * them. `exact`: every frame declares its size; else `bound` also covers its window and the most its blocks can make.
 *
 * @returns `null` for bytes that are no Zstandard frames
 */
export function zstdOutputBound(input: Uint8Array): { readonly exact: boolean; readonly bound: number } | null {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  let exact = true
  let bound = 0
  let at = 0
  const has = (bytes: number): boolean => at + bytes <= input.length
  while (at < input.length) {
    if (!has(8)) return null
    const magic = view.getUint32(at, true)
    if (magic >>> 4 === 0x184d2a5) {
      at += 8 + view.getUint32(at + 4, true)
      continue
    }
    if (magic !== 0xfd2fb528) return null
    const flags = input[at + 4] as number
    const single = (flags >> 5) & 1
    at += 5
    let window = 0
    if (single === 0) {
      const descriptor = input[at] as number
      const base = 2 ** (10 + (descriptor >> 3))
      window = base + (base / 8) * (descriptor & 7)
      at++
    }
    at += [0, 1, 2, 4][flags & 3] as number
    const sizeBytes = flags >> 6 === 0 ? single : 2 ** (flags >> 6)
    if (!has(sizeBytes)) return null
    let declared = 0
    for (let i = sizeBytes - 1; i >= 0; i--) declared = declared * 256 + (input[at + i] as number)
    if (sizeBytes === 2) declared += 256
    at += sizeBytes
    let blocks = 0
    for (let last = false; !last; ) {
      if (!has(3)) return null
      const header = (input[at] as number) | ((input[at + 1] as number) << 8) | ((input[at + 2] as number) << 16)
      last = (header & 1) === 1
      const type = (header >> 1) & 3
      const size = header >> 3
      if (type === 3) return null
      blocks += type === 2 ? 128 * 1024 : size
      at += 3
      if (!has(type === 1 ? 1 : size)) return null
      at += type === 1 ? 1 : size
    }
    if ((flags & 4) !== 0) {
      if (!has(4)) return null
      at += 4
    }
    if (sizeBytes === 0) {
      exact = false
      bound += blocks + window
    } else bound += declared
  }
  return { exact, bound }
}
