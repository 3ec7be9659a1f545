import { PageProblem } from './page-problem.js'
import { bitsAt, readVarint } from './rle-hybrid.js'

/** A zigzag LEB128 of at most 64 bits. */
function readZigzag(bytes: Uint8Array, at: number, end: number): { readonly value: bigint; readonly at: number } {
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (at >= end) throw new PageProblem('a delta runs past the end of the page')
    const byte = bytes[at++] as number
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return { value: (value >> 1n) ^ -(value & 1n), at }
  }
  throw new PageProblem('a delta is over 64 bits')
}

/**
 * DELTA_BINARY_PACKED: fills `out` and returns where the encoding ended. Sums wrap in two's complement, as the format
 * says; the declared number of values must be that of `out`.
 */
export function readDeltaPacked(bytes: Uint8Array, start: number, end: number, out: Int32Array | BigInt64Array): number {
  const blockSize = readVarint(bytes, start, end)
  const miniblocks = readVarint(bytes, blockSize.at, end)
  const total = readVarint(bytes, miniblocks.at, end)
  const first = readZigzag(bytes, total.at, end)
  const perMiniblock = blockSize.value / miniblocks.value
  if (!(miniblocks.value > 0 && perMiniblock > 0 && perMiniblock % 8 === 0 && blockSize.value <= 0xff_ffff)) {
    throw new PageProblem('the shape of a delta block is not lawful')
  }
  if (total.value !== out.length) throw new PageProblem(`${total.value} deltas where ${out.length} values were expected`)
  let { at } = first
  if (out.length === 0) return at
  const put =
    out instanceof Int32Array
      ? (i: number, value: bigint): void => {
          out[i] = Number(BigInt.asIntN(32, value))
        }
      : (i: number, value: bigint): void => {
          out[i] = value
        }
  let value = first.value
  put(0, value)
  let done = 1
  while (done < out.length) {
    const minimum = readZigzag(bytes, at, end)
    const widths = minimum.at
    at = widths + miniblocks.value
    if (at > end) throw new PageProblem('a delta block ends past the end of the page')
    for (let block = 0; block < miniblocks.value && done < out.length; block++) {
      const width = bytes[widths + block] as number
      if (width > 64) throw new PageProblem(`deltas of ${width} bits`)
      const take = Math.min(perMiniblock, out.length - done)
      if (at + Math.ceil((take * width) / 8) > end) throw new PageProblem('deltas end past the end of the page')
      const packed = bytes.subarray(at, end)
      for (let i = 0, bit = 0; i < take; i++, bit += width) {
        const delta =
          width <= 32
            ? BigInt(bitsAt(packed, bit, width))
            : BigInt(bitsAt(packed, bit, 32)) | (BigInt(bitsAt(packed, bit + 32, width - 32)) << 32n)
        value = BigInt.asIntN(64, value + minimum.value + delta)
        put(done++, value)
      }
      at += (perMiniblock / 8) * width
    }
  }
  return Math.min(at, end)
}
