import type { Encoding } from 'hyparquet'
import { unsupportedFile } from '../decode-failure.js'
import { ByteValues } from './byte-values.js'
import { readDeltaPacked } from './delta-packed.js'
import type { FixedValues } from './fixed-values.js'
import { PageProblem } from './page-problem.js'
import { readHybrid } from './rle-hybrid.js'

/** The values part of one decompressed page. */
export interface PageValues {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  readonly encoding: Encoding
  /** Present values: those whose definition level is the highest. */
  readonly count: number
}

/** Appends a page's values, in any encoding but the dictionary ones. `boolean`: the physical type is BOOLEAN. */
export function readPageValues(page: PageValues, into: FixedValues | ByteValues, boolean: boolean): void {
  if (page.count === 0) return
  if (into instanceof ByteValues) readBytes(page, into)
  else if (boolean) readBooleans(page, into)
  else readFixed(page, into)
}

/** The indices of a dictionary-encoded page. */
export function readIndices({ bytes, start, end, count }: PageValues): Int32Array {
  const indices = new Int32Array(count)
  if (count === 0) return indices
  if (start >= end) throw new PageProblem('a page without its bit width')
  readHybrid(bytes, start + 1, end, bytes[start] as number, indices, count)
  return indices
}

function noSuchEncoding(encoding: Encoding | undefined): Error {
  return unsupportedFile(
    `Values are encoded as ${encoding ?? 'something unknown'}.`,
    'Write the file with the encodings PLAIN, RLE_DICTIONARY, DELTA or BYTE_STREAM_SPLIT.',
  )
}

function readBooleans({ bytes, start, end, encoding, count }: PageValues, into: FixedValues): void {
  const target = into.reserve(count)
  if (encoding === 'PLAIN') {
    if (start + Math.ceil(count / 8) > end) throw new PageProblem('values end past the end of the page')
    for (let i = 0; i < count; i++) target[i] = ((bytes[start + (i >> 3)] as number) >> (i & 7)) & 1
  } else if (encoding === 'RLE') {
    const part = prefixed(bytes, start, end)
    readHybrid(bytes, part.start, part.end, 1, target, count)
  } else throw noSuchEncoding(encoding)
}

/** A part of a page that is preceded by its length in 4 bytes. */
export function prefixed(bytes: Uint8Array, start: number, end: number): { readonly start: number; readonly end: number } {
  if (start + 4 > end) throw new PageProblem('a page ends before its levels')
  const length = new DataView(bytes.buffer, bytes.byteOffset + start, 4).getUint32(0, true)
  if (length > end - start - 4) throw new PageProblem('levels end past the end of the page')
  return { start: start + 4, end: start + 4 + length }
}

function readFixed({ bytes, start, end, encoding, count }: PageValues, into: FixedValues): void {
  const { width } = into
  switch (encoding) {
    case 'PLAIN':
      if (count * width > end - start) throw new PageProblem('values end past the end of the page')
      into.reserve(count).set(bytes.subarray(start, start + count * width))
      return
    case 'BYTE_STREAM_SPLIT': {
      if (count * width > end - start) throw new PageProblem('values end past the end of the page')
      const target = into.reserve(count)
      for (let byte = 0; byte < width; byte++) {
        for (let i = 0, from = start + byte * count; i < count; i++) target[i * width + byte] = bytes[from + i] as number
      }
      return
    }
    case 'DELTA_BINARY_PACKED': {
      if (width !== 4 && width !== 8) throw noSuchEncoding(encoding)
      const values = width === 4 ? new Int32Array(count) : new BigInt64Array(count)
      readDeltaPacked(bytes, start, end, values)
      into.reserve(count).set(new Uint8Array(values.buffer))
      return
    }
    case 'DELTA_BYTE_ARRAY': {
      const values = new ByteValues(count, count * width, {
        cellBytes: width,
        groupBytes: count * width,
        exceeded: () => new PageProblem('a value is longer than its type'),
      })
      readPrefixed({ bytes, start, end, encoding, count }, values)
      if (values.size !== count * width) throw new PageProblem('a value is shorter than its type')
      into.reserve(count).set(values.data)
      return
    }
    default:
      throw noSuchEncoding(encoding)
  }
}

function readBytes(page: PageValues, into: ByteValues): void {
  const { bytes, start, end, encoding, count } = page
  switch (encoding) {
    case 'PLAIN': {
      into.ensure(Math.max(0, end - start - 4 * count))
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      let at = start
      for (let i = 0; i < count; i++) {
        if (at + 4 > end) throw new PageProblem('values end past the end of the page')
        const length = view.getUint32(at, true)
        at += 4
        if (length > end - at) throw new PageProblem('a value ends past the end of the page')
        into.push(bytes, at, at + length)
        at += length
      }
      return
    }
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      const lengths = new Int32Array(count)
      let at = readDeltaPacked(bytes, start, end, lengths)
      for (const length of lengths) {
        if (length < 0 || length > end - at) throw new PageProblem('a value ends past the end of the page')
        into.push(bytes, at, at + length)
        at += length
      }
      return
    }
    case 'DELTA_BYTE_ARRAY':
      readPrefixed(page, into)
      return
    default:
      throw noSuchEncoding(encoding)
  }
}

/** DELTA_BYTE_ARRAY: each value repeats the beginning of the one before it. The first of a page repeats nothing. */
function readPrefixed({ bytes, start, end, count }: PageValues, into: ByteValues): void {
  const prefixes = new Int32Array(count)
  const suffixes = new Int32Array(count)
  let at = readDeltaPacked(bytes, readDeltaPacked(bytes, start, end, prefixes), end, suffixes)
  for (let i = 0; i < count; i++) {
    const prefix = prefixes[i] as number
    const suffix = suffixes[i] as number
    if (prefix < 0 || (i === 0 && prefix > 0)) throw new PageProblem('a value shares bytes with none')
    if (suffix < 0 || suffix > end - at) throw new PageProblem('a value ends past the end of the page')
    into.pushWithPrefix(prefix, bytes, at, at + suffix)
    at += suffix
  }
}
