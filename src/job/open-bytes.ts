import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { CallOptions } from '../contracts/call-options.js'
import type { FileBytes } from '../contracts/file-decoder.js'
import { DecodeError, ImportError } from '../errors.js'
import type { Budgets } from '../model/budgets.js'
import { formatBytes } from '../util/bytes.js'
import type { GuardedReader } from './guarded-reader.js'

/** Below this much decoded, any ratio is lawful. */
const AMPLIFICATION_FLOOR = 64 * 1024 * 1024

/**
 * What a decoder sees: the object's bytes, or, for `gzip`, the bytes inside, which can be streamed alone and are
 * stopped at their budget before they are held.
 *
 * @param name base name without the compression suffix
 */
export function openBytes(reader: GuardedReader, name: string, compression: 'gzip' | null, budgets: Budgets): FileBytes {
  if (compression === null) {
    return {
      name,
      size: reader.size,
      stream: ({ signal }) => reader.stream(0, signal),
      read: (start, end, { signal }) => reader.read(start, end, signal),
    }
  }
  return { name, size: null, stream: (options) => gunzipped(reader, name, budgets, options) }
}

async function* gunzipped(reader: GuardedReader, name: string, budgets: Budgets, { signal }: CallOptions): AsyncGenerator<Uint8Array> {
  const stored = Readable.from(reader.stream(0, signal), { objectMode: false, highWaterMark: 64 * 1024 })
  const gunzip = createGunzip({ chunkSize: 128 * 1024 })
  stored.on('error', (error) => gunzip.destroy(error))
  stored.pipe(gunzip)
  const limit = Math.max(AMPLIFICATION_FLOOR, budgets.amplification * reader.size)
  let decoded = 0
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      decoded += chunk.length
      if (decoded > limit) {
        throw new DecodeError(
          'BUDGET_EXCEEDED',
          `"${name}" unpacks to more than ${budgets.amplification} times its ${formatBytes(reader.size)}.`,
          {
            remedy: 'Store the file less compressed, or raise `budgets.amplification` if it is to be trusted.',
          },
        )
      }
      // zlib never writes again to a part of its buffer that it has given out.
      yield chunk
    }
  } catch (error) {
    if (error instanceof ImportError || signal.aborted) throw error
    throw new DecodeError('FILE_CORRUPT', `"${name}" is not whole gzip data.`, {
      cause: error,
      location: { byteOffset: reader.bytesRead },
      remedy: 'Compress and upload the file again.',
    })
  } finally {
    stored.destroy()
    gunzip.destroy()
  }
}

/** The first bytes, at most 64 KiB, after unpacking: what detection looks at. */
export async function readHead(bytes: FileBytes, options: CallOptions): Promise<Uint8Array> {
  const most = 64 * 1024
  if (bytes.read !== undefined && bytes.size !== null) return bytes.read(0, Math.min(most, bytes.size), options)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of bytes.stream(options)) {
    parts.push(part)
    length += part.length
    if (length >= most) break
  }
  return new Uint8Array(Buffer.concat(parts, Math.min(most, length)))
}
