import type { Column, ColumnOf } from '../model/column.js'
import { sliceColumn } from '../model/slice-column.js'
import { toFloat64 } from './to-float64.js'
import type { Utf8Column } from './to-text.js'
import { expandDictionary } from './typed-column.js'

/** Lists of any length whose child holds the items of these rows alone: a slice of a large batch shares its child with others. */
export function ownList(column: ColumnOf<'list'> | ColumnOf<'fixedList'>): ColumnOf<'list'> {
  const { length, validity, child } = column
  if (column.kind === 'fixedList') {
    const { size } = column
    const offsets = Int32Array.from({ length: length + 1 }, (_, i) => i * size)
    return { kind: 'list', length, validity, offsets, child: child.length === length * size ? child : sliceColumn(child, 0, length * size) }
  }
  const from = column.offsets[0] as number
  const to = column.offsets[length] as number
  if (child.length === to - from) return column
  return { ...column, offsets: column.offsets.map((at) => at - from), child: sliceColumn(child, from, to) }
}

/** Items as float64, whatever numbers the file holds; without a type all are null. */
export function floatItems(column: Column): ColumnOf<'float64'> {
  const plain = column.kind === 'dictionary' ? expandDictionary(column) : column
  const floats = plain.kind === 'null' ? plain : toFloat64(plain)
  if (floats.kind === 'float64') return floats
  const { length } = floats
  return { kind: 'float64', length, validity: new Uint8Array((length + 7) >> 3), data: new Float64Array(length) }
}

/** Items as utf8; without a type all are null. */
export function textItems(column: Column): Utf8Column {
  const plain = column.kind === 'dictionary' ? expandDictionary(column) : column
  if (plain.kind === 'utf8') return plain as Utf8Column
  const { length } = plain
  return {
    kind: 'utf8',
    length,
    validity: new Uint8Array((length + 7) >> 3),
    offsets: new Int32Array(length + 1),
    data: new Uint8Array(0),
  }
}
