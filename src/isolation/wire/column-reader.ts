import type { Column, Dictionary } from '../../model/column.js'
import type { Body } from './body.js'
import { FalseFrame, list, members, oneOf, text, wholeNumber } from './claims.js'
import { valuesFrom } from './values-text.js'

/** Rows of one column, children of lists included. */
const MOST_ROWS = 2 ** 31 - 2
const kinds = [
  ...['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float32', 'float64', 'bool', 'utf8', 'binary'],
  ...['dictionary', 'timestamp', 'date', 'time', 'decimal', 'list', 'fixedList', 'struct', 'null', 'values'],
] as readonly Column['kind'][]

const numberArrays = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
  date: Int32Array,
} as const

export interface ColumnReaderOptions {
  readonly body: Body
  readonly dictionaryOf: (number: number) => Dictionary
  /** Most levels of lists and structs. */
  readonly nesting: number
}

/**
 * A column as views of a received body. Whoever sent it is not believed: kinds, sizes, offsets and dictionary indices
 * are checked, so that no reader of the column can be led outside its buffers.
 *
 * @throws FalseFrame
 */
export function readColumn(wire: unknown, options: ColumnReaderOptions, depth = 0): Column {
  const { body } = options
  const claimed = members(wire, 'a column')
  const kind = oneOf(claimed.k, 'the kind of a column', kinds)
  const length = wholeNumber(claimed.n, `the length of a ${kind} column`, MOST_ROWS)
  if (kind === 'null') return { kind, length, validity: null }
  if (kind === 'values') return { kind, length, validity: null, values: valuesFrom(body.bytes(claimed.d, 'values'), length) }
  const validity = claimed.v === undefined ? null : body.view(Uint8Array, claimed.v, (length + 7) >> 3, 'validity')
  const child = (inner: unknown, need: number): Column => {
    if (depth >= options.nesting) throw new FalseFrame(`a column is nested deeper than ${options.nesting} levels`)
    const column = readColumn(inner, options, depth + 1)
    if (column.length !== need) throw new FalseFrame(`a child has ${column.length} rows where ${need} belong`)
    return column
  }
  const children = (most: number): readonly unknown[] => list(claimed.c, 'children', most)
  switch (kind) {
    case 'bool':
      return { kind, length, validity, data: body.view(Uint8Array, claimed.d, (length + 7) >> 3, 'bool data') }
    case 'utf8':
    case 'binary': {
      const data = body.bytes(claimed.d, `${kind} data`)
      return { kind, length, validity, offsets: readOffsets(body, claimed.o, length, data.length), data }
    }
    case 'dictionary': {
      const dictionary = options.dictionaryOf(wholeNumber(claimed.w, 'the number of a dictionary'))
      const indices = body.view(Int32Array, claimed.d, length, 'indices')
      checkIndices(indices, dictionary.values.length, validity !== null)
      return { kind, length, validity, indices, dictionary }
    }
    case 'list': {
      const [inner] = children(1)
      const items = wholeNumber(members(inner, 'a list child').n, 'the length of a list child', MOST_ROWS)
      return { kind, length, validity, offsets: readOffsets(body, claimed.o, length, items), child: child(inner, items) }
    }
    case 'fixedList': {
      const size = wholeNumber(claimed.s, 'the size of a fixed list', MOST_ROWS)
      return {
        kind,
        length,
        validity,
        size,
        child: child(children(1)[0], wholeNumber(length * size, 'the items of a fixed list', MOST_ROWS)),
      }
    }
    case 'struct': {
      const names = list(claimed.x, 'names of a struct', 65_536).map((name) => text(name, 'a name of a struct'))
      const inner = children(names.length)
      if (inner.length !== names.length) throw new FalseFrame('a struct has more names than children')
      return { kind, length, validity, names, children: inner.map((column) => child(column, length)) }
    }
    case 'timestamp': {
      const unit = oneOf(claimed.u, 'the unit of a timestamp', ['s', 'ms', 'us', 'ns'])
      const timezone = claimed.z === null ? null : text(claimed.z, 'a time zone', 256)
      return { kind, length, validity, unit, timezone, data: body.view(BigInt64Array, claimed.d, length, 'timestamps') }
    }
    case 'time': {
      const unit = oneOf(claimed.u, 'the unit of a time', ['us', 'ns'])
      return { kind, length, validity, unit, data: body.view(BigInt64Array, claimed.d, length, 'times') }
    }
    case 'decimal': {
      const precision = wholeNumber(claimed.p, 'a precision', 38, 1)
      const scale = wholeNumber(claimed.s, 'a scale', 1_000, -1_000)
      return { kind, length, validity, precision, scale, data: body.view(BigInt64Array, claimed.d, 2 * length, 'decimals') }
    }
    default:
      // The table pairs each kind with its array.
      return {
        kind,
        length,
        validity,
        data: body.view(numberArrays[kind] as typeof Int32Array, claimed.d, length, `${kind} data`),
      } as Column
  }
}

function readOffsets(body: Body, index: unknown, length: number, limit: number): Int32Array {
  const offsets = body.view(Int32Array, index, length + 1, 'offsets')
  let last = offsets[0] as number
  if (last < 0) throw new FalseFrame('the first offset is negative')
  for (let i = 1; i <= length; i++) {
    const next = offsets[i] as number
    if (next < last) throw new FalseFrame(`offset ${i} falls`)
    last = next
  }
  if (last > limit) throw new FalseFrame(`the last offset ${last} is beyond the ${limit} that are there`)
  return offsets
}

/** Index 0 under a null needs no value. */
function checkIndices(indices: Int32Array, size: number, hasNulls: boolean): void {
  const limit = size === 0 && hasNulls ? 1 : size
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number
    if (index < 0 || index >= limit) throw new FalseFrame(`index ${index} is outside a dictionary of ${size}`)
  }
}
