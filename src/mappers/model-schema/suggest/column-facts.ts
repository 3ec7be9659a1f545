import { cell, isPresent } from '../../../model/cell.js'
import type { Column } from '../../../model/column.js'
import type { ColumnInfo } from '../../../model/data-type.js'
import { isNumber } from '../../type-words.js'
import { type CellShape, fromJson, shapeOf } from './cell-shape.js'

/** Different cells that are told apart. */
const mostDistinct = 2_000
/** Bytes of text, and items of a list, that are looked into. */
const mostBytes = 256 * 1024
const mostItems = 20_000
/** Texts are compared by their beginnings. */
const compared = 200

/** What a sample reveals of one column. Cells are looked at and forgotten. */
export class ColumnFacts {
  readonly index: number
  readonly info: ColumnInfo
  rows = 0
  nulls = 0
  /** All different, as far as they were told apart. */
  repeats = false
  least = Number.POSITIVE_INFINITY
  most = Number.NEGATIVE_INFINITY
  /** All numbers are whole. */
  whole = true
  /** All class scores, or all numbers in lists, are 0 or 1; are from 0 to 1. */
  zeroOrOne = true
  unit = true
  longest = 0
  /** Of times, ms since 1970. */
  earliest = Number.POSITIVE_INFINITY
  latest = Number.NEGATIVE_INFINITY
  readonly #shapes = new Set<CellShape>()
  readonly #distinct = new Set<string>()
  readonly #lengths = new Set<number>()
  readonly #writtenNumbers: boolean
  readonly #writtenBools: boolean

  constructor(index: number, info: ColumnInfo) {
    this.index = index
    this.info = info
    this.#writtenNumbers = info.guessed === true && isNumber(info.type)
    this.#writtenBools = info.guessed === true && info.type.kind === 'bool'
  }

  get name(): string {
    return this.info.name
  }

  get present(): number {
    return this.rows - this.nulls
  }

  get distinct(): number {
    return this.#distinct.size
  }

  /** Every row has a value, and no two the same. */
  get unique(): boolean {
    return this.rows > 0 && this.nulls === 0 && !this.repeats
  }

  /** What all cells are; `nothing` without one, `mixed` when they differ. */
  get shape(): CellShape | 'nothing' | 'mixed' {
    const shapes = [...this.#shapes].filter((shape) => shape !== 'empty list')
    if (shapes.length === 0) return this.#shapes.size === 0 ? 'nothing' : 'empty list'
    if (shapes.length === 1) return shapes[0] as CellShape
    const texts: readonly CellShape[] = ['text', 'uuid', 'time', 'time without zone']
    return shapes.some((shape) => shape === 'text') || shapes.every((shape) => texts.includes(shape)) ? 'text' : 'mixed'
  }

  /** The one length that all lists have. */
  get dimension(): number | null {
    const [length] = this.#lengths
    return this.#lengths.size === 1 && length !== undefined ? length : null
  }

  /** A file's own type is of numbers, or all texts were read as some. */
  get isNumeric(): boolean {
    return isNumber(this.info.type)
  }

  add(column: Column, rowIndex: number): void {
    this.rows++
    if (!isPresent(column, rowIndex)) {
      this.nulls++
      return
    }
    if (!isSmall(column, rowIndex)) {
      this.#shapes.add(column.kind === 'utf8' || column.kind === 'dictionary' ? 'text' : 'other')
      return
    }
    const value = this.#read(cell(column, rowIndex))
    const shape = shapeOf(value)
    this.#shapes.add(shape)
    if (typeof value === 'number' || typeof value === 'bigint') this.#number(Number(value))
    else if (typeof value === 'string') this.longest = Math.max(this.longest, value.length)
    if (shape === 'time') this.#time(value instanceof Date ? value.getTime() : Date.parse(String(value).replace(' ', 'T')))
    if (shape === 'numbers' || shape === 'classes') this.#list(fromJson(value), shape)
    else if (shape !== 'boxes' && shape !== 'polygons') this.#tell(value)
  }

  /** Texts of a text file as they will be read. */
  #read(value: unknown): unknown {
    if (typeof value !== 'string') return value
    if (this.#writtenNumbers) return Number(value)
    return this.#writtenBools ? value.toLowerCase() === 'true' : value
  }

  #tell(value: unknown): void {
    // Lists and structs are never ids or classes.
    if (this.#distinct.size >= mostDistinct || (typeof value === 'object' && !(value instanceof Date))) return
    const text = value instanceof Date ? String(value.getTime()) : String(value)
    const key = text.length > compared ? `${text.slice(0, compared)}${text.length}` : text
    if (this.#distinct.has(key)) this.repeats = true
    else this.#distinct.add(key)
  }

  #number(value: number): void {
    this.least = Math.min(this.least, value)
    this.most = Math.max(this.most, value)
    if (!Number.isInteger(value)) this.whole = false
    if (value !== 0 && value !== 1) this.zeroOrOne = false
    if (!(value >= 0 && value <= 1)) this.unit = false
  }

  #time(ms: number): void {
    this.earliest = Math.min(this.earliest, ms)
    this.latest = Math.max(this.latest, ms)
  }

  #list(value: unknown, shape: 'numbers' | 'classes'): void {
    if (shape === 'numbers') {
      const numbers = value as ArrayLike<number>
      if (this.#lengths.size < 2) this.#lengths.add(numbers.length)
      for (let i = 0; i < Math.min(numbers.length, 100); i++) this.#number(Number(numbers[i]))
      return
    }
    const pairs = Array.isArray(value)
      ? (value as { score?: number; value?: number }[]).map((pair) => pair.score ?? pair.value)
      : Object.values(value as object)
    for (const score of pairs.slice(0, 100)) this.#number(Number(score))
  }
}

/** Small enough to be looked into; judged before it is read. */
function isSmall(column: Column, rowIndex: number): boolean {
  switch (column.kind) {
    case 'utf8':
      return (column.offsets[rowIndex + 1] as number) - (column.offsets[rowIndex] as number) <= mostBytes
    case 'dictionary':
      return isSmall(column.dictionary.values, column.indices[rowIndex] as number)
    case 'list':
      return (column.offsets[rowIndex + 1] as number) - (column.offsets[rowIndex] as number) <= mostItems
    case 'fixedList':
      return column.size <= mostItems
    default:
      return column.kind !== 'binary'
  }
}
