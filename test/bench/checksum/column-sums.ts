import type { Column, ColumnGroup, ColumnOf } from 'lading'
import { benchColumns, vectorColumn } from '../bench-columns.js'
import { bytesHash, nullHash, numberHash, seedOf, textHash, vectorHash, wordsHash } from './cell-hash.js'
import type { Checksum } from './checksum.js'

const unitsPerMs = { s: 1 / 1000, ms: 1, us: 1000, ns: 1_000_000 } as const
const present = (validity: Uint8Array | null, i: number): boolean =>
  validity === null || (((validity[i >> 3] as number) >> (i & 7)) & 1) === 1

/**
 * Adds a batch's columns to a checksum, column by column, without making values: what a sink for columns does. The
 * values of a dictionary are hashed once per file.
 */
export function columnSums(checksum: Checksum): (columns: Readonly<Record<string, Column | ColumnGroup>>, rowCount: number) => void {
  const dictionaries = new Map<number, { id: number; hashes: number[] }>()

  const add = (slot: number, column: Column): void => {
    const { sums } = checksum
    const seed = seedOf(slot)
    const absent = nullHash(seed)
    const { length, validity } = column
    let sum = sums[slot] as number
    switch (column.kind) {
      case 'null':
        sum = (sum + Math.imul(length, absent)) | 0
        break
      case 'float64': {
        const { data } = column
        const words = new Uint32Array(data.buffer, data.byteOffset, 2 * length)
        if (validity === null)
          for (let i = 0; i < length; i++) sum = (sum + wordsHash(words[2 * i] as number, words[2 * i + 1] as number, seed)) | 0
        else
          for (let i = 0; i < length; i++)
            sum = (sum + (present(validity, i) ? wordsHash(words[2 * i] as number, words[2 * i + 1] as number, seed) : absent)) | 0
        break
      }
      case 'int64':
      case 'timestamp': {
        const words = new Int32Array(column.data.buffer, column.data.byteOffset, 2 * length)
        const per = column.kind === 'timestamp' ? unitsPerMs[column.unit] : 1
        for (let i = 0; i < length; i++) {
          const value = (words[2 * i + 1] as number) * 2 ** 32 + ((words[2 * i] as number) >>> 0)
          sum = (sum + (present(validity, i) ? numberHash(value / per, seed) : absent)) | 0
        }
        break
      }
      case 'utf8': {
        const { data, offsets } = column
        let from = offsets[0] as number
        for (let i = 0; i < length; i++) {
          const to = offsets[i + 1] as number
          sum = (sum + (present(validity, i) ? bytesHash(data, from, to, seed) : absent)) | 0
          from = to
        }
        break
      }
      case 'dictionary': {
        const hashes = hashesOf(slot, column, seed)
        const { indices } = column
        if (validity === null) for (let i = 0; i < length; i++) sum = (sum + (hashes[indices[i] as number] as number)) | 0
        else for (let i = 0; i < length; i++) sum = (sum + (present(validity, i) ? (hashes[indices[i] as number] as number) : absent)) | 0
        break
      }
      case 'list':
      case 'fixedList': {
        const child = column.child
        if (child.kind !== 'float32' && child.kind !== 'float64') throw new Error(`No checksum for lists of ${child.kind}.`)
        for (let i = 0; i < length; i++) {
          const from = column.kind === 'list' ? (column.offsets[i] as number) : i * column.size
          const to = column.kind === 'list' ? (column.offsets[i + 1] as number) : from + column.size
          sum = (sum + (present(validity, i) ? vectorHash(child.data, from, to, seed) : absent)) | 0
        }
        break
      }
      case 'float32':
      case 'int8':
      case 'int16':
      case 'int32':
      case 'uint8':
      case 'uint16':
      case 'uint32': {
        const { data } = column
        for (let i = 0; i < length; i++) sum = (sum + (present(validity, i) ? numberHash(data[i] as number, seed) : absent)) | 0
        break
      }
      default:
        throw new Error(`No checksum for columns of ${column.kind}.`)
    }
    sums[slot] = sum
  }

  const hashesOf = (slot: number, { dictionary }: ColumnOf<'dictionary'>, seed: number): number[] => {
    let known = dictionaries.get(slot)
    if (known === undefined || known.id !== dictionary.id) {
      known = { id: dictionary.id, hashes: [] }
      dictionaries.set(slot, known)
    }
    const { values } = dictionary
    if (values.kind !== 'utf8') throw new Error(`No checksum for dictionaries of ${values.kind}.`)
    for (let k = known.hashes.length; k < values.length; k++)
      known.hashes.push(bytesHash(values.data, values.offsets[k] as number, values.offsets[k + 1] as number, seed))
    return known.hashes
  }

  return (columns, rowCount) => {
    for (const [slot, { path }] of benchColumns.entries()) add(slot, columnAt(columns, ...path))
    const vectors = columns.embedding_features
    if (vectors !== undefined) add(benchColumns.length, vectorsIn(columnAt(columns, 'embedding_features', vectorColumn.name)))
    checksum.rows += rowCount
  }
}

function columnAt(columns: Readonly<Record<string, Column | ColumnGroup>>, key: string, name?: string): Column {
  const found = columns[key]
  const column = found?.kind === 'group' ? found.columns[found.names.indexOf(name ?? '')] : found
  if (column === undefined) throw new Error(`The batch has no column ${key} ${name ?? ''}.`)
  return column
}

/** An embedding is its vector, or a struct with one. */
function vectorsIn(column: Column): Column {
  return column.kind === 'struct' ? (column.children[column.names.indexOf('vector')] as Column) : column
}

/** Adds JavaScript values of one column, `null` for none: what is hashed where a library hands over arrays. */
export function addValues(checksum: Checksum, slot: number, values: readonly unknown[]): void {
  const seed = seedOf(slot)
  const absent = nullHash(seed)
  const text = slot < benchColumns.length && benchColumns[slot]?.kind === 'text'
  const factor = benchColumns[slot]?.kind === 'seconds' ? 1000 : 1
  let sum = checksum.sums[slot] as number
  if (slot === benchColumns.length) {
    for (const value of values as (ArrayLike<number> | null)[])
      sum = (sum + (value === null ? absent : vectorHash(value, 0, value.length, seed))) | 0
  } else if (text) for (const value of values as (string | null)[]) sum = (sum + (value === null ? absent : textHash(value, seed))) | 0
  else for (const value of values as (number | null)[]) sum = (sum + (value === null ? absent : numberHash(value * factor, seed))) | 0
  checksum.sums[slot] = sum
}
