import { sliceBitmap } from '../../model/bitmap.js'
import type { Column } from '../../model/column.js'
import { sliceColumn } from '../../model/slice-column.js'

/**
 * Rows `from` to `to` in buffers of their own, dictionaries apart: for batches cut from one message, because each one
 * may be changed or transferred by who gets it.
 */
export function ownColumn(column: Column, from: number, to: number): Column {
  const length = to - from
  if (column.kind === 'null' || column.kind === 'values') return sliceColumn(column, from, to)
  const validity = column.validity === null ? null : ownBits(column.validity, from, to)
  switch (column.kind) {
    case 'bool':
      return { ...column, length, validity, data: ownBits(column.data, from, to) }
    case 'utf8':
    case 'binary': {
      const start = column.offsets[from] as number
      return {
        ...column,
        length,
        validity,
        offsets: ownOffsets(column.offsets, from, to),
        data: column.data.slice(start, column.offsets[to]),
      }
    }
    case 'list': {
      const [start, end] = [column.offsets[from] as number, column.offsets[to] as number]
      return { ...column, length, validity, offsets: ownOffsets(column.offsets, from, to), child: ownColumn(column.child, start, end) }
    }
    case 'fixedList':
      return { ...column, length, validity, child: ownColumn(column.child, from * column.size, to * column.size) }
    case 'struct':
      return { ...column, length, validity, children: column.children.map((child) => ownColumn(child, from, to)) }
    case 'dictionary':
      return { ...column, length, validity, indices: column.indices.slice(from, to) }
    case 'decimal':
      return { ...column, length, validity, data: column.data.slice(2 * from, 2 * to) }
    default:
      // One member per numeric kind: `slice` keeps the array's class.
      return { ...column, length, validity, data: column.data.slice(from, to) } as Column
  }
}

function ownOffsets(offsets: Int32Array, from: number, to: number): Int32Array {
  const start = offsets[from] as number
  return start === 0 ? offsets.slice(from, to + 1) : offsets.slice(from, to + 1).map((offset) => offset - start)
}

function ownBits(bitmap: Uint8Array, from: number, to: number): Uint8Array {
  const part = sliceBitmap(bitmap, from, to)
  const own = part.buffer === bitmap.buffer ? part.slice() : part
  const rest = (to - from) & 7
  if (rest !== 0) own[own.length - 1] = (own[own.length - 1] as number) & ((1 << rest) - 1)
  return own
}
