import type { ObjectReader, ObjectSource } from '../contracts/object-source.js'
import { ImportError, SourceError } from '../errors.js'
import type { Budgets } from '../model/budgets.js'
import type { ObjectInfo } from '../model/object-info.js'
import { abortable } from '../util/abort.js'
import { backoffMs } from '../util/backoff.js'
import type { Clock } from '../util/clock.js'

/** Largest piece asked of a source in one read: a stall is seen within one piece, and a cut costs at most one. */
const PIECE_BYTES = 8 * 1024 * 1024
/** Pieces of one read fetched at once. */
const PIECES_AT_ONCE = 4
/** Failures in a row, without a byte between them, after which a read gives up. */
const MAX_FAILURES = 5

/** An object's bytes with the guards of the engine around them. */
export interface GuardedReader {
  readonly size: number
  /** Stored bytes received so far. */
  readonly bytesRead: number
  /** Exactly `end - start` bytes, or an error. */
  read(start: number, end: number, signal: AbortSignal): Promise<Uint8Array>
  /** Exactly the bytes from `start` to the end of the object, or an error. */
  stream(start: number, signal: AbortSignal): AsyncGenerator<Uint8Array>
  close(): Promise<void>
}

/**
 * Opens an object and guards every read of it: exact lengths, byte counts, an idle deadline of its own, and a capped,
 * jittered number of retries that resume by range where the last one broke off. Version checks are the source's:
 * `OBJECT_CHANGED` and `OBJECT_VANISHED` pass through and are never retried.
 */
