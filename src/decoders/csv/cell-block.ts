import type { ByteDialect } from './csv-options.js'
import { QUOTED_EMPTY } from './quoted-empties.js'

/** Rows of cells as they lie in the text: where they end is told by a `RowScanner`. Valid until the text moves on. */
export interface CellBlock {
  readonly text: Buffer
  readonly view: DataView
  readonly bounds: Int32Array
  readonly stride: number
  readonly rows: number
  readonly ragged: readonly number[]
}

/** A cell that is not empty, as characters that are bytes (latin1), without its quotes; `QUOTED_EMPTY` for `""`. */
export function cellText(text: Buffer, start: number, end: number, { quote, escaper }: ByteDialect): string {
  if (text[start] !== quote) return text.toString('latin1', start, end)
  if (start + 2 === end) return QUOTED_EMPTY
  const cell = Buffer.allocUnsafe(end - start)
  return cell.toString('latin1', 0, copyQuoted(text, start, end, escaper, cell, 0))
}

/** Has a quoted cell escapes within? */
export function hasEscapes(text: Uint8Array, start: number, end: number, escaper: number): boolean {
  for (let at = start + 1; at < end - 1; at++) if (text[at] === escaper) return true
  return false
}

/** Writes what a quoted cell holds; returns its length, which is at most `end - start - 2`. */
export function copyQuoted(text: Uint8Array, start: number, end: number, escaper: number, into: Uint8Array, to: number): number {
  let length = 0
  for (let at = start + 1; at < end - 1; at++) {
    if (text[at] === escaper) at++
    into[to + length++] = text[at] as number
  }
  return length
}
