import type { Budgets } from '../../model/budgets.js'
import type { ColumnInfo, DataType, FileSchema, PlainKind } from '../../model/data-type.js'
import { FalseFrame, list, members, oneOf, text, wholeNumber } from './claims.js'

const plainKinds = [
  ...['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float32', 'float64'],
  ...['bool', 'utf8', 'binary', 'date', 'null', 'unknown'],
] as readonly PlainKind[]
const kinds = [...plainKinds, 'timestamp', 'time', 'decimal', 'list', 'fixedList', 'struct'] as const

/** The columns that a far side says a file has. @throws FalseFrame */
export function readSchema(wire: unknown, budgets: Budgets): FileSchema {
  // A decoder counts names of its own, so it may be a little over; a budget is not checked to the letter here.
  const most = Math.min(65_535, Math.max(budgets.columns, 1))
  return {
    columns: list(members(wire, 'a schema').columns, 'the columns of a schema', most).map((column) =>
      readInfo(column, budgets.nesting + 4),
    ),
  }
}

function readInfo(wire: unknown, levels: number): ColumnInfo {
  const { name, type, nullable, guessed } = members(wire, 'a column of a schema')
  return {
    name: text(name, 'the name of a column', 1_048_576),
    type: readType(type, levels),
    nullable: nullable === true,
    ...(guessed === undefined ? {} : { guessed: guessed === true }),
  }
}

function readType(wire: unknown, levels: number): DataType {
  if (levels === 0) throw new FalseFrame('a type is nested too deep')
  const { kind: word, unit, timezone, precision, scale, size, item, fields } = members(wire, 'a type')
  const kind = oneOf(word, 'the kind of a type', kinds)
  switch (kind) {
    case 'timestamp':
      return {
        kind,
        unit: oneOf(unit, 'the unit of a timestamp', ['s', 'ms', 'us', 'ns']),
        timezone: timezone === null ? null : text(timezone, 'a time zone', 256),
      }
    case 'time':
      return { kind, unit: oneOf(unit, 'the unit of a time', ['us', 'ns']) }
    case 'decimal':
      return { kind, precision: wholeNumber(precision, 'a precision', 1_000), scale: wholeNumber(scale, 'a scale', 1_000, -1_000) }
    case 'list':
      return { kind, item: readType(item, levels - 1) }
    case 'fixedList':
      return { kind, size: wholeNumber(size, 'the size of a fixed list', 2 ** 31 - 1), item: readType(item, levels - 1) }
    case 'struct':
      return { kind, fields: list(fields, 'the fields of a struct', 65_535).map((field) => readInfo(field, levels - 1)) }
    default:
      return { kind }
  }
}
