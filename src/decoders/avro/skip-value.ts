import type { Type, types } from 'avsc'
import { overBudget } from '../decode-failure.js'
import type { BlockCursor } from './block-cursor.js'
import { BlockProblem } from './block-problem.js'
import { skipList } from './nested-readers.js'
import type { SkipValue } from './value-reader.js'

/** Passes over values of columns that nobody reads, and knows the fewest bytes a type takes. */
export class Skipper {
  readonly #nesting: number
  readonly #skips = new Map<Type, SkipValue>()
  readonly #least = new Map<Type, number>()
  #depth = 0

  /** @param nesting most levels that a type holding itself may go down */
  constructor(nesting: number) {
    this.#nesting = nesting
  }

  /** One function per type, however often a named type is used. */
  skip(type: Type): SkipValue {
    const known = this.#skips.get(type)
    if (known !== undefined) return known
    let made: SkipValue = () => {}
    // A type that holds itself finds this on its way down.
    this.#skips.set(type, (cursor) => this.#deeper(cursor, made))
    made = this.#make(type)
    if (!isNested(type)) this.#skips.set(type, made)
    return made
  }

  /** The fewest bytes a value of this type takes. */
  leastBytes = (type: Type): number => {
    const known = this.#least.get(type)
    if (known !== undefined) return known
    // While a type that holds itself is being measured, it counts as nothing.
    this.#least.set(type, 0)
    const least = this.#measure(type)
    this.#least.set(type, least)
    return least
  }

  #measure(type: Type): number {
    switch (type.typeName) {
      case 'null':
        return 0
      case 'float':
        return 4
      case 'double':
        return 8
      case 'fixed':
        return (type as types.FixedType).size
      case 'record':
        return (type as types.RecordType).fields.reduce(
          (bytes, field) => Math.min(bytes + this.leastBytes(field.type), Number.MAX_SAFE_INTEGER),
          0,
        )
      default:
        return 1
    }
  }

  #deeper(cursor: BlockCursor, skip: SkipValue): void {
    if (++this.#depth > this.#nesting) throw overBudget('Levels of nested values', this.#depth, 'nesting', this.#nesting)
    skip(cursor)
    this.#depth--
  }

  #make(type: Type): SkipValue {
    switch (type.typeName) {
      case 'null':
        return () => {}
      case 'boolean':
        return (cursor) => void cursor.readBoolean()
      case 'int':
      case 'enum':
        return (cursor) => void cursor.readInt()
      case 'long':
        return (cursor) => cursor.readLong()
      case 'float':
        return (cursor) => void cursor.skip(4)
      case 'double':
        return (cursor) => void cursor.skip(8)
      case 'fixed':
        return (cursor) => void cursor.skip((type as types.FixedType).size)
      case 'string':
      case 'bytes':
        return (cursor) => void cursor.skip(cursor.readLength())
      case 'array': {
        const { itemsType } = type as types.ArrayType
        return skipList(this.skip(itemsType), this.leastBytes(itemsType))
      }
      case 'map': {
        const valuesType = (type as types.MapType).valuesType as Type
        const value = this.skip(valuesType)
        return skipList((cursor) => {
          cursor.skip(cursor.readLength())
          value(cursor)
        }, 1 + this.leastBytes(valuesType))
      }
      case 'record': {
        const fields = (type as types.RecordType).fields.map((field) => this.skip(field.type))
        return (cursor) => {
          for (const skip of fields) skip(cursor)
        }
      }
      default: {
        const branches = (type as types.WrappedUnionType).types.map((branch) => this.skip(branch))
        return (cursor) => {
          const skip = branches[cursor.readCount()]
          if (skip === undefined) throw new BlockProblem('a union has no such branch')
          skip(cursor)
        }
      }
    }
  }
}

function isNested({ typeName }: Type): boolean {
  return typeName === 'array' || typeName === 'map' || typeName === 'record' || typeName.startsWith('union')
}
