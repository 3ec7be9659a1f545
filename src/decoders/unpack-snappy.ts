/**
 * Unpacks one Snappy block to exactly its `size`; nothing more is ever written, and every step goes forward.
 *
 * @param size what the block declares of itself (`snappySize`), held against a budget by the caller
 * @throws RangeError for bytes that are no Snappy block of that size
 */
export function unpackSnappy(input: Uint8Array, size: number): Uint8Array {
  const { length } = input
  const output = new Uint8Array(size)
  let next = 0
  while (next < length && (input[next++] as number) >= 0x80);
  let out = 0
  while (next < length) {
    const tag = input[next++] as number
    const kind = tag & 3
    if (kind === 0) {
      let literal = (tag >> 2) + 1
      if (literal > 60) {
        const bytes = literal - 60
        if (next + bytes > length) throw new RangeError('A Snappy block ends inside a length.')
        literal = 1
        // Not by shifts: four bytes may say more than 31 bits hold.
        for (let i = bytes - 1, scale = 256 ** i; i >= 0; i--, scale /= 256) literal += (input[next + i] as number) * scale
        next += bytes
      }
      if (literal > length - next || literal > size - out) throw new RangeError('A Snappy block has literals beyond its end.')
      if (literal > 32) output.set(input.subarray(next, next + literal), out)
      else for (let i = 0; i < literal; i++) output[out + i] = input[next + i] as number
      next += literal
      out += literal
      continue
    }
    const bytes = kind === 3 ? 4 : kind
    if (next + bytes > length) throw new RangeError('A Snappy block ends inside a copy.')
    const copied = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    let distance = kind === 1 ? (tag >> 5) * 256 : 0
    for (let i = 0, scale = 1; i < bytes; i++, scale *= 256) distance += (input[next + i] as number) * scale
    next += bytes
    if (distance === 0 || distance > out) throw new RangeError('A Snappy block copies from before its start.')
    if (copied > size - out) throw new RangeError('A Snappy block holds more than it says.')
    // Byte by byte, because a copy may overlap what it makes.
    for (let i = 0, from = out - distance; i < copied; i++) output[out + i] = output[from + i] as number
    out += copied
  }
  if (out !== size) throw new RangeError(`A Snappy block holds ${out} bytes where it says ${size}.`)
  return output
}

/** The length that a Snappy block declares of itself; -1 where it declares none. */
export function snappySize(input: Uint8Array): number {
  let size = 0
  for (let i = 0, scale = 1; i < Math.min(5, input.length); i++, scale *= 128) {
    const byte = input[i] as number
    size += (byte & 0x7f) * scale
    if (byte < 0x80) return size
  }
  return -1
}
