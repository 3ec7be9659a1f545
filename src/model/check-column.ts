import type { Column } from './column.js'

/**
 * Is a column what its kind promises? For columns made by strangers: buffers long enough for `length`, offsets rising
 * and within `data`, dictionary indices within the dictionary, at most 32 levels.
 *
 * @returns the problem in words, or `null`
 */
export function checkColumn(column: Column, depth = 0): string | null {
  if (depth > 32) return 'nested deeper than 32 levels'
  const { length } = column
  if (!Number.isInteger(length) || length < 0) return `length ${length} is not a count`
  if (column.kind === 'null') return null
  if (column.kind === 'values') return column.values.length < length ? `values hold ${column.values.length} of ${length} rows` : null
  if (column.validity !== null && column.validity.length < (length + 7) >> 3) return 'validity is shorter than the column'
  const short = (have: number, need: number, what: string): string | null => (have < need ? `${what} holds ${have} of ${need}` : null)
  switch (column.kind) {
    case 'bool':
      return short(column.data.length, (length + 7) >> 3, 'data')
    case 'decimal':
      return short(column.data.length, 2 * length, 'data')
    case 'utf8':
    case 'binary':
      return checkOffsets(column.offsets, length, column.data.length)
    case 'list':
      return checkOffsets(column.offsets, length, column.child.length) ?? checkColumn(column.child, depth + 1)
    case 'fixedList':
      return short(column.child.length, length * column.size, 'child') ?? checkColumn(column.child, depth + 1)
    case 'struct': {
      if (column.names.length !== column.children.length) return 'names and children differ in number'
      for (const child of column.children) {
        const problem = short(child.length, length, 'child') ?? checkColumn(child, depth + 1)
        if (problem !== null) return problem
      }
      return null
    }
    case 'dictionary': {
      const size = column.dictionary.values.length
      if (column.indices.length < length) return short(column.indices.length, length, 'indices')
      for (let i = 0; i < length; i++) {
        const index = column.indices[i] as number
        if (index < 0 || (index >= size && !(index === 0 && column.validity !== null)))
          return `index ${index} is outside the dictionary of ${size}`
      }
      return checkColumn(column.dictionary.values, depth + 1)
    }
    default:
      return short(column.data.length, length, 'data')
  }
}

function checkOffsets(offsets: Int32Array, length: number, limit: number): string | null {
  if (offsets.length < length + 1) return `offsets hold ${offsets.length} of ${length + 1}`
  let last = offsets[0] as number
  if (last < 0) return 'the first offset is negative'
  for (let i = 1; i <= length; i++) {
    const next = offsets[i] as number
    if (next < last) return `offset ${i} falls`
    last = next
  }
  return last > limit ? `the last offset ${last} is beyond the data of ${limit}` : null
}
