import type { Type, types } from 'avsc'
import type { Budgets } from '../../model/budgets.js'
import type { ColumnInfo, DataType } from '../../model/data-type.js'
import { corruptFile, overBudget } from '../decode-failure.js'
import type { AvroSchema, LogicalType } from './avro-schema.js'
import { BlockProblem } from './block-problem.js'
import { BytesReader, type FindBytes } from './bytes-reader.js'
import { decimalReader, fixedWidthReader } from './fixed-width-reader.js'
import type { FlatKind, FlatPlan } from './flat-fields.js'
import { ListReader, NullableReader, NullReader, StructReader } from './nested-readers.js'
import { uuidText } from './uuid-text.js'
import type { Meter, ValueReader } from './value-reader.js'

/** How values of one type become a column. */
export interface TypePlan {
  readonly type: DataType
  readonly nullable: boolean
  /** A simple value, which records of them are read by at once; absent for others. */
  readonly flat?: FlatPlan
  /** A new, empty reader. */
  readonly reader: (meter: Meter) => ValueReader
}

/** A top-level field of the schema. */
export interface AvroColumn {
  readonly name: string
  readonly type: Type
  /** `null`: listed, not read. */
  readonly plan: TypePlan | null
}

/** Plans columns for a schema's types. Named types may be used many times over: what they unfold to is counted. */
export class TypePlanner {
  readonly #schema: AvroSchema
  readonly #budgets: Budgets
  readonly #leastBytes: (type: Type) => number
  readonly #open = new Set<Type>()
  #parts = 0

  constructor(schema: AvroSchema, budgets: Budgets, leastBytes: (type: Type) => number) {
    this.#schema = schema
    this.#budgets = budgets
    this.#leastBytes = leastBytes
  }

  /** `null` for a type that is listed but not read: other unions, types that hold themselves, unknown logical shapes. */
  plan(type: Type, depth = 1): TypePlan | null {
    const { columns, nesting } = this.#budgets
    if (++this.#parts > 4 * columns) throw overBudget('Parts of the schema, unfolded', this.#parts, 'columns', columns)
    if (this.#open.has(type)) return null
    // A map is two levels here: the list and the struct of key and value.
    if (depth > 2 * nesting) throw overBudget('Levels of nesting', depth, 'nesting', nesting)
    this.#open.add(type)
    try {
      return this.#plan(type, depth)
    } finally {
      this.#open.delete(type)
    }
  }

  #plan(type: Type, depth: number): TypePlan | null {
    const { cellBytes } = this.#budgets
    const logical = this.#schema.logicalOf(type)
    const simple = (kind: FlatKind): { readonly flat: FlatPlan } => ({ flat: { kind, nullBranch: null } })
    const fixed = (data: DataType, kind: FlatKind, millis = false): TypePlan => ({
      type: data,
      nullable: false,
      // A time in milliseconds is not stored as it is written.
      ...(millis ? {} : simple(kind)),
      reader: (meter) => fixedWidthReader(data, meter, millis) ?? new NullReader(meter),
    })
    const bytes = (kind: 'utf8' | 'binary', find: FindBytes | null = null): TypePlan => ({
      type: { kind },
      nullable: false,
      ...(find === null ? simple('bytes') : {}),
      reader: (meter) => new BytesReader(kind, meter, cellBytes, find),
    })
    switch (type.typeName) {
      case 'null':
        return { type: { kind: 'null' }, nullable: true, reader: (meter) => new NullReader(meter) }
      case 'boolean':
        return fixed({ kind: 'bool' }, 'boolean')
      case 'float':
        return fixed({ kind: 'float32' }, 'float')
      case 'double':
        return fixed({ kind: 'float64' }, 'double')
      case 'int':
        if (logical?.name === 'date') return fixed({ kind: 'date' }, 'int')
        return logical?.name === 'time-millis' ? fixed({ kind: 'time', unit: 'us' }, 'int', true) : fixed({ kind: 'int32' }, 'int')
      case 'long':
        return fixed(longType(logical), 'long')
      case 'string':
        return bytes('utf8')
      case 'bytes':
        return logical?.name === 'decimal' ? decimal(logical, null) : bytes('binary')
      case 'fixed': {
        const { size } = type as types.FixedType
        if (logical?.name === 'decimal') return decimal(logical, size)
        if (logical?.name === 'uuid' && size === 16) return bytes('utf8', uuidAt)
        return bytes('binary', (cursor) => ({ bytes: cursor.bytes, start: cursor.skip(size), length: size }))
      }
      case 'enum':
        return bytes('utf8', symbolAt((type as types.EnumType).symbols))
      case 'array':
        return this.#list((type as types.ArrayType).itemsType, this.plan((type as types.ArrayType).itemsType, depth + 1))
      case 'map':
        return this.#map((type as types.MapType).valuesType as Type, depth)
      case 'record':
        return this.#struct((type as types.RecordType).fields, depth)
      case 'union:wrapped':
      case 'union:unwrapped':
        return this.#union((type as types.WrappedUnionType).types, depth)
      default:
        return null
    }
  }

  #list(itemType: Type, item: TypePlan | null, leastItem = this.#leastBytes(itemType)): TypePlan | null {
    if (item === null) return null
    return {
      type: { kind: 'list', item: item.type },
      nullable: false,
      reader: (meter) => new ListReader(item.reader(meter), leastItem, meter),
    }
  }

