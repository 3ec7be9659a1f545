import { ValidityBuilder } from '../../model/bitmap.js'
import type { Column } from '../../model/column.js'
import type { DataType } from '../../model/data-type.js'
import { unsupportedFile } from '../decode-failure.js'
import { parseBool, parseDate, parseFloat64, parseInt64, parseTimestamp } from './cell-parsers.js'
import { type CellWords, plainWords } from './cell-words.js'

/** Builds one column of one batch from cells, whose characters are bytes (latin1). */
export interface CsvColumnBuilder {
  /** @returns false when the text is not of the type: nothing was set, the caller sets null */
  set(rowIndex: number, text: string): boolean
  setNull(rowIndex: number): void
  finish(rowCount: number): Column
}

/** How cells are read as one type. */
export interface CsvColumnType {
  /** Decoded bytes of a cell, the text of utf8 apart. */
  readonly width: number
  /** For the issue: what the cell should have been. */
  readonly expected: string
  builder(capacity: number): CsvColumnBuilder
}

/**
 * @param name the column, for the message
 * @param words of the dialect, for what an issue says was expected
 * @throws DecodeError `FORMAT_UNSUPPORTED` for a type that text is not read as
 */
export function csvColumnType(as: DataType, name: string, { boolWords, decimal }: CellWords = plainWords): CsvColumnType {
  switch (as.kind) {
    case 'utf8':
      return { width: 4, expected: 'text', builder: textBuilder }
    case 'int64':
      return {
        width: 8,
        expected: 'an int64: digits with an optional sign, within 64 bits',
        builder: flatBuilder(BigInt64Array, parseInt64, (rest) => ({ kind: 'int64', ...rest })),
      }
    case 'float64':
      return {
        width: 8,
        expected: `a float64: a decimal number, for example -1${decimal}5 or 2e-3`,
        builder: flatBuilder(Float64Array, parseFloat64, (rest) => ({ kind: 'float64', ...rest })),
      }
    case 'timestamp':
      return {
        width: 8,
        expected: 'a timestamp: seconds since 1970, or RFC3339 with its offset, for example 2022-04-16T16:15:00Z',
        builder: flatBuilder(
          BigInt64Array,
          (text) => parseTimestamp(text, as.unit),
          (rest) => ({ kind: 'timestamp', unit: as.unit, timezone: as.timezone, ...rest }),
        ),
      }
    case 'date':
      return {
        width: 4,
        expected: 'a date: YYYY-MM-DD',
        builder: flatBuilder(Int32Array, parseDate, (rest) => ({ kind: 'date', ...rest })),
      }
    case 'bool':
      return { width: 1, expected: `a bool: ${boolWords}`, builder: boolBuilder }
    default:
      throw unsupportedFile(
        `A CSV column cannot be read as ${as.kind}.`,
        'Declare the column as string, float64, int64, bool, timestamp or date, or upload a typed format such as Parquet.',
        { column: name },
      )
  }
}

interface FlatArray<V> {
  [index: number]: V
  readonly length: number
  slice(from: number, to: number): this
}
interface FlatRest<A> {
  readonly length: number
  readonly validity: Uint8Array | null
  readonly data: A
}

function flatBuilder<V extends number | bigint, A extends FlatArray<V>>(
  Data: new (length: number) => A,
  parse: (text: string) => V | undefined,
  column: (rest: FlatRest<A>) => Column,
): (capacity: number) => CsvColumnBuilder {
  return (capacity) => {
    const data = new Data(capacity)
    const nulls: number[] = []
    return {
      set(rowIndex, text) {
        const value = parse(text)
        if (value === undefined) return false
        data[rowIndex] = value
        return true
      },
      setNull: (rowIndex) => nulls.push(rowIndex),
      finish: (length) =>
        column({ length, validity: validityOf(nulls, length), data: length === data.length ? data : data.slice(0, length) }),
    }
  }
}

function boolBuilder(capacity: number): CsvColumnBuilder {
  const data = new Uint8Array((capacity + 7) >> 3)
  const nulls: number[] = []
  return {
    set(rowIndex, text) {
      const value = parseBool(text)
      if (value === true) data[rowIndex >> 3] = (data[rowIndex >> 3] as number) | (1 << (rowIndex & 7))
      return value !== undefined
    },
    setNull: (rowIndex) => nulls.push(rowIndex),
    finish: (length) => ({ kind: 'bool', length, validity: validityOf(nulls, length), data: data.slice(0, (length + 7) >> 3) }),
  }
}

function textBuilder(capacity: number): CsvColumnBuilder {
  const offsets = new Int32Array(capacity + 1)
  const nulls: number[] = []
  let data = Buffer.from(new ArrayBuffer(1024))
  let at = 0
  return {
    set(rowIndex, text) {
      const { length } = text
      if (at + length > data.length) {
        const grown = Buffer.from(new ArrayBuffer(Math.max(2 * data.length, at + length)))
        grown.set(data.subarray(0, at))
        data = grown
      }
      // Calling into the runtime costs more than a short loop.
      if (length > 24) data.write(text, at, 'latin1')
      else for (let i = 0; i < length; i++) data[at + i] = text.charCodeAt(i)
      at += length
      offsets[rowIndex + 1] = at
      return true
    },
    setNull(rowIndex) {
      nulls.push(rowIndex)
      offsets[rowIndex + 1] = at
    },
    finish: (length) => ({
      kind: 'utf8',
      length,
      validity: validityOf(nulls, length),
      offsets: length === capacity ? offsets : offsets.slice(0, length + 1),
      data: new Uint8Array(data.buffer.slice(0, at)),
    }),
  }
}

function validityOf(nulls: readonly number[], length: number): Uint8Array | null {
  const validity = new ValidityBuilder(length)
  for (const rowIndex of nulls) validity.setNull(rowIndex)
  return validity.finish()
}
