import { bitAt, setBit } from '../model/bitmap.js'
import type { Column } from '../model/column.js'

/** Kept rows as runs: pairs of first rowIndex and the one after the last. */
export type Runs = Int32Array

/** The runs of rows that are not rejected. */
export function keptRuns(rejects: Uint8Array): Runs {
  const pairs: number[] = []
  let start = -1
  for (let i = 0; i < rejects.length; i++) {
    if (rejects[i] === 0) {
      if (start < 0) start = i
    } else if (start >= 0) {
      pairs.push(start, i)
      start = -1
    }
  }
  if (start >= 0) pairs.push(start, rejects.length)
  return Int32Array.from(pairs)
}

/**
 * The kept rows of a column, in new buffers: two fields may show one column, and neighbouring views of a large batch
 * share a boundary, so nothing is moved in place. A dictionary stays as it is.
 *
 * @param count rows kept, the length of all runs
 */
export function compactColumn(column: Column, runs: Runs, count: number): Column {
  if (column.kind === 'null') return { kind: 'null', length: count, validity: null }
  if (column.kind === 'values') {
    const values: unknown[] = []
    eachRun(runs, 1, (from, to) => {
      for (let i = from; i < to; i++) values.push(column.values[i])
    })
    return { kind: 'values', length: count, validity: null, values }
  }
  const validity = compactValidity(column.validity, runs, count)
  const length = count
  switch (column.kind) {
    case 'bool':
      return { ...column, length, validity, data: compactBits(column.data, runs, count) }
    case 'utf8':
    case 'binary': {
      const { offsets, ranges, total } = compactOffsets(column.offsets, runs, count)
      return { ...column, length, validity, offsets, data: gather(column.data, new Uint8Array(total), ranges, 1) }
    }
    case 'list': {
      const { offsets, ranges, total } = compactOffsets(column.offsets, runs, count)
      return { ...column, length, validity, offsets, child: compactColumn(column.child, ranges, total) }
    }
    case 'dictionary':
      return { ...column, length, validity, indices: gather(column.indices, new Int32Array(count), runs, 1) }
    case 'decimal':
      return { ...column, length, validity, data: gather(column.data, new BigInt64Array(2 * count), runs, 2) }
    case 'fixedList': {
      const { size } = column
      return {
        ...column,
        length,
        validity,
        child: compactColumn(
          column.child,
          runs.map((at) => at * size),
          count * size,
        ),
      }
    }
    case 'struct':
      return { ...column, length, validity, children: column.children.map((child) => compactColumn(child, runs, count)) }
    case 'int64':
    case 'timestamp':
    case 'time':
      return { ...column, length, validity, data: gather(column.data, new BigInt64Array(count), runs, 1) }
    case 'uint64':
      return { ...column, length, validity, data: gather(column.data, new BigUint64Array(count), runs, 1) }
    default: {
      const Data = column.data.constructor as new (length: number) => Float64Array
      // One member per numeric kind: the copy has the array class of the original.
      return { ...column, length, validity, data: gather(column.data as Float64Array, new Data(count), runs, 1) } as Column
    }
  }
}

function eachRun(runs: Runs, per: number, take: (from: number, to: number) => void): void {
  for (let r = 0; r < runs.length; r += 2) take((runs[r] as number) * per, (runs[r + 1] as number) * per)
}

interface Slots {
  readonly length: number
  [index: number]: number | bigint
  subarray(from: number, to: number): ArrayLike<number> | ArrayLike<bigint>
}

/** Long runs are copied at once, short ones value by value: a call costs more than 16 values. */
function gather<A extends Slots & { set(part: never, at: number): void }>(data: A, into: A, runs: Runs, per: number): A {
  let at = 0
  eachRun(runs, per, (from, to) => {
    if (to - from >= 16) {
      into.set(data.subarray(from, to) as never, at)
      at += to - from
    } else for (let i = from; i < to; i++) into[at++] = data[i] as number
  })
  return into
}

function compactOffsets(offsets: Int32Array, runs: Runs, count: number): { offsets: Int32Array; ranges: Runs; total: number } {
  const compact = new Int32Array(count + 1)
  const ranges = new Int32Array(runs.length)
  let at = 0
  let total = 0
  for (let r = 0; r < runs.length; r += 2) {
    const from = runs[r] as number
    const to = runs[r + 1] as number
    const base = offsets[from] as number
    ranges[r] = base
    ranges[r + 1] = offsets[to] as number
    for (let i = from; i < to; i++) compact[++at] = total + (offsets[i + 1] as number) - base
    total = compact[at] as number
  }
  return { offsets: compact, ranges, total }
}

function compactBits(bits: Uint8Array, runs: Runs, count: number): Uint8Array {
  const compact = new Uint8Array((count + 7) >> 3)
  let at = 0
  eachRun(runs, 1, (from, to) => {
    for (let i = from; i < to; i++, at++) if (bitAt(bits, i)) setBit(compact, at)
  })
  return compact
}

/** `null` again when only rejected rows had nulls. */
function compactValidity(validity: Uint8Array | null, runs: Runs, count: number): Uint8Array | null {
  if (validity === null) return null
  const compact = compactBits(validity, runs, count)
  for (let i = 0; i < count; i++) if (!bitAt(compact, i)) return compact
  return null
}
