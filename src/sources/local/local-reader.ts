import type { FileHandle } from 'node:fs/promises'
import type { ObjectReader } from '../../contracts/object-source.js'
import { objectChanged } from '../object-errors.js'
import { fileVersion } from './file-version.js'
import { objectError } from './local-error.js'

const pieceBytes = 256 * 1024

/**
 * Reads one open file. Its time and size are compared again after each range and after a stream's last byte: a file that
 * was written to meanwhile is `OBJECT_CHANGED`.
 */
export function localReader(handle: FileHandle, key: string, version: string, size: number): ObjectReader {
  const checkUnchanged = async (): Promise<void> => {
    if (fileVersion(await handle.stat({ bigint: true })) !== version) throw objectChanged(key)
  }
  const fill = async (start: number, end: number, signal: AbortSignal): Promise<Uint8Array> => {
    // Filled before it is told, or cut: nothing is zeroed for it.
    const bytes = Buffer.allocUnsafeSlow(end - start)
    let filled = 0
    while (filled < bytes.length) {
      signal.throwIfAborted()
      const { bytesRead } = await handle.read(bytes, filled, Math.min(pieceBytes, bytes.length - filled), start + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled === bytes.length ? bytes : bytes.slice(0, filled)
  }
  return {
    size,
    async read(start, end, { signal }) {
      try {
        const bytes = await fill(start, Math.max(start, Math.min(end, size)), signal)
        await checkUnchanged()
        return bytes
      } catch (error) {
        throw objectError(key, error)
      }
    },
    async *stream(start, { signal }) {
      try {
        for (let at = start; at < size; ) {
          const piece = await fill(at, Math.min(at + pieceBytes, size), signal)
          if (piece.length === 0) break
          at += piece.length
          yield piece
        }
        await checkUnchanged()
      } catch (error) {
        throw objectError(key, error)
      }
    },
    close: () => handle.close(),
  }
}
