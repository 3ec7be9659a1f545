/** LZ4 frames, read a byte at a time and without looking at checksums: slow, and nothing like what it is compared with. */
export function simpleLz4(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const flags = view.getUint8(4)
  const output: number[] = []
  let at = (flags & 8) === 0 ? 7 : 15
  for (let size = view.getUint32(at, true); size !== 0; size = view.getUint32(at, true)) {
    at += 4
    const end = at + (size & 0x7fffffff)
    if (size >>> 31 === 1) while (at < end) output.push(view.getUint8(at++))
    while (at < end) {
      const token = view.getUint8(at++)
      const long = (nibble: number): number => {
        if (nibble < 15) return nibble
        let length = 15
        let byte: number
        do {
          byte = view.getUint8(at++)
          length += byte
        } while (byte === 255)
        return length
      }
      for (let left = long(token >> 4); left > 0; left--) output.push(view.getUint8(at++))
      if (at >= end) break
      const distance = view.getUint16(at, true)
      at += 2
      for (let left = long(token & 15) + 4; left > 0; left--) output.push(output[output.length - distance] as number)
    }
    at = end + ((flags & 16) === 0 ? 0 : 4)
  }
  return Uint8Array.from(output)
}
