import { cell, exactInteger } from '../model/cell.js'
import type { Column } from '../model/column.js'
import { type DictionaryTexts, dictionaryText, dictionaryTexts } from './dictionary-texts.js'

/**
 * How the cells of a column are read into a record. It follows from the file's types, not from one batch: `utf8` and
 * `dictionary` are one mode, so a builder made for the modes fits every batch of a file.
 */
export type ReadMode = 'null' | 'number' | 'bool' | 'int64' | 'uint64' | 'text' | 'micros' | 'other'

/** Node's own slices, without the encoding look-up of `toString`. */
type TextBuffer = Buffer & { latin1Slice(from: number, to: number): string; utf8Slice(from: number, to: number): string }

/** A column opened for reading: one shape for all kinds, so that readers stay monomorphic. */
export interface CellSource {
  readonly mode: ReadMode
  readonly column: Column
  readonly validity: Uint8Array | null
  /** Numbers, or the bitmap of `bool`. */
  readonly data: ArrayLike<number>
  /** 64-bit integers as 32-bit words, low then high. */
  readonly words: Int32Array
  readonly offsets: Int32Array
  readonly text: TextBuffer
  readonly ascii: boolean
  /** Of a `dictionary` column; `null` otherwise. */
  readonly indices: Int32Array | null
  readonly texts: DictionaryTexts | null
}

const noNumbers: ArrayLike<number> = new Uint8Array(0)
const noWords = new Int32Array(0)
const noText = Buffer.alloc(0) as TextBuffer

if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1) throw new Error('Lading needs a little-endian host.')

/**
 * Opens rows `from` to `to` of a column.
 *
 * @param earlier the source of the same column in the batch before, whose dictionary may have grown
 */
export function openCells(column: Column, from: number, to: number, earlier: CellSource | null): CellSource {
  const none = { column, validity: column.validity, data: noNumbers, words: noWords, offsets: noWords, text: noText, ascii: true }
  const plain = { indices: null, texts: null }
  switch (column.kind) {
    case 'null':
      return { mode: 'null', ...none, ...plain }
    case 'int64':
    case 'uint64':
      return { mode: column.kind, ...none, words: wordsOf(column.data), ...plain }
    case 'bool':
      return { mode: 'bool', ...none, data: column.data, ...plain }
    case 'dictionary': {
      const texts = dictionaryTexts(column.dictionary, earlier?.texts ?? null)
      return { mode: 'text', ...none, indices: column.indices, texts }
    }
    case 'utf8': {
      const { data, offsets } = column
      const text = Buffer.from(data.buffer, data.byteOffset, data.length) as TextBuffer
      return { mode: 'text', ...none, offsets, text, ascii: isAscii(data, offsets[from] ?? 0, offsets[to] ?? 0), ...plain }
    }
    case 'timestamp':
      return column.unit === 'us'
        ? { mode: 'micros', ...none, words: wordsOf(column.data), ...plain }
        : { mode: 'other', ...none, ...plain }
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'float32':
    case 'float64':
      return { mode: 'number', ...none, data: column.data, ...plain }
    default:
      return { mode: 'other', ...none, ...plain }
  }
}

/** One cell as a record shows it: as `cell` does, but fast. */
export function readCell(source: CellSource, i: number): unknown {
  const { validity, mode } = source
  if (validity !== null && (((validity[i >> 3] as number) >> (i & 7)) & 1) === 0) return null
  switch (mode) {
    case 'null':
      return null
    case 'number':
      return source.data[i]
    case 'bool':
      return (((source.data[i >> 3] as number) >> (i & 7)) & 1) === 1
    case 'int64':
      return readInt64(source, i)
    case 'uint64':
      return readUint64(source, i)
    case 'micros':
      return readMicros(source, i)
    case 'text':
      return readText(source, i)
    default:
      return readOther(source, i)
  }
}

export function readText(source: CellSource, i: number): unknown {
  const { indices, texts, offsets, text } = source
  if (indices !== null && texts !== null) return dictionaryText(texts, indices[i] as number)
  const from = offsets[i] as number
  const to = offsets[i + 1] as number
  return source.ascii ? text.latin1Slice(from, to) : text.utf8Slice(from, to)
}

/** A number when safe, else a bigint. Never through `Number(bigint)`: that costs 20 times as much. */
export function readInt64(source: CellSource, i: number): number | bigint {
  const value = (source.words[2 * i + 1] as number) * 4294967296 + ((source.words[2 * i] as number) >>> 0)
  if (value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER) return value
  return exactInteger((source.column as { readonly data: BigInt64Array }).data[i] as bigint)
}

export function readUint64(source: CellSource, i: number): number | bigint {
  const value = ((source.words[2 * i + 1] as number) >>> 0) * 4294967296 + ((source.words[2 * i] as number) >>> 0)
  if (value <= Number.MAX_SAFE_INTEGER) return value
  return exactInteger((source.column as { readonly data: BigUint64Array }).data[i] as bigint)
}

export function readMicros(source: CellSource, i: number): Date {
  const value = (source.words[2 * i + 1] as number) * 4294967296 + ((source.words[2 * i] as number) >>> 0)
  if (value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER) return new Date(Math.floor(value / 1000))
  return cell(source.column, i) as Date
}

export function readOther(source: CellSource, i: number): unknown {
  return cell(source.column, i) ?? null
}

/** 64-bit integers as pairs of 32-bit words, low first. */
export function wordsOf(data: BigInt64Array | BigUint64Array): Int32Array {
  return new Int32Array(data.buffer, data.byteOffset, 2 * data.length)
}

function isAscii(data: Uint8Array, from: number, to: number): boolean {
  let bits = 0
  for (let i = from; i < to; i++) bits |= data[i] as number
  return bits < 128
}
