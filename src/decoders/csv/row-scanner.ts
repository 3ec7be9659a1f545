import type { ByteDialect } from './csv-options.js'
import type { ScanKernel, ScanPlace } from './scan-kernel.js'

/** What comes after the text that is here: more of it, the end of the file, or bytes that are no text. */
export type TextEnd = 'more' | 'end' | 'broken'

/** What can be wrong with how a row is written. */
export type RowFault = 'quote-not-closed' | 'after-closing-quote' | 'quote-inside' | 'too-many-cells' | 'too-long'

const [LF, CR] = [10, 13]
const [OTHER, DELIMITER, LINE_END, QUOTE] = [0, 1, 2, 3]
/** Entries of `bounds`, so that a block's rows stay in the processor's cache together with their text. */
export const MOST_BOUNDS = 32_768
const mostRows = 2048

/**
 * Finds where cells end, in one pass over the text, which may come in steps: a row that the text ends in is gone on with.
 * Finished rows are told in `bounds`, `stride` entries each: the place before the row's first byte, then the end of each
 * cell, which starts one past the end before it. A quoted cell has its quotes; an empty one has no length. All cells of a
 * row with another number of cells than asked for are empty, and the row is among `ragged`. Blank lines (where there is
 * more than one column) and comments are no rows.
 */
export class RowScanner {
  readonly bounds: Int32Array
  readonly stride: number
  /** Finished rows in `bounds`. */
  rows = 0
  /** Rows in `bounds`, 0-based, of another width. */
  readonly ragged: number[] = []
  /** Cells of the last finished row; for a header. */
  lastWidth = 0
  /** What ended the scan. The rows before it are good. */
  fault: RowFault | null = null
  /** Next byte to look at. */
  at: number
  /** Lines of the file begun, 1-based; the one `at` is in. */
  line: number
  /** Cells of the unfinished row that have ended. */
  cells = 0
  rowStart: number
  readonly #classes: Uint8Array
  readonly #quotedClasses: Uint8Array
  readonly #quote: number
  readonly #escaper: number
  readonly #comment: number
  readonly #columns: number
  readonly #anyWidth: boolean
  readonly #mostCells: number
  readonly #mostBytes: number
  readonly #capacity: number
  #cellStart: number
  #inQuotes = false
  #inComment = false
  /** Does the plain part of the work, on text in its own window. */
  readonly #kernel: ScanKernel | null
  readonly #place: ScanPlace = { at: 0, k: 0, cellStart: 0, rowStart: 0, rows: 0 }

