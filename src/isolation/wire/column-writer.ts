import type { Column, Dictionary } from '../../model/column.js'
import { sliceColumn } from '../../model/slice-column.js'
import type { BodyBuilder } from './body.js'
import { valuesText } from './values-text.js'
import type { WireColumn } from './wire-column.js'

const encoder = new TextEncoder()

/** Describes a column and adds its buffers to the body, each cut to what its rows need. */
export function writeColumn(column: Column, body: BodyBuilder, numberOf: (dictionary: Dictionary) => number): WireColumn {
  const { kind: k, length: n } = column
  if (column.kind === 'null') return { k, n }
  if (column.kind === 'values') return { k, n, d: body.add(encoder.encode(valuesText(column.values, n))) }
  const base = column.validity === null ? { k, n } : { k, n, v: body.add(column.validity.subarray(0, (n + 7) >> 3)) }
  const child = (inner: Column): readonly WireColumn[] => [writeColumn(inner, body, numberOf)]
  switch (column.kind) {
    case 'bool':
      return { ...base, d: body.add(column.data.subarray(0, (n + 7) >> 3)) }
    case 'utf8':
    case 'binary': {
      const [from, to] = range(column.offsets, n)
      return { ...base, o: body.add(fromZero(column.offsets, n)), d: body.add(column.data.subarray(from, to)) }
    }
    case 'dictionary':
      return { ...base, w: numberOf(column.dictionary), d: body.add(column.indices.subarray(0, n)) }
    case 'list': {
      const [from, to] = range(column.offsets, n)
      return { ...base, o: body.add(fromZero(column.offsets, n)), c: child(exactly(column.child, from, to)) }
    }
    case 'fixedList':
      return { ...base, s: column.size, c: child(exactly(column.child, 0, n * column.size)) }
    case 'struct':
      return { ...base, x: column.names, c: column.children.flatMap((inner) => child(exactly(inner, 0, n))) }
    case 'timestamp':
      return { ...base, u: column.unit, z: column.timezone, d: body.add(column.data.subarray(0, n)) }
    case 'time':
      return { ...base, u: column.unit, d: body.add(column.data.subarray(0, n)) }
    case 'decimal':
      return { ...base, p: column.precision, s: column.scale, d: body.add(column.data.subarray(0, 2 * n)) }
    default:
      return { ...base, d: body.add(column.data.subarray(0, n)) }
  }
}

function exactly(column: Column, from: number, to: number): Column {
  return from === 0 && column.length === to ? column : sliceColumn(column, from, to)
}

function range(offsets: Int32Array, length: number): readonly [number, number] {
  return [offsets[0] ?? 0, offsets[length] ?? 0]
}

/** Offsets of a slice begin where the slice does. */
function fromZero(offsets: Int32Array, length: number): Int32Array {
  const first = offsets[0] ?? 0
  const own = offsets.subarray(0, length + 1)
  return first === 0 ? own : own.map((offset) => offset - first)
}
