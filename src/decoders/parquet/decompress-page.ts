import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { CompressionCodec } from 'hyparquet'
import { unsupportedFile } from '../decode-failure.js'
import { snappySize, unpackSnappy } from '../unpack-snappy.js'
import { zstdOutputBound } from '../zstd-bound.js'
import type { Hyparquet } from './load-hyparquet.js'
import { PageProblem } from './page-problem.js'

/** Above this, snappy runs outside the WASM module, whose memory only ever grows. */
const wasmLimit = 8 * 1024 * 1024

/**
 * One page, decompressed to exactly `size` bytes. No codec may write more: where the package's own decompressor has no
 * limit, the platform's is used, or the declared size is compared first.
 */
export function decompressPage(
  hyparquet: Hyparquet,
  codec: CompressionCodec,
  input: Uint8Array,
  size: number,
  groupBytes: number,
): Uint8Array {
  if (codec !== 'UNCOMPRESSED' && size === 0) return new Uint8Array(0)
  const page = inflate(hyparquet, codec, input, size, groupBytes)
  if (page.length !== size) throw new PageProblem(`a page holds ${page.length} bytes where its header says ${size}`)
  return page
}

function inflate(hyparquet: Hyparquet, codec: CompressionCodec, input: Uint8Array, size: number, groupBytes: number): Uint8Array {
  switch (codec) {
    case 'UNCOMPRESSED':
      return input
    case 'GZIP':
      return gunzipSync(input, { maxOutputLength: size })
    case 'BROTLI':
      return brotliDecompressSync(input, { maxOutputLength: size })
    case 'ZSTD': {
      const frames = zstdOutputBound(input)
      if (frames === null) throw new PageProblem('a page is not Zstandard')
      const { exact, bound } = frames
      if (exact ? bound !== size : bound > groupBytes) throw new PageProblem(`a page may hold ${bound} bytes where its header says ${size}`)
      return hyparquet.decompressZstd(input)
    }
    case 'SNAPPY': {
      if (snappySize(input) !== size) throw new PageProblem(`a page's own length differs from the ${size} bytes its header says`)
      if (size <= wasmLimit && input.length <= wasmLimit && hyparquet.compressors.SNAPPY !== undefined) {
        return hyparquet.compressors.SNAPPY(input, size)
      }
      return unpackSnappy(input, size)
    }
    case 'LZ4':
    case 'LZ4_RAW': {
      const decompress = hyparquet.compressors[codec]
      if (decompress !== undefined) return decompress(input, size)
    }
  }
  throw unsupportedFile(
    `Pages are compressed with ${codec ?? 'an unknown codec'}.`,
    'Write the file with snappy, zstd, gzip, brotli or LZ4_RAW.',
  )
}
