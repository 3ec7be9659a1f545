import { bitAt } from '../model/bitmap.js'
import { decimalAt, decimalText } from '../model/cell.js'
import type { Column, ColumnOf } from '../model/column.js'
import { openCells, readCell } from './cell-source.js'

/** `utf8` and `binary` are one member of `Column`, so `ColumnOf` cannot pick one of them. */
export type Utf8Column = Column & { readonly kind: 'utf8' }

/** Text as sinks and records get it; the values of a dictionary are utf8. */
export type TextColumn = Utf8Column | ColumnOf<'dictionary'> | ColumnOf<'null'>

/** A column as text: text as it is, numbers in decimals, `true` and `false`. */
export function toText(column: Column): TextColumn {
  if (column.kind === 'utf8') return column as Utf8Column
  if (column.kind === 'null') return column
  if (column.kind === 'dictionary') return column
  return written(column)
}

/** Cells in order, as ASCII; the buffer doubles as it fills. */
function written(column: Column): Utf8Column {
  const { length, validity } = column
  const offsets = new Int32Array(length + 1)
  let data = new Uint8Array(12 * length + 64)
  let at = 0
  const cells = openCells(column, 0, length, null)
  for (let i = 0; i < length; i++) {
    if (bitAt(validity, i)) {
      const value = column.kind === 'decimal' ? decimalText(decimalAt(column.data, i), column.scale) : readCell(cells, i)
      if (data.length - at < 16) data = grown(data, 16)
      if (typeof value === 'number' && value >= 0 && value <= 0x7fffffff && (value | 0) === value) at = writeDigits(data, at, value)
      else {
        const text = plainText(value)
        if (data.length - at < text.length) data = grown(data, text.length)
        for (let k = 0; k < text.length; k++) data[at++] = text.charCodeAt(k)
      }
    }
    offsets[i + 1] = at
  }
  return { kind: 'utf8', length, validity, offsets, data: data.slice(0, at) }
}

function grown(data: Uint8Array<ArrayBuffer>, more: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * data.length + more)
  larger.set(data)
  return larger
}

function writeDigits(data: Uint8Array, at: number, value: number): number {
  let digits = 1
  for (let rest = value; rest >= 10; rest = (rest / 10) | 0) digits++
  let rest = value
  for (let k = at + digits - 1; k >= at; k--) {
    const tenth = (rest / 10) | 0
    data[k] = 48 + rest - 10 * tenth
    rest = tenth
  }
  return at + digits
}

/** A number without an exponent as far as its digits reach: `1e21` is written out. */
function plainText(value: unknown): string {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) >= 1e21) return BigInt(value).toString()
  return String(value)
}
