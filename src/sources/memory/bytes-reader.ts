import type { ObjectReader } from '../../contracts/object-source.js'

const pieceBytes = 256 * 1024

/** A reader over bytes in memory. Hands out copies: what it returns belongs to the caller. */
export function bytesReader(bytes: Uint8Array): ObjectReader {
  return {
    size: bytes.length,
    async read(start, end, { signal }) {
      signal.throwIfAborted()
      return copy(bytes, start, end)
    },
    async *stream(start, { signal }) {
      for (let at = start; at < bytes.length; at += pieceBytes) {
        signal.throwIfAborted()
        yield copy(bytes, at, at + pieceBytes)
      }
    },
  }
}

/** Always a plain Uint8Array with memory of its own; `slice` of a Buffer would share. */
function copy(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, Math.min(end, bytes.length)))
}
