import type { Field } from 'apache-arrow'
import type { DataType } from '../../model/data-type.js'
import type { DisguisedTypes } from './flatbuffer-check.js'

/** How a column lies in a message: which buffers, and what they mean. */
export type ArrowLayout =
  | { readonly form: 'null' }
  | { readonly form: 'bits' }
  /** `width` bytes a value; `as` says how they are read, `opaque` that they are not. */
  | { readonly form: 'fixed'; readonly width: number; readonly as: FixedForm }
  | { readonly form: 'bytes'; readonly kind: 'utf8' | 'binary'; readonly large: boolean }
  | { readonly form: 'views'; readonly kind: 'utf8' | 'binary' }
  | { readonly form: 'list'; readonly large: boolean; readonly child: ArrowField }
  | { readonly form: 'fixedList'; readonly size: number; readonly child: ArrowField }
  | { readonly form: 'struct'; readonly children: readonly ArrowField[] }
  | { readonly form: 'dictionary'; readonly id: number; readonly width: number; readonly signed: boolean; readonly values: ArrowField }
  | { readonly form: 'listView'; readonly child: ArrowField }
  /** No buffers of its own. */
  | { readonly form: 'runs'; readonly children: readonly ArrowField[] }
  | { readonly form: 'union'; readonly dense: boolean; readonly children: readonly ArrowField[] }

export type FixedForm =
  | 'flat'
  | 'float16'
  | 'date64'
  | 'time32s'
  | 'time32ms'
  | 'decimal32'
  | 'decimal64'
  | 'decimal128'
  | 'fixedBinary'
  | 'opaque'

/** One field of the file's schema, in words of this package. */
export interface ArrowField {
  readonly name: string
  readonly nullable: boolean
  /** `unknown` where the column can be listed but not read. */
  readonly type: DataType
  /** Arrow's name of the type, for messages. */
  readonly typeName: string
  readonly layout: ArrowLayout
}

// Numbers of Arrow's enums, which are part of the format.
const Type = {
  dictionary: -1,
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  interval: 11,
  list: 12,
  struct: 13,
  union: 14,
  fixedBinary: 15,
  fixedList: 16,
  map: 17,
  duration: 18,
  largeBinary: 19,
  largeUtf8: 20,
  largeList: 21,
  binaryView: 23,
  utf8View: 24,
} as const
const units = ['s', 'ms', 'us', 'ns'] as const
const unknown: DataType = { kind: 'unknown' }

/** What the parameters of the library's types are called; each type has some. */
interface ArrowType {
  readonly typeId: number
  readonly bitWidth: number
  readonly isSigned: boolean
  readonly precision: number
  readonly scale: number
  readonly unit: number
  readonly mode: number
  readonly timezone: string | null
  readonly byteWidth: number
  readonly listSize: number
  readonly id: number | bigint
  readonly indices: ArrowType
  readonly dictionary: ArrowType
  readonly children: readonly Field[] | null
}

/** @param path of the field in the schema, as the keys of `disguised` are */
export function arrowField(field: Field, disguised: DisguisedTypes, path: string): ArrowField {
  return fieldOf(field.name, field.nullable, field.type as unknown as ArrowType, disguised, path)
}