  /**
   * @param columns cells of every row; `null` for a header row, of which one is found
   * @param at where the first row begins, on the line `line`
   * @param kernel of no other scanner from now on
   */
  constructor(
    dialect: ByteDialect,
    columns: number | null,
    mostCells: number,
    mostBytes: number,
    at: number,
    line: number,
    kernel: ScanKernel | null = null,
  ) {
    this.#anyWidth = columns === null
    this.#columns = columns ?? mostCells
    this.#mostCells = mostCells
    this.#mostBytes = mostBytes
    this.stride = this.#columns + 1
    this.#capacity = columns === null ? 1 : Math.max(1, Math.min(mostRows, Math.floor(MOST_BOUNDS / this.stride)))
    // One slot more, for the row that is not finished.
    const length = (this.#capacity + 1) * this.stride
    const bounds = columns === null ? null : (kernel?.bounds(length, this.stride) ?? null)
    this.bounds = bounds ?? new Int32Array(length)
    this.#kernel = bounds === null ? null : kernel
    this.#kernel?.prepare(dialect, this.#columns, this.#capacity, mostBytes)
    this.#quote = dialect.quote
    this.#escaper = dialect.escaper
    this.#comment = dialect.comment
    this.#classes = new Uint8Array(256)
    this.#classes[dialect.delimiter] = DELIMITER
    this.#classes[dialect.quote] = QUOTE
    this.#quotedClasses = new Uint8Array(256)
    for (const byte of [dialect.quote, dialect.escaper, LF, CR]) this.#quotedClasses[byte] = 1
    this.#classes[LF] = this.#classes[CR] = LINE_END
    this.at = this.rowStart = this.#cellStart = at
    this.line = line
    this.bounds[0] = at - 1
  }

  /** Is it within a quoted cell? */
  get inQuotes(): boolean {
    return this.#inQuotes
  }

  /** Forgets the finished rows. The text has moved `by` bytes to the front. */
  next(by = 0): void {
    const { bounds, cells } = this
    const from = this.rows * this.stride
    bounds.copyWithin(0, from, from + Math.min(cells, this.#columns) + 1)
    this.rows = 0
    this.ragged.length = 0
    if (by === 0) return
    for (let i = Math.min(cells, this.#columns); i >= 0; i--) bounds[i] = (bounds[i] as number) - by
    this.at -= by
    this.rowStart -= by
    this.#cellStart -= by
  }

  /**
   * Goes on until the text or the room in `bounds` ends, or with `fault`.
   *
   * @param text with a line feed at `to`
   * @returns false when more text is needed (or, at its end, when all is read)
   */
  scan(text: Uint8Array, to: number, after: TextEnd): boolean {
    const { bounds, stride } = this
    const classes = this.#classes
    const columns = this.#columns
    const plainCells = Math.min(columns, this.#mostCells - 1)
    let base = this.rows * stride
    let k = base + this.cells
    let { at } = this
    let cellStart = this.#cellStart
    let more = false
    const kernel = this.#kernel !== null && text.buffer === this.bounds.buffer ? this.#kernel : null

    for (;;) {
      if (this.#inQuotes) {
        this.at = at
        const closed = this.#passQuoted(text, to, after)
        at = this.at
        if (!closed) break
      } else if (this.#inComment || (text[at] === this.#comment && at === this.rowStart && at < to)) {
        this.at = at
        const passed = this.#passComment(text, to, after)
        at = this.at
        if (!passed) break
        this.rowStart = cellStart = at
        bounds[base] = at - 1
        continue
      }
      if (kernel !== null) {
        const place = this.#place
        place.at = at
        place.k = k
        place.cellStart = cellStart
        place.rowStart = this.rowStart
        place.rows = this.rows
        kernel.scan(place, to)
        const passed = place.rows - this.rows
        if (passed > 0) {
          this.rows = place.rows
          this.line += passed
          this.lastWidth = columns
          base = place.rows * stride
        }
        at = place.at
        k = place.k
        cellStart = place.cellStart
        this.rowStart = place.rowStart
        if (this.rows === this.#capacity) {
          more = true
          break
        }
        if (text[at] === this.#comment && at === this.rowStart && at < to) continue
      }
      let kind = classes[text[at] as number] as number
      const plainEnd = base + plainCells
      for (;;) {
        while (kind === OTHER) kind = classes[text[++at] as number] as number
        if (kind !== DELIMITER) break
        if (k < plainEnd) bounds[++k] = at
        else {
          // More cells than there is room for: they are only counted.
          if (k - base + 1 >= this.#mostCells) break
          k++
        }
        cellStart = ++at
        kind = classes[text[at] as number] as number
      }
      if (kind === QUOTE && at === cellStart) {
        this.#inQuotes = true
        at++
        continue
      }
      if (kind !== LINE_END) {
        this.fault = kind === QUOTE ? 'quote-inside' : 'too-many-cells'
        break
      }
      const end = at
      if (at >= to) {
        // The last row of a file need not have a line end.
        if (after !== 'end' || at === this.rowStart) break
      } else if (text[at] === LF) at++
      else if (at + 1 < to) at += text[at + 1] === LF ? 2 : 1
      else if (after !== 'more') at++
      else break
      if (end - this.rowStart > this.#mostBytes) break
      const width = ++k - base
      if (width <= columns) bounds[k] = end
      const isRow = width > 1 || end > this.rowStart || (columns === 1 && !this.#anyWidth)
      this.line++
      this.rowStart = cellStart = at
      if (isRow) {
        if (width !== columns && !this.#anyWidth) this.#emptyCells(base)
        this.lastWidth = width
        this.rows++
        base += stride
      }
      k = base
      bounds[base] = at - 1
      if (this.rows === this.#capacity) {
        more = true
        break
      }
    }
    this.at = at
    this.cells = k - base
    this.#cellStart = cellStart
    // Judged by where the row began alone, not by how far the text happened to come.
    if (!more && Math.min(at, to) - this.rowStart > this.#mostBytes) this.fault = 'too-long'
    return more
  }

  #emptyCells(base: number): void {
    const { bounds, stride } = this
    const before = bounds[base] as number
    for (let i = 1; i < stride; i++) bounds[base + i] = before + i
    this.ragged.push(this.rows)
  }

  /** Goes to what follows the closing quote; false when that is not here. */
  #passQuoted(text: Uint8Array, to: number, after: TextEnd): boolean {
    const classes = this.#quotedClasses
    const quote = this.#quote
    const escaper = this.#escaper
    let { at } = this
    let closed = false
    for (;;) {
      while (classes[text[at] as number] === 0) at++
      if (at >= to) break
      const byte = text[at]
      if (at + 1 >= to && after === 'more' && byte !== LF) break
      if (byte === LF) {
        this.line++
        at++
      } else if (byte === CR) {
        if (at + 1 >= to || text[at + 1] !== LF) this.line++
        at++
      } else if (byte === quote) {
        const next = at + 1 < to ? (text[at + 1] as number) : LF
        if (next === quote && escaper === quote) at += 2
        else {
          const kind = this.#classes[next] as number
          closed = kind === DELIMITER || kind === LINE_END
          if (!closed) this.fault = 'after-closing-quote'
          else at++
          break
        }
      } else {
        // The byte after an escape is taken as it is; a line end is left to be counted.
        const next = text[at + 1]
        at += next === LF || next === CR ? 1 : 2
      }
    }
    if (at >= to && !closed && after === 'end') {
      at = to
      if (text[to - 1] === LF || text[to - 1] === CR) this.line--
      this.fault = 'quote-not-closed'
    }
    this.at = at
    this.#inQuotes = !closed
    return closed
  }

  /** Goes to the start of the next line; false when that is not here. */
  #passComment(text: Uint8Array, to: number, after: TextEnd): boolean {
    let { at } = this
    while (text[at] !== LF && text[at] !== CR) at++
    const cut = at >= to || (text[at] === CR && at + 1 >= to)
    this.#inComment = cut && after === 'more'
    if (at < to && !this.#inComment) {
      at += text[at] === CR && at + 1 < to && text[at + 1] === LF ? 2 : 1
      this.line++
    }
    this.at = at
    return !this.#inComment
  }
}
