import { sliceBitmap } from './bitmap.js'
import type { Column } from './column.js'

/**
 * Rows `from` (inclusive) to `to` (exclusive) without copying values: typed arrays become views. On 8-row boundaries
 * bitmaps are views too; elsewhere the bitmap alone is copied.
 */
export function sliceColumn(column: Column, from: number, to: number): Column {
  const length = to - from
  if (column.kind === 'null') return { kind: 'null', length, validity: null }
  if (column.kind === 'values') {
    return { kind: 'values', length, validity: null, values: Array.prototype.slice.call(column.values, from, to) }
  }
  const validity = column.validity === null ? null : sliceBitmap(column.validity, from, to)
  switch (column.kind) {
    case 'bool':
      return { ...column, length, validity, data: sliceBitmap(column.data, from, to) }
    case 'utf8':
    case 'binary':
    case 'list':
      return { ...column, length, validity, offsets: column.offsets.subarray(from, to + 1) }
    case 'dictionary':
      return { ...column, length, validity, indices: column.indices.subarray(from, to) }
    case 'decimal':
      return { ...column, length, validity, data: column.data.subarray(2 * from, 2 * to) }
    case 'fixedList':
      return { ...column, length, validity, child: sliceColumn(column.child, from * column.size, to * column.size) }
    case 'struct':
      return { ...column, length, validity, children: column.children.map((child) => sliceColumn(child, from, to)) }
    default:
      // One member per numeric kind: `subarray` keeps the array's own class.
      return { ...column, length, validity, data: column.data.subarray(from, to) } as Column
  }
}