function fieldOf(name: string, nullable: boolean, type: ArrowType, disguised: DisguisedTypes, path: string): ArrowField {
  const foreign = type.typeId === Type.dictionary ? undefined : disguised.get(path)
  const typeName = foreign ?? String(type).slice(0, 100)
  const named = (data: DataType, layout: ArrowLayout): ArrowField => ({ name, nullable, type: data, typeName, layout })
  const fixed = (data: DataType, width: number, as: FixedForm = 'flat'): ArrowField => named(data, { form: 'fixed', width, as })
  const children = (): ArrowField[] => (type.children ?? []).map((child, i) => arrowField(child, disguised, `${path}.${i}`))
  const onlyChild = (): ArrowField => {
    const child = children()[0]
    if (child === undefined) throw new RangeError('A list has no item.')
    return child
  }
  if (foreign === 'RunEndEncoded') return named(unknown, { form: 'runs', children: children() })
  if (foreign !== undefined) return named(unknown, { form: 'listView', child: onlyChild() })
  switch (type.typeId) {
    case Type.null:
      return named({ kind: 'null' }, { form: 'null' })
    case Type.bool:
      return named({ kind: 'bool' }, { form: 'bits' })
    case Type.int:
      return fixed({ kind: `${type.isSigned ? 'int' : 'uint'}${type.bitWidth}` as 'int8' }, byteWidth(type.bitWidth))
    case Type.float:
      if (type.precision === 0) return fixed({ kind: 'float32' }, 2, 'float16')
      return type.precision === 1 ? fixed({ kind: 'float32' }, 4) : fixed({ kind: 'float64' }, 8)
    case Type.decimal: {
      if (type.bitWidth > 128) return fixed(unknown, type.bitWidth / 8, 'opaque')
      if (type.precision < 1 || type.precision > 38 || Math.abs(type.scale) > 76)
        throw new RangeError('A decimal has digits beyond 128 bits.')
      const data: DataType = { kind: 'decimal', precision: type.precision, scale: type.scale }
      if (type.bitWidth === 32) return fixed(data, 4, 'decimal32')
      if (type.bitWidth === 64) return fixed(data, 8, 'decimal64')
      return fixed(data, 16, 'decimal128')
    }
    case Type.date:
      return type.unit === 0 ? fixed({ kind: 'date' }, 4) : fixed({ kind: 'date' }, 8, 'date64')
    case Type.time:
      if (type.bitWidth === 32) return fixed({ kind: 'time', unit: 'us' }, 4, type.unit === 0 ? 'time32s' : 'time32ms')
      return fixed({ kind: 'time', unit: type.unit === 2 ? 'us' : 'ns' }, 8)
    case Type.timestamp:
      return fixed({ kind: 'timestamp', unit: units[type.unit] ?? 's', timezone: type.timezone ?? null }, 8)
    case Type.dictionary: {
      const values = fieldOf(name, false, type.dictionary, disguised, path)
      const { bitWidth, isSigned: signed } = type.indices
      return named(values.type, { form: 'dictionary', id: Number(type.id), width: byteWidth(bitWidth), signed, values })
    }
    case Type.utf8View:
      return named({ kind: 'utf8' }, { form: 'views', kind: 'utf8' })
    case Type.binaryView:
      return named({ kind: 'binary' }, { form: 'views', kind: 'binary' })
    case Type.utf8:
      return named({ kind: 'utf8' }, { form: 'bytes', kind: 'utf8', large: false })
    case Type.largeUtf8:
      return named({ kind: 'utf8' }, { form: 'bytes', kind: 'utf8', large: true })
    case Type.binary:
      return named({ kind: 'binary' }, { form: 'bytes', kind: 'binary', large: false })
    case Type.largeBinary:
      return named({ kind: 'binary' }, { form: 'bytes', kind: 'binary', large: true })
    case Type.fixedBinary:
      return fixed({ kind: 'binary' }, count(type.byteWidth), 'fixedBinary')
    case Type.list:
    case Type.map:
    case Type.largeList: {
      const child = onlyChild()
      return named({ kind: 'list', item: child.type }, { form: 'list', large: type.typeId === Type.largeList, child })
    }
    case Type.fixedList: {
      const child = onlyChild()
      const size = count(type.listSize)
      return named({ kind: 'fixedList', size, item: child.type }, { form: 'fixedList', size, child })
    }
    case Type.struct: {
      const fields = children()
      return named(
        { kind: 'struct', fields: fields.map(({ name, type, nullable }) => ({ name, type, nullable })) },
        { form: 'struct', children: fields },
      )
    }
    case Type.union:
      return named(unknown, { form: 'union', dense: type.mode === 1, children: children() })
    case Type.interval:
      return fixed(unknown, [4, 8, 16][type.unit] ?? 16, 'opaque')
    case Type.duration:
      return fixed(unknown, 8, 'opaque')
    default:
      throw new RangeError(`The type ${typeName} is not known.`)
  }
}

function byteWidth(bits: number): number {
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) throw new RangeError(`An integer has ${bits} bits.`)
  return bits / 8
}

function count(value: number): number {
  if (!Number.isInteger(value) || value < 0) throw new RangeError(`${value} is not a size.`)
  return value
}

/** The name of the first type within a field that cannot be read, or `null`. */
export function unreadableType({ type, typeName, layout }: ArrowField): string | null {
  if (type.kind === 'unknown') return typeName
  switch (layout.form) {
    case 'list':
    case 'fixedList':
      return unreadableType(layout.child)
    case 'struct':
      return layout.children.map(unreadableType).find((name) => name !== null) ?? null
    case 'dictionary':
      return unreadableType(layout.values)
    default:
      return null
  }
}

/** Levels of lists and structs. */
export function nestingOf({ layout }: ArrowField): number {
  switch (layout.form) {
    case 'list':
    case 'fixedList':
    case 'listView':
      return 1 + nestingOf(layout.child)
    case 'struct':
    case 'runs':
    case 'union':
      return 1 + Math.max(0, ...layout.children.map(nestingOf))
    case 'dictionary':
      return nestingOf(layout.values)
    default:
      return 0
  }
}
