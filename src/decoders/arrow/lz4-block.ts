/**
 * Unpacks one LZ4 block into `output` from `at` on. Matches may reach back to `from`, not before it.
 *
 * @returns where the block's bytes end in `output`
 * @throws RangeError for a block that reads beyond its input, writes beyond the output or copies from before `from`
 */
export function unpackLz4Block(input: Uint8Array, output: Uint8Array, at: number, from: number): number {
  const { length } = input
  const limit = output.length
  let next = 0
  let out = at
  for (;;) {
    if (next >= length) throw new RangeError('An LZ4 block ends without its last literals.')
    const token = input[next++] as number
    let literals = token >> 4
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (next >= length) throw new RangeError('An LZ4 block ends inside a length.')
        more = input[next++] as number
      }
    }
    if (literals > length - next || literals > limit - out) throw new RangeError('An LZ4 block has literals beyond its end.')
    if (literals > 32) output.set(input.subarray(next, next + literals), out)
    else for (let i = 0; i < literals; i++) output[out + i] = input[next + i] as number
    next += literals
    out += literals
    if (next === length) return out

    if (next + 2 > length) throw new RangeError('An LZ4 block ends inside a match.')
    const distance = (input[next] as number) | ((input[next + 1] as number) << 8)
    next += 2
    let matched = token & 15
    if (matched === 15) {
      for (let more = 255; more === 255; matched += more) {
        if (next >= length) throw new RangeError('An LZ4 block ends inside a length.')
        more = input[next++] as number
      }
    }
    matched += 4
    const source = out - distance
    if (distance === 0 || source < from) throw new RangeError('An LZ4 block copies from before its start.')
    if (matched > limit - out) throw new RangeError('An LZ4 block holds more than it says.')
    if (distance >= matched && matched > 32) output.copyWithin(out, source, source + matched)
    // Byte by byte, because a match may overlap what it makes.
    else for (let i = 0; i < matched; i++) output[out + i] = output[source + i] as number
    out += matched
  }
}
