import { bitAt, setBit } from './bitmap.js'
import type { Column } from './column.js'

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
      return { ...column, length, validity, offsets, data: gather<Uint8Array>(column.data, () => new Uint8Array(total), ranges, 1) }
    }
    case 'list': {
      const { offsets, ranges, total } = compactOffsets(column.offsets, runs, count)
      return { ...column, length, validity, offsets, child: compactColumn(column.child, ranges, total) }
    }
    case 'dictionary':
      return { ...column, length, validity, indices: gather<Int32Array>(column.indices, () => new Int32Array(count), runs, 1) }
    case 'decimal':
      return { ...column, length, validity, data: gather<BigInt64Array>(column.data, () => new BigInt64Array(2 * count), runs, 2) }
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
      return { ...column, length, validity, data: gather<BigInt64Array>(column.data, () => new BigInt64Array(count), runs, 1) }
    case 'uint64':
      return { ...column, length, validity, data: gather<BigUint64Array>(column.data, () => new BigUint64Array(count), runs, 1) }
    default: {
      const Data = column.data.constructor as new (length: number) => Float64Array
      // One member per numeric kind: the copy has the array class of the original.
      return { ...column, length, validity, data: gather(column.data as Float64Array, () => new Data(count), runs, 1) } as Column
    }
  }
}

function eachRun(runs: Runs, per: number, take: (from: number, to: number) => void): void {
  for (let r = 0; r < runs.length; r += 2) take((runs[r] as number) * per, (runs[r + 1] as number) * per)
}

interface Slots {
  readonly length: number
  [index: number]: number | bigint
  slice(from: number, to: number): Slots
  subarray(from: number, to: number): Slots
  copyWithin(target: number, from: number, to: number): Slots
}

/**
 * The kept slots, `per` of them a row. Long runs are moved within one copy, for a call costs about 16 values; short
 * ones go value by value into `empty()`, and so do runs in any other order than the file's.
 */
function gather<A extends Slots>(data: A, empty: () => A, runs: Runs, per: number): A {
  const pairs = runs.length / 2
  const base = (runs[0] ?? 0) * per
  let kept = 0
  let ordered = true
  for (let r = 0; r < runs.length; r += 2) {
    if ((runs[r] as number) * per - base < kept) ordered = false
    kept += ((runs[r + 1] as number) - (runs[r] as number)) * per
  }
  if (ordered && kept >= 16 * pairs) {
    const copy = data.slice(base, (runs[runs.length - 1] ?? 0) * per)
    let at = 0
    for (let r = 0; r < runs.length; r += 2) {
      const from = (runs[r] as number) * per - base
      const to = (runs[r + 1] as number) * per - base
      if (from !== at) copy.copyWithin(at, from, to)
      at += to - from
    }
    // `slice` and `subarray` keep the array's own class.
    return copy.subarray(0, kept) as A
  }
  const into = empty()
  let at = 0
  for (let r = 0; r < runs.length; r += 2) {
    const to = (runs[r + 1] as number) * per
    for (let i = (runs[r] as number) * per; i < to; i++) (into as Slots)[at++] = data[i] as number
  }
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

/** Eight rows at a time where the place they go to begins a byte: bit by bit this was a tenth of the mapping's work. */
function compactBits(bits: Uint8Array, runs: Runs, count: number): Uint8Array {
  const compact = new Uint8Array((count + 7) >> 3)
  let at = 0
  for (let r = 0; r < runs.length; r += 2) {
    const to = runs[r + 1] as number
    let i = runs[r] as number
    for (; i < to && (at & 7) !== 0; i++, at++) if (bitAt(bits, i)) setBit(compact, at)
    const shift = i & 7
    for (; i + 8 <= to; i += 8, at += 8) {
      const low = bits[i >> 3] as number
      // All eight are in one byte, or end in the next, which is there because the last of them is.
      compact[at >> 3] = shift === 0 ? low : (low >> shift) | ((bits[(i >> 3) + 1] as number) << (8 - shift))
    }
    for (; i < to; i++, at++) if (bitAt(bits, i)) setBit(compact, at)
  }
  return compact
}

/** `null` again when only rejected rows had nulls. */
function compactValidity(validity: Uint8Array | null, runs: Runs, count: number): Uint8Array | null {
  if (validity === null) return null
  const compact = compactBits(validity, runs, count)
  const whole = count >> 3
  for (let i = 0; i < whole; i++) if (compact[i] !== 0xff) return compact
  const rest = count & 7
  return rest !== 0 && compact[whole] !== (1 << rest) - 1 ? compact : null
}
