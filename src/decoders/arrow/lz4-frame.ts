import { unpackLz4Block } from './lz4-block.js'
import { xxhash32 } from './xxhash32.js'

const frameMagic = 0x184d2204
/** The magic numbers of frames to be stepped over, without their last four bits. */
const skippedMagic = 0x184d2a5
const mostBlockBytes = [0, 0, 0, 0, 64 * 1024, 256 * 1024, 1024 * 1024, 4 * 1024 * 1024]

/**
 * Unpacks LZ4 frames to exactly `size` bytes; nothing more is ever written. Checksums of header, blocks and content are
 * verified where the frame has them.
 *
 * @throws RangeError for bytes that are no LZ4 frames of that size
 */
export function unpackLz4Frames(input: Uint8Array, size: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const output = new Uint8Array(size)
  let at = 0
  let out = 0
  while (at < input.length) {
    const magic = view.getUint32(at, true)
    if (magic >>> 4 === skippedMagic) {
      at += 8 + view.getUint32(at + 4, true)
      if (at > input.length) throw new RangeError('An LZ4 frame ends beyond its bytes.')
      continue
    }
    if (magic !== frameMagic) throw new RangeError('There is no LZ4 frame.')
    const frame = unpackFrame(view, at, output, out)
    at = frame.end
    out = frame.out
  }
  if (out !== size) throw new RangeError(`LZ4 frames hold ${out} bytes where ${size} were announced.`)
  return output
}

/** @param at of the frame's magic number */
function unpackFrame(view: DataView, at: number, output: Uint8Array, start: number): { readonly end: number; readonly out: number } {
  const bytes = (from: number, length: number): Uint8Array => new Uint8Array(view.buffer, view.byteOffset + from, length)
  const flags = view.getUint8(at + 4)
  const hasSize = (flags & 8) !== 0
  const hasDictionary = (flags & 1) !== 0
  if (flags >> 6 !== 1 || (flags & 2) !== 0) throw new RangeError('An LZ4 frame is of an unknown version.')
  if (hasDictionary) throw new RangeError('An LZ4 frame needs a dictionary.')
  const descriptor = view.getUint8(at + 5)
  const mostBytes = mostBlockBytes[(descriptor >> 4) & 7] as number
  if (mostBytes === 0 || (descriptor & 0x8f) !== 0) throw new RangeError('An LZ4 frame has an unknown block size.')
  let next = at + 6
  let announced: number | null = null
  if (hasSize) {
    announced = view.getUint32(next, true) + 2 ** 32 * view.getUint32(next + 4, true)
    next += 8
  }
  if (view.getUint8(next) !== ((xxhash32(bytes(at + 4, next - at - 4)) >> 8) & 0xff))
    throw new RangeError('An LZ4 frame has a damaged header.')
  next++

  const independent = (flags & 32) !== 0
  const blockChecksums = (flags & 16) !== 0
  let out = start
  for (;;) {
    const word = view.getUint32(next, true)
    next += 4
    if (word === 0) break
    const length = word & 0x7fffffff
    if (length > mostBytes || next + length > view.byteLength) throw new RangeError('An LZ4 block is longer than its frame.')
    const block = bytes(next, length)
    const blockStart = out
    if (word >>> 31 === 1) {
      if (length > output.length - out) throw new RangeError('An LZ4 frame holds more than it says.')
      output.set(block, out)
      out += length
    } else out = unpackLz4Block(block, output, out, independent ? out : start)
    if (out - blockStart > mostBytes) throw new RangeError('An LZ4 block holds more than its frame allows.')
    next += length
    if (blockChecksums) {
      if (view.getUint32(next, true) !== xxhash32(block)) throw new RangeError('An LZ4 block is damaged: its checksum differs.')
      next += 4
    }
  }
  if (announced !== null && announced !== out - start) throw new RangeError('An LZ4 frame holds another size than it says.')
  if ((flags & 4) !== 0) {
    if (view.getUint32(next, true) !== xxhash32(output.subarray(start, out)))
      throw new RangeError('An LZ4 frame is damaged: its checksum differs.')
    next += 4
  }
  return { end: next, out }
}
