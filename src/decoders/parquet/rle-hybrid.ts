import { PageProblem } from './page-problem.js'

/** `width` (at most 32) bits from bit `at` on, least significant first, as an unsigned number; bytes past `end` read as 0. */
export function bitsAt(bytes: Uint8Array, at: number, width: number): number {
  const byte = at >>> 3
  const shift = at & 7
  const low =
    ((bytes[byte] ?? 0) | ((bytes[byte + 1] ?? 0) << 8) | ((bytes[byte + 2] ?? 0) << 16) | ((bytes[byte + 3] ?? 0) << 24)) >>> shift
  const value = shift + width > 32 ? low | ((bytes[byte + 4] ?? 0) << (32 - shift)) : low
  return width === 32 ? value >>> 0 : value & (2 ** width - 1)
}

/** An unsigned LEB128 of at most 32 bits; returns the value and where it ended. */
export function readVarint(bytes: Uint8Array, at: number, end: number): { readonly value: number; readonly at: number } {
  let value = 0
  for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
    if (at >= end) throw new PageProblem('a length runs past the end of the page')
    const byte = bytes[at++] as number
    value += (byte & 0x7f) * scale
    if (byte < 0x80) {
      if (value > 0xffff_ffff) break
      return { value, at }
    }
  }
  throw new PageProblem('a length is over 32 bits')
}

/**
 * Unpacks `count` values of the run-length and bit-packing hybrid into `out`, from `out[0]` on. Never writes past
 * `count`, whatever the runs claim.
 */
export function readHybrid(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  out: Uint8Array | Int32Array,
  count: number,
): void {
  if (width > 32) throw new PageProblem(`values of ${width} bits`)
  let at = start
  let done = 0
  while (done < count) {
    const header = readVarint(bytes, at, end)
    at = header.at
    if ((header.value & 1) === 0) {
      const run = header.value >>> 1
      const size = (width + 7) >> 3
      if (run > count - done) throw new PageProblem(`a run of ${run} values where ${count - done} are left`)
      if (at + size > end) throw new PageProblem('a run ends past the end of the page')
      out.fill(bitsAt(bytes.subarray(at, at + size), 0, 8 * size), done, done + run)
      at += size
      done += run
      continue
    }
    const packed = (header.value >>> 1) * 8
    const take = Math.min(packed, count - done)
    if (at + Math.ceil((take * width) / 8) > end) throw new PageProblem('packed values end past the end of the page')
    if (width === 1) {
      for (let i = 0; i < take; i++) out[done + i] = ((bytes[at + (i >> 3)] as number) >> (i & 7)) & 1
    } else if (out instanceof Int32Array && width <= 24) unpackInt32(bytes, at, width, out, done, take)
    else {
      const run = bytes.subarray(at, end)
      for (let i = 0, bit = 0; i < take; i++, bit += width) out[done + i] = bitsAt(run, bit, width)
    }
    at += (packed / 8) * width
    done += take
  }
}

/** A quarter of a file of dictionaries went by in `bitsAt`; with the bits at hand kept between values it is a twentieth. */
function unpackInt32(bytes: Uint8Array, start: number, width: number, out: Int32Array, from: number, count: number): void {
  const mask = (1 << width) - 1
  let at = start
  let bits = 0
  let held = 0
  for (let i = from, to = from + count; i < to; i++) {
    while (held < width) {
      bits |= (bytes[at++] as number) << held
      held += 8
    }
    out[i] = bits & mask
    bits >>>= width
    held -= width
  }
}
