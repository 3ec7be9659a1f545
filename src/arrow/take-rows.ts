import { bitAt, setBit } from '../model/bitmap.js'
import type { Column } from '../model/column.js'

interface Flat {
  readonly length: number
  [index: number]: number | bigint
}

/** The rows at `indices`, in that order, copied; rows that are null in `validity` are not looked at. `values` are without nulls. */
export function takeRows(values: Column, indices: Int32Array, validity: Uint8Array | null): Column {
  const length = indices.length
  const rows = { length, validity }
  switch (values.kind) {
    case 'null':
      return { kind: 'null', length, validity: null }
    case 'values':
      return {
        kind: 'values',
        length,
        validity: null,
        values: Array.from(indices, (at, i) => (bitAt(validity, i) ? values.values[at] : null)),
      }
    case 'bool': {
      const data = new Uint8Array((length + 7) >> 3)
      for (let i = 0; i < length; i++) if (bitAt(validity, i) && bitAt(values.data, indices[i] as number)) setBit(data, i)
      return { kind: 'bool', ...rows, data }
    }
    case 'utf8':
    case 'binary': {
      const offsets = takenOffsets(values.offsets, indices, validity)
      const data = new Uint8Array(offsets[length] as number)
      for (let i = 0; i < length; i++) {
        const at = indices[i] as number
        if (bitAt(validity, i)) data.set(values.data.subarray(values.offsets[at], values.offsets[at + 1]), offsets[i])
      }
      return { kind: values.kind, ...rows, offsets, data }
    }
    case 'list': {
      const offsets = takenOffsets(values.offsets, indices, validity)
      const items = new Int32Array(offsets[length] as number)
      for (let i = 0; i < length; i++) {
        const start = values.offsets[indices[i] as number] as number
        for (let j = offsets[i] as number; j < (offsets[i + 1] as number); j++) items[j] = start + j - (offsets[i] as number)
      }
      return { kind: 'list', ...rows, offsets, child: takeRows(values.child, items, takenValidity(values.child, items)) }
    }
    case 'fixedList': {
      const { size, child } = values
      const items = new Int32Array(length * size)
      const present = new Uint8Array((items.length + 7) >> 3)
      for (let i = 0; i < length; i++) {
        if (!bitAt(validity, i)) continue
        for (let j = 0; j < size; j++) {
          const at = (indices[i] as number) * size + j
          items[i * size + j] = at
          if (bitAt(child.validity, at)) setBit(present, i * size + j)
        }
      }
      return { ...values, ...rows, child: takeRows(child, items, validity === null && child.validity === null ? null : present) }
    }
    case 'struct':
      return {
        ...values,
        ...rows,
        children: values.children.map((child) => takeRows(child, indices, takenValidity(child, indices, validity))),
      }
    case 'dictionary': {
      const inner = new Int32Array(length)
      for (let i = 0; i < length; i++) if (bitAt(validity, i)) inner[i] = values.indices[indices[i] as number] as number
      return { ...values, ...rows, indices: inner }
    }
    default: {
      const words = values.kind === 'decimal' ? 2 : 1
      const from = values.data as unknown as Flat
      const data = new (from.constructor as new (length: number) => Flat)(words * length)
      for (let i = 0; i < length; i++) {
        if (!bitAt(validity, i)) continue
        for (let w = 0; w < words; w++) data[words * i + w] = from[words * (indices[i] as number) + w] as number | bigint
      }
      // One member per kind: the array keeps its class.
      return { ...values, ...rows, data } as unknown as Column
    }
  }
}

function takenOffsets(offsets: Int32Array, indices: Int32Array, validity: Uint8Array | null): Int32Array {
  const taken = new Int32Array(indices.length + 1)
  for (let i = 0; i < indices.length; i++) {
    const at = indices[i] as number
    const size = bitAt(validity, i) ? (offsets[at + 1] as number) - (offsets[at] as number) : 0
    taken[i + 1] = (taken[i] as number) + size
  }
  return taken
}

/** Inner values may be null, although the outer ones are not. */
function takenValidity({ validity }: Column, indices: Int32Array, outer: Uint8Array | null = null): Uint8Array | null {
  if (validity === null) return outer
  const taken = new Uint8Array((indices.length + 7) >> 3)
  for (let i = 0; i < indices.length; i++) if (bitAt(outer, i) && bitAt(validity, indices[i] as number)) setBit(taken, i)
  return taken
}
