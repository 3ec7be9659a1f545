import * as zlib from 'node:zlib'
import type { Budgets } from '../../model/budgets.js'
import { formatBytes } from '../../util/bytes.js'
import { overBudget, unsupportedFile } from '../decode-failure.js'
import { snappySize, unpackSnappy } from '../unpack-snappy.js'
import { zstdOutputBound } from '../zstd-bound.js'
import { BlockProblem } from './block-problem.js'

/** The bytes of one block, decompressed; never more than the budgets allow, which is checked before allocating. */
export type InflateBlock = (stored: Uint8Array) => Promise<Uint8Array>

/** Amplification is judged above this. */
const freeBytes = 64 * 1024 * 1024

type Zlib = (
  input: Uint8Array,
  options: { readonly maxOutputLength: number },
  done: (error: Error | null, output: Uint8Array) => void,
) => void

/**
 * The decompressor of a codec, by its name in the header.
 *
 * @throws DecodeError `FORMAT_UNSUPPORTED` for a codec that is not read, by name
 */
export async function inflater(codec: string, { groupBytes, amplification }: Budgets): Promise<InflateBlock> {
  const limitOf = (stored: Uint8Array): number => Math.min(groupBytes, Math.max(freeBytes, stored.length * amplification))
  const tooLarge = (stored: Uint8Array, cause?: unknown): Error => {
    const limit = limitOf(stored)
    if (limit === groupBytes) return overBudget('Bytes of an unpacked block', limit + 1, 'groupBytes', groupBytes, { cause })
    const ratio = Math.ceil(limit / Math.max(1, stored.length))
    return overBudget(`Unpacked bytes per stored byte of a block of ${formatBytes(stored.length)}`, ratio, 'amplification', amplification, {
      cause,
    })
  }
  const through =
    (inflate: Zlib): InflateBlock =>
    (stored) =>
      new Promise((resolve, reject) => {
        inflate(stored, { maxOutputLength: limitOf(stored) }, (error, output) => {
          if (error === null) resolve(output)
          else if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') reject(tooLarge(stored, error))
          else reject(new BlockProblem('it could not be decompressed', { cause: error }))
        })
      })
  switch (codec) {
    case 'null':
      return async (stored) => stored
    case 'deflate':
      return through(zlib.inflateRaw)
    case 'zstandard': {
      const { decompressZstd } = await import('hyparquet-compressors')
      return async (stored) => {
        const frames = zstdOutputBound(stored)
        if (frames === null) throw new BlockProblem('it is not Zstandard')
        if (frames.bound > limitOf(stored)) throw tooLarge(stored)
        try {
          return decompressZstd(stored)
        } catch (cause) {
          throw new BlockProblem('it could not be decompressed', { cause })
        }
      }
    }
    case 'snappy':
      return async (stored) => {
        const end = stored.length - 4
        const block = stored.subarray(0, end)
        const size = end < 1 ? -1 : snappySize(block)
        if (size < 0) throw new BlockProblem('it has no Snappy length')
        if (size > limitOf(stored)) throw tooLarge(stored)
        let output: Uint8Array
        try {
          output = unpackSnappy(block, size)
        } catch (cause) {
          throw new BlockProblem('it could not be decompressed', { cause })
        }
        const checksum = new DataView(stored.buffer, stored.byteOffset + end, 4).getUint32(0)
        if (zlib.crc32(output) !== checksum) throw new BlockProblem('its checksum does not match')
        return output
      }
  }
  const shown = /^[\w.-]{1,32}$/.test(codec) ? `"${codec}"` : 'of an unknown name'
  throw unsupportedFile(`The Avro codec ${shown} is not read.`, 'Write the file with the codec null, deflate, snappy or zstandard.')
}