export async function openGuarded(
  source: Pick<ObjectSource, 'open'>,
  object: ObjectInfo,
  budgets: Budgets,
  clock: Clock,
  signal: AbortSignal,
  onBytes: () => Promise<void> | void = () => {},
): Promise<GuardedReader> {
  const { key } = object
  let bytesRead = 0
  /** Counts, and lets a test step in between two pieces. */
  const received = (bytes: number): Promise<void> | void => {
    bytesRead += bytes
    return onBytes()
  }

  /** One call to the source, ended by its idle deadline. */
  async function timed<T>(outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stalled = new AbortController()
    const timer = setTimeout(() => {
      const seconds = budgets.readIdleMs / 1000
      stalled.abort(
        new SourceError('READ_STALLED', `No byte of "${key}" came for ${seconds} s.`, {
          retryable: true,
          location: { key },
          remedy: 'Check the network between this host and the store; raise `budgets.readIdleMs` for slow links.',
        }),
      )
    }, budgets.readIdleMs)
    const both = AbortSignal.any([outer, stalled.signal])
    try {
      return await abortable(work(both), both)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Waits before the next try, or throws the error when it cannot help or too many came in a row. */
  async function retry(error: unknown, failures: number, outer: AbortSignal): Promise<void> {
    outer.throwIfAborted()
    const known = sourceErrorFrom(error, key)
    if (!known.retryable || failures >= MAX_FAILURES) throw known
    const wait = Math.max(known.retryAfterMs ?? 0, backoffMs(failures, { baseMs: 100, maxMs: 5_000 }))
    await clock.sleep(Math.min(wait, 30_000), outer)
  }

  let failures = 0
  let reader: ObjectReader
  for (;;) {
    try {
      reader = await timed(signal, (both) => source.open(object, { signal: both }))
      break
    } catch (error) {
      await retry(error, ++failures, signal)
    }
  }
  if (reader.size !== object.size) {
    await reader.close?.()
    throw new SourceError('OBJECT_CHANGED', `"${key}" has ${reader.size} bytes, ${object.size} were listed.`, { location: { key } })
  }

  async function piece(start: number, end: number, outer: AbortSignal): Promise<Uint8Array> {
    const whole: Uint8Array[] = []
    let at = start
    for (let failed = 0; ; ) {
      try {
        const part = await timed(outer, (both) => reader.read(at, end, { signal: both }))
        if (part.length > end - at) throw tooMany(key, end - at, part.length)
        await received(part.length)
        if (whole.length === 0 && part.length === end - start) return part
        whole.push(part)
        at += part.length
        if (part.length > 0) failed = 0
        if (at === end) return Buffer.concat(whole)
        throw cutShort(key, end - start, at - start)
      } catch (error) {
        await retry(error, ++failed, outer)
      }
    }
  }

  async function* ranges(start: number, outer: AbortSignal): AsyncGenerator<Uint8Array> {
    for (let at = start; at < object.size; at += budgets.inputBytes)
      yield await piece(at, Math.min(object.size, at + budgets.inputBytes), outer)
  }

  async function* resumed(open: NonNullable<ObjectReader['stream']>, start: number, outer: AbortSignal): AsyncGenerator<Uint8Array> {
    let at = start
    let failed = 0
    while (at < object.size) {
      // Ends this one request when the consumer stops or another begins.
      const request = new AbortController()
      const iterator = open.call(reader, at, { signal: AbortSignal.any([outer, request.signal]) })[Symbol.asyncIterator]()
      try {
        for (;;) {
          const next = await timed(outer, () => iterator.next())
          if (next.done === true) break
          if (next.value.length > object.size - at) throw tooMany(key, object.size - at, next.value.length)
          if (next.value.length === 0) continue
          await received(next.value.length)
          at += next.value.length
          failed = 0
          yield next.value
        }
        if (at < object.size) throw cutShort(key, object.size - start, at - start)
      } catch (error) {
        await retry(error, ++failed, outer)
      } finally {
        request.abort()
        // A stalled iterator may never answer; the request is aborted, so nothing is held by it.
        void iterator.return?.()?.then(undefined, () => {})
      }
    }
  }

  return {
    size: object.size,
    get bytesRead() {
      return bytesRead
    },
    async read(start, end, outer) {
      if (start < 0 || end < start || end > object.size) {
        throw new SourceError('READ_CUT_SHORT', `Bytes ${start} to ${end} of "${key}" were asked for, it has ${object.size}.`, {
          location: { key },
        })
      }
      if (end - start <= PIECE_BYTES) return end === start ? new Uint8Array(0) : piece(start, end, outer)
      const whole = new Uint8Array(end - start)
      for (let at = start; at < end; at += PIECES_AT_ONCE * PIECE_BYTES) {
        const starts = Array.from({ length: PIECES_AT_ONCE }, (_, i) => at + i * PIECE_BYTES).filter((from) => from < end)
        await Promise.all(starts.map(async (from) => whole.set(await piece(from, Math.min(end, from + PIECE_BYTES), outer), from - start)))
      }
      return whole
    },
    stream: (start, outer) => (reader.stream === undefined ? ranges(start, outer) : resumed(reader.stream, start, outer)),
    close: async () => reader.close?.(),
  }
}

function cutShort(key: string, wanted: number, got: number): SourceError {
  return new SourceError('READ_CUT_SHORT', `The source sent ${got} of ${wanted} bytes of "${key}".`, {
    retryable: true,
    location: { key },
    remedy: 'The connection was cut; it is tried again. If it stays so, check the network between this host and the store.',
  })
}

function tooMany(key: string, wanted: number, got: number): SourceError {
  return new SourceError('READ_RANGE_IGNORED', `The source sent ${got} bytes of "${key}" where ${wanted} were left.`, {
    location: { key },
    remedy: 'The store ignores byte ranges: use a store, or a proxy setting, that honours them.',
  })
}

/** A stranger's source may throw anything; what it throws is taken for an outage. */
export function sourceErrorFrom(error: unknown, key?: string): ImportError {
  if (error instanceof ImportError) return error
  return new SourceError('SOURCE_UNAVAILABLE', key === undefined ? 'The source failed.' : `The source failed while "${key}" was read.`, {
    retryable: true,
    ...(key === undefined ? {} : { location: { key } }),
    cause: error,
    remedy: 'Check that the store can be reached from this host.',
  })
}
