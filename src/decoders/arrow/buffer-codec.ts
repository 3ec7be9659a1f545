import * as zlib from 'node:zlib'
import { zstdOutputBound } from '../zstd-bound.js'
import { unpackLz4Frames } from './lz4-frame.js'

/** How the buffers of a message are compressed, each by itself. */
export type BufferCompression = 'lz4' | 'zstd'

/**
 * Unpacks one buffer to exactly `size` bytes, which the caller has held against its budgets, in memory of its own.
 * Throws whatever the format's decompressor does for damaged bytes.
 */
export type UnpackBuffer = (stored: Uint8Array, size: number) => Uint8Array

/** Newer than the oldest Node this package runs on, and than the types it is built with. */
type NativeZstd = (input: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array
const nativeZstd = (zlib as { readonly zstdDecompressSync?: NativeZstd }).zstdDecompressSync

/** @param groupBytes no decompressor may hold more, whatever the bytes say of themselves */
export async function bufferCodec(compression: BufferCompression, groupBytes: number): Promise<UnpackBuffer> {
  if (compression === 'lz4') return unpackLz4Frames
  const unpack =
    nativeZstd === undefined
      ? await scriptZstd(groupBytes)
      : (stored: Uint8Array, size: number) => nativeZstd(stored, { maxOutputLength: size })
  return (stored, size) => {
    // An empty output has no limit to give.
    if (size === 0) return new Uint8Array(0)
    const output = unpack(stored, size)
    if (output.length !== size) throw new RangeError(`Zstandard frames hold ${output.length} bytes where ${size} were announced.`)
    // A column never views a pool.
    return output.byteLength === output.buffer.byteLength ? output : output.slice()
  }
}

async function scriptZstd(groupBytes: number): Promise<UnpackBuffer> {
  const { decompressZstd } = await import('hyparquet-compressors')
  return (stored, size) => {
    const frames = zstdOutputBound(stored)
    // It believes the frames' headers.
    if (frames === null || (frames.exact ? frames.bound !== size : frames.bound > groupBytes)) {
      throw new RangeError(`Zstandard frames do not hold the ${size} bytes that were announced.`)
    }
    return decompressZstd(stored)
  }
}
