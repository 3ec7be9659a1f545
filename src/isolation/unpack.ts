import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { CallOptions } from '../contracts/call-options.js'
import type { FileBytes } from '../contracts/file-decoder.js'
import { DecodeError, ImportError } from '../errors.js'
import type { Budgets } from '../model/budgets.js'
import { formatBytes } from '../util/bytes.js'
import type { Compression, StoredBytes } from './exchange.js'

/** Below this much decoded, any ratio is lawful. */
const AMPLIFICATION_FLOOR = 64 * 1024 * 1024

/**
 * What a decoder sees: the stored bytes, or, for `gzip`, the bytes inside, which can be streamed alone and are
 * stopped at their budget before they are held.
 */
export function unpack(stored: StoredBytes, compression: Compression | null, budgets: Budgets): FileBytes {
  if (compression === null) return stored
  return { name: stored.name, size: null, stream: (options) => gunzipped(stored, budgets, options) }
}

async function* gunzipped(stored: StoredBytes, budgets: Budgets, options: CallOptions): AsyncGenerator<Uint8Array> {
  const { name, size } = stored
  let read = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of stored.stream(options)) {
      read += piece.length
      yield piece
    }
  }
  const packed = Readable.from(counted(), { objectMode: false, highWaterMark: 64 * 1024 })
  const gunzip = createGunzip({ chunkSize: 128 * 1024 })
  packed.on('error', (error) => gunzip.destroy(error))
  packed.pipe(gunzip)
  const limit = Math.max(AMPLIFICATION_FLOOR, budgets.amplification * size)
  let decoded = 0
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      decoded += chunk.length
      if (decoded > limit) {
        throw new DecodeError(
          'BUDGET_EXCEEDED',
          `"${name}" unpacks to more than ${budgets.amplification} times its ${formatBytes(size)}.`,
          {
            remedy: 'Store the file less compressed, or raise `budgets.amplification` if it is to be trusted.',
          },
        )
      }
      // zlib never writes again to a part of its buffer that it has given out.
      yield chunk
    }
  } catch (error) {
    if (error instanceof ImportError || options.signal.aborted) throw error
    throw new DecodeError('FILE_CORRUPT', `"${name}" is not whole gzip data.`, {
      cause: error,
      location: { byteOffset: read },
      remedy: 'Compress and upload the file again.',
    })
  } finally {
    packed.destroy()
    gunzip.destroy()
  }
}
