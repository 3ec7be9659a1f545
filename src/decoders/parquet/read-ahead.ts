/** Bytes `start` (inclusive) to `end` (exclusive) of the file. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Ranges that are read as one. */
export interface Span extends ByteRange {
  readonly ranges: readonly ByteRange[]
}

/** Neighbours are joined up to this size. A range that is larger is a span of its own. */
const mostSpanBytes = 4 * 1024 * 1024
/** Bytes between two ranges that cost less than a request of their own. */
const mostGapBytes = 64 * 1024

/** Joins ranges that follow each other closely; what comes out has their order. */
export function joinRanges(ranges: readonly ByteRange[]): Span[] {
  const spans: { start: number; end: number; ranges: ByteRange[] }[] = []
  for (const range of ranges) {
    const last = spans.at(-1)
    const gap = last === undefined ? -1 : range.start - last.end
    if (last !== undefined && gap >= 0 && gap <= mostGapBytes && range.end - last.start <= mostSpanBytes) {
      last.end = range.end
      last.ranges.push(range)
    } else spans.push({ start: range.start, end: range.end, ranges: [range] })
  }
  return spans
}

/**
 * Ranges of a file, taken one after the other in the order given. What lies close together is one read, and the next
 * read is under way while the ranges of the last are decoded: never more than two spans are held.
 */
export class ReadAhead {
  readonly #spans: readonly Span[]
  readonly #read: (range: ByteRange, signal: AbortSignal) => Promise<Uint8Array>
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  /** Spans whose read has begun. */
  #begun = 0
  #ahead: Promise<Uint8Array> | null = null
  #span: Span | null = null
  #bytes: Uint8Array | null = null
  #taken = 0

  constructor(ranges: readonly ByteRange[], read: (range: ByteRange, signal: AbortSignal) => Promise<Uint8Array>, signal: AbortSignal) {
    this.#spans = joinRanges(ranges)
    this.#read = read
    this.#signal = AbortSignal.any([signal, this.#stop.signal])
    this.#begin()
  }

  /** The bytes of the next range: a view, good until the next is taken. */
  async take(): Promise<Uint8Array> {
    if (this.#span === null || this.#taken === this.#span.ranges.length) {
      const span = this.#spans[this.#begun - 1]
      if (span === undefined || this.#ahead === null) throw new RangeError('All ranges were taken.')
      this.#bytes = null
      this.#bytes = await this.#ahead
      this.#span = span
      this.#taken = 0
      this.#begin()
    }
    const { start, ranges } = this.#span
    const range = ranges[this.#taken++] as ByteRange
    return (this.#bytes as Uint8Array).subarray(range.start - start, range.end - start)
  }

  /** Ends what is under way. */
  close(): void {
    this.#stop.abort()
  }

  #begin(): void {
    const span = this.#spans[this.#begun]
    this.#ahead = null
    if (span === undefined) return
    this.#begun++
    const bytes = this.#read(span, this.#signal)
    // Whoever takes it hears of it; when nobody comes any more, nobody has to.
    bytes.catch(() => {})
    this.#ahead = bytes
  }
}
