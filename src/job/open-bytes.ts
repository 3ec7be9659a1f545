import type { CallOptions } from '../contracts/call-options.js'
import type { FileBytes } from '../contracts/file-decoder.js'
import type { StoredBytes } from '../isolation/exchange.js'
import type { GuardedReader } from './guarded-reader.js'

/**
 * An object's bytes as the side that decodes asks for them.
 *
 * @param name base name without the compression suffix
 */
export function storedBytes(reader: GuardedReader, name: string): StoredBytes {
  return {
    name,
    size: reader.size,
    stream: ({ signal }) => reader.stream(0, signal),
    read: (start, end, { signal }) => reader.read(start, end, signal),
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
