import type { StoredBytes } from '../isolation/exchange.js'
import type { GuardedReader } from './guarded-reader.js'

/** Objects up to this size are fetched whole, in one request. */
const WHOLE_BYTES = 8 * 1024 * 1024
/** Of larger ones the beginning and the end, each in one request when it is first asked for. */
const WINDOW_BYTES = 1024 * 1024
const PIECE_BYTES = 256 * 1024

interface Window {
  readonly start: number
  readonly end: number
  bytes: Promise<Uint8Array> | null
}

/**
 * An object's bytes for a look at its first rows: formats ask for a head, a footer and parts of columns one by one, and
 * each would be a request of its own.
 *
 * @param name base name without the compression suffix
 */
export function windowedBytes(reader: GuardedReader, name: string): StoredBytes {
  const { size } = reader
  const head: Window = { start: 0, end: size <= WHOLE_BYTES ? size : WINDOW_BYTES, bytes: null }
  const tail: Window = { start: Math.max(head.end, size - WINDOW_BYTES), end: size, bytes: null }

  const load = async (window: Window, signal: AbortSignal): Promise<Uint8Array> => {
    window.bytes ??= reader.read(window.start, window.end, signal)
    try {
      return await window.bytes
    } catch (error) {
      window.bytes = null
      throw error
    }
  }

  return {
    name,
    size,
    async read(start, end, { signal }) {
      const window = [head, tail].find((candidate) => start >= candidate.start && end <= candidate.end)
      if (window === undefined) return await reader.read(start, end, signal)
      return (await load(window, signal)).slice(start - window.start, end - window.start)
    },
    async *stream({ signal }) {
      const bytes = await load(head, signal)
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.slice(at, at + PIECE_BYTES)
      if (head.end < size) yield* reader.stream(head.end, signal)
    },
  }
}
