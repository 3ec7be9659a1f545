import { bitAt, setBit, ValidityBuilder } from '../../model/bitmap.js'
import type { Column } from '../../model/column.js'

interface Flat {
  readonly length: number
  [index: number]: number | bigint
  set(values: Flat, at: number): void
}

/** The values at `indices` as a column of their own; `undefined` for kinds that stay a dictionary: text, bytes, nested. */
export function gather(values: Column, indices: Int32Array, validity: Uint8Array | null): Column | undefined {
  const length = indices.length
  switch (values.kind) {
    case 'null':
      return { kind: 'null', length, validity: null }
    case 'utf8':
    case 'binary':
    case 'dictionary':
    case 'list':
    case 'fixedList':
    case 'struct':
    case 'values':
      return undefined
    case 'bool': {
      const data = new Uint8Array((length + 7) >> 3)
      for (let i = 0; i < length; i++) if (bitAt(validity, i) && bitAt(values.data, indices[i] as number)) setBit(data, i)
      return { ...values, length, validity, data }
    }
    default: {
      const words = values.kind === 'decimal' ? 2 : 1
      const from = values.data as unknown as Flat
      const data = flatLike(from, words * length)
      for (let i = 0; i < length; i++) {
        if (!bitAt(validity, i)) continue
        for (let w = 0; w < words; w++) data[words * i + w] = from[words * (indices[i] as number) + w] as number | bigint
      }
      // One member per kind: the array keeps its class.
      return { ...values, length, validity, data } as unknown as Column
    }
  }
}

/** One column after another of the same kind; `undefined` for kinds that are not joined: nested. */
export function joinColumns(first: Column, second: Column): Column | undefined {
  if (first.kind !== second.kind) return undefined
  const length = first.length + second.length
  const rows = { length, validity: joinValidity(first, second) }
  if (first.kind === 'null') return { kind: 'null', length, validity: null }
  if ((first.kind === 'utf8' && second.kind === 'utf8') || (first.kind === 'binary' && second.kind === 'binary')) {
    const head = first.data.subarray(first.offsets[0], first.offsets[first.length])
    const tail = second.data.subarray(second.offsets[0], second.offsets[second.length])
    const data = new Uint8Array(head.length + tail.length)
    data.set(head)
    data.set(tail, head.length)
    const offsets = new Int32Array(length + 1)
    for (let i = 0; i <= first.length; i++) offsets[i] = (first.offsets[i] as number) - (first.offsets[0] as number)
    for (let i = 1; i <= second.length; i++)
      offsets[first.length + i] = head.length + (second.offsets[i] as number) - (second.offsets[0] as number)
    return { kind: first.kind, ...rows, offsets, data }
  }
  if (first.kind === 'bool' && second.kind === 'bool') {
    const data = new Uint8Array((length + 7) >> 3)
    for (let i = 0; i < first.length; i++) if (bitAt(first.data, i)) setBit(data, i)
    for (let i = 0; i < second.length; i++) if (bitAt(second.data, i)) setBit(data, first.length + i)
    return { ...first, ...rows, data }
  }
  if (!('data' in first && 'data' in second) || 'offsets' in first) return undefined
  const [head, tail] = [first.data as unknown as Flat, second.data as unknown as Flat]
  const data = flatLike(head, head.length + tail.length)
  data.set(head, 0)
  data.set(tail, head.length)
  return { ...first, ...rows, data } as unknown as Column
}

function joinValidity(first: Column, second: Column): Uint8Array | null {
  const validity = new ValidityBuilder(first.length + second.length)
  for (let i = 0; i < first.length; i++) if (!bitAt(first.validity, i)) validity.setNull(i)
  for (let i = 0; i < second.length; i++) if (!bitAt(second.validity, i)) validity.setNull(first.length + i)
  return validity.finish()
}

function flatLike(values: Flat, length: number): Flat {
  return new (values.constructor as new (length: number) => Flat)(length)
}
