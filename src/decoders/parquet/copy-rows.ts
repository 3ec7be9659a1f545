import { sliceBitmap } from '../../model/bitmap.js'
import type { Column } from '../../model/column.js'

/**
 * Rows `from` to `to` in buffers of their own, because a batch belongs to who gets it. Dictionaries are shared; offsets
 * start at 0.
 */
export function copyRows(column: Column, from: number, to: number): Column {
  const length = to - from
  if (column.kind === 'null') return { kind: 'null', length, validity: null }
  if (column.kind === 'values') {
    return { kind: 'values', length, validity: null, values: Array.prototype.slice.call(column.values, from, to) }
  }
  const validity = column.validity === null ? null : trimmed(column.validity, from, to)
  switch (column.kind) {
    case 'bool':
      return { ...column, length, validity, data: copyBits(column.data, from, to) }
    case 'utf8':
    case 'binary': {
      const offsets = rebased(column.offsets, from, to)
      const start = column.offsets[from] as number
      return { ...column, length, validity, offsets, data: column.data.slice(start, start + (offsets[length] as number)) }
    }
    case 'list': {
      const offsets = rebased(column.offsets, from, to)
      const start = column.offsets[from] as number
      return { ...column, length, validity, offsets, child: copyRows(column.child, start, start + (offsets[length] as number)) }
    }
    case 'dictionary':
      return { ...column, length, validity, indices: column.indices.slice(from, to) }
    case 'decimal':
      return { ...column, length, validity, data: column.data.slice(2 * from, 2 * to) }
    case 'fixedList':
      return { ...column, length, validity, child: copyRows(column.child, from * column.size, to * column.size) }
    case 'struct':
      return { ...column, length, validity, children: column.children.map((child) => copyRows(child, from, to)) }
    default:
      // One member per numeric kind: `slice` keeps the array's own class.
      return { ...column, length, validity, data: column.data.slice(from, to) } as Column
  }
}

function rebased(offsets: Int32Array, from: number, to: number): Int32Array {
  const part = offsets.slice(from, to + 1)
  const start = part[0] as number
  if (start !== 0) for (let i = 0; i < part.length; i++) part[i] = (part[i] as number) - start
  return part
}

/** A copy whose bits past the length are 0. */
function copyBits(bitmap: Uint8Array, from: number, to: number): Uint8Array {
  const part = (from & 7) === 0 ? bitmap.slice(from >> 3, (to + 7) >> 3) : sliceBitmap(bitmap, from, to)
  const rest = (to - from) & 7
  if (rest !== 0) part[part.length - 1] = (part[part.length - 1] as number) & ((1 << rest) - 1)
  return part
}

/** The validity of these rows; `null` when all of them are present. */
function trimmed(bitmap: Uint8Array, from: number, to: number): Uint8Array | null {
  const part = copyBits(bitmap, from, to)
  const whole = (to - from) >> 3
  for (let i = 0; i < whole; i++) if (part[i] !== 0xff) return part
  const rest = (to - from) & 7
  return rest === 0 || part[whole] === (1 << rest) - 1 ? null : part
}