  #map(valueType: Type, depth: number): TypePlan | null {
    const value = this.plan(valueType, depth + 2)
    if (value === null) return null
    const { cellBytes } = this.#budgets
    const fields: ColumnInfo[] = [
      { name: 'key', type: { kind: 'utf8' }, nullable: false },
      { name: 'value', type: value.type, nullable: value.nullable },
    ]
    const entry: TypePlan = {
      type: { kind: 'struct', fields },
      nullable: false,
      reader: (meter) => new StructReader(['key', 'value'], [new BytesReader('utf8', meter, cellBytes), value.reader(meter)]),
    }
    return this.#list(valueType, entry, 1 + this.#leastBytes(valueType))
  }

  #struct(fields: readonly types.Field[], depth: number): TypePlan | null {
    const plans: TypePlan[] = []
    for (const field of fields) {
      const plan = this.plan(field.type, depth + 1)
      if (plan === null) return null
      plans.push(plan)
    }
    const names = fields.map(({ name }) => name)
    return {
      type: { kind: 'struct', fields: plans.map(({ type, nullable }, i): ColumnInfo => ({ name: names[i] as string, type, nullable })) },
      nullable: false,
      reader: (meter) =>
        new StructReader(
          names,
          plans.map((plan) => plan.reader(meter)),
        ),
    }
  }

  #union(branches: readonly Type[], depth: number): TypePlan | null {
    const nullBranch = branches.findIndex(({ typeName }) => typeName === 'null')
    const other = branches[1 - nullBranch]
    if (branches.length !== 2 || nullBranch < 0 || other === undefined) return null
    const plan = this.plan(other, depth)
    if (plan === null) return null
    const flat = plan.flat === undefined ? {} : { flat: { ...plan.flat, nullBranch: nullBranch as 0 | 1 } }
    return { type: plan.type, nullable: true, ...flat, reader: (meter) => new NullableReader(plan.reader(meter), nullBranch) }
  }
}

/** Timestamps count from 1970 in UTC; local ones have no zone. */
function longType(logical: LogicalType | undefined): DataType {
  const timestamp = /^(local-)?timestamp-(millis|micros|nanos)$/.exec(logical?.name ?? '')
  if (timestamp !== null) {
    const unit = ({ millis: 'ms', micros: 'us', nanos: 'ns' } as const)[timestamp[2] as 'millis' | 'micros' | 'nanos']
    return { kind: 'timestamp', unit, timezone: timestamp[1] === undefined ? 'UTC' : null }
  }
  return logical?.name === 'time-micros' ? { kind: 'time', unit: 'us' } : { kind: 'int64' }
}

/** 128 bits hold 38 digits; more are listed, not read. */
function decimal({ precision, scale = 0 }: LogicalType, size: number | null): TypePlan | null {
  const lawful =
    Number.isInteger(precision) && Number.isInteger(scale) && (precision as number) > 0 && scale >= 0 && scale <= (precision as number)
  if (!lawful) throw corruptFile(`The schema has a decimal of precision ${precision} and scale ${scale}.`)
  if ((precision as number) > 38) return null
  const type = { kind: 'decimal', precision: precision as number, scale } as const
  return { type, nullable: false, reader: (meter) => decimalReader(type, size, meter) }
}

function symbolAt(symbols: readonly string[]): FindBytes {
  const encoder = new TextEncoder()
  const texts = symbols.map((symbol) => encoder.encode(symbol))
  return (cursor) => {
    const bytes = texts[cursor.readInt()]
    if (bytes === undefined) throw new BlockProblem('an enum has no such symbol')
    return { bytes, start: 0, length: bytes.length }
  }
}

const uuidAt: FindBytes = (cursor) => {
  const start = cursor.skip(16)
  const bytes = uuidText(cursor.bytes.subarray(start, start + 16))
  return { bytes, start: 0, length: bytes.length }
}
