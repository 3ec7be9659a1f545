const prime1 = 0x9e3779b1
const prime2 = 0x85ebca77
const prime3 = 0xc2b2ae3d
const prime4 = 0x27d4eb2f
const prime5 = 0x165667b1

/** xxHash, 32 bits, seed 0: the checksum inside LZ4 frames. */
export function xxhash32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { length } = bytes
  let at = 0
  let hash: number
  if (length >= 16) {
    let a = (prime1 + prime2) | 0
    let b = prime2 | 0
    let c = 0
    let d = -prime1 | 0
    for (; at + 16 <= length; at += 16) {
      a = lane(a, view.getUint32(at, true))
      b = lane(b, view.getUint32(at + 4, true))
      c = lane(c, view.getUint32(at + 8, true))
      d = lane(d, view.getUint32(at + 12, true))
    }
    hash = (turn(a, 1) + turn(b, 7) + turn(c, 12) + turn(d, 18)) | 0
  } else hash = prime5
  hash = (hash + length) | 0
  for (; at + 4 <= length; at += 4) hash = Math.imul(turn(hash + Math.imul(view.getUint32(at, true), prime3), 17), prime4)
  for (; at < length; at++) hash = Math.imul(turn(hash + Math.imul(view.getUint8(at), prime5), 11), prime1)
  hash = Math.imul(hash ^ (hash >>> 15), prime2)
  hash = Math.imul(hash ^ (hash >>> 13), prime3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function lane(sum: number, word: number): number {
  return Math.imul(turn(sum + Math.imul(word, prime2), 13), prime1)
}

function turn(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
