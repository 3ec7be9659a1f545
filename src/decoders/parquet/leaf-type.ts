import type { SchemaElement } from 'hyparquet'
import type { DataType } from '../../model/data-type.js'
import { corruptFile } from '../decode-failure.js'

type Physical = NonNullable<SchemaElement['type']>

const units = { MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' } as const
const unknown: DataType = { kind: 'unknown' }

/** Bytes of one value as stored; 0 for values of any length. Booleans take a byte each once decoded. */
export function physicalWidth({ type, type_length: length, name }: SchemaElement): number {
  switch (type) {
    case 'BOOLEAN':
      return 1
    case 'INT32':
    case 'FLOAT':
      return 4
    case 'INT64':
    case 'DOUBLE':
      return 8
    case 'INT96':
      return 12
    case 'FIXED_LEN_BYTE_ARRAY':
      if (length === undefined || !Number.isInteger(length) || length <= 0)
        throw corruptFile(`Column "${name}" has values of ${length ?? 'no'} bytes.`, { column: name })
      return length
    case 'BYTE_ARRAY':
      return 0
    default:
      throw corruptFile(`Column "${name}" has no physical type.`, { column: name })
  }
}

/** What the values of a leaf are: its annotation, or else its physical type. An annotation on the wrong physical type is refused. */
export function leafType(element: SchemaElement): DataType {
  const on = (allowed: readonly Physical[], type: DataType): DataType => {
    if (element.type !== undefined && allowed.includes(element.type)) return type
    const annotation = element.logical_type?.type ?? element.converted_type
    throw corruptFile(`Column "${element.name}" is ${annotation}, which ${element.type} cannot hold.`, { column: element.name })
  }
  return fromLogical(element, on) ?? fromConverted(element, on) ?? fromPhysical(element)
}

type On = (allowed: readonly Physical[], type: DataType) => DataType

const bytes: readonly Physical[] = ['BYTE_ARRAY']

function fromLogical(element: SchemaElement, on: On): DataType | undefined {
  const logical = element.logical_type
  switch (logical?.type) {
    case 'STRING':
    case 'ENUM':
    case 'JSON':
      return on(bytes, { kind: 'utf8' })
    case 'BSON':
      return on(bytes, { kind: 'binary' })
    case 'UUID':
      if (element.type_length !== 16) return on([], unknown)
      return on(['FIXED_LEN_BYTE_ARRAY'], { kind: 'utf8' })
    case 'FLOAT16':
      if (element.type_length !== 2) return on([], unknown)
      return on(['FIXED_LEN_BYTE_ARRAY'], { kind: 'float32' })
    case 'NULL':
      return { kind: 'null' }
    case 'DATE':
      return on(['INT32'], { kind: 'date' })
    case 'TIME':
      return on([logical.unit === 'MILLIS' ? 'INT32' : 'INT64'], { kind: 'time', unit: logical.unit === 'NANOS' ? 'ns' : 'us' })
    case 'TIMESTAMP':
      return on(['INT64'], { kind: 'timestamp', unit: units[logical.unit], timezone: logical.isAdjustedToUTC ? 'UTC' : null })
    case 'DECIMAL':
      return decimal(element, logical.precision, logical.scale, on)
    case 'INTEGER':
      return integer(logical.bitWidth, logical.isSigned, on)
    case 'INTERVAL':
    case 'VARIANT':
      return unknown
    default:
      return undefined
  }
}

function fromConverted(element: SchemaElement, on: On): DataType | undefined {
  switch (element.converted_type) {
    case 'UTF8':
    case 'ENUM':
    case 'JSON':
      return on(bytes, { kind: 'utf8' })
    case 'BSON':
      return on(bytes, { kind: 'binary' })
    case 'DECIMAL':
      return decimal(element, element.precision, element.scale ?? 0, on)
    case 'DATE':
      return on(['INT32'], { kind: 'date' })
    case 'TIME_MILLIS':
      return on(['INT32'], { kind: 'time', unit: 'us' })
    case 'TIME_MICROS':
      return on(['INT64'], { kind: 'time', unit: 'us' })
    // The older annotations always mean instants.
    case 'TIMESTAMP_MILLIS':
      return on(['INT64'], { kind: 'timestamp', unit: 'ms', timezone: 'UTC' })
    case 'TIMESTAMP_MICROS':
      return on(['INT64'], { kind: 'timestamp', unit: 'us', timezone: 'UTC' })
    case 'INT_8':
    case 'INT_16':
    case 'INT_32':
    case 'INT_64':
      return integer(Number(element.converted_type.slice(4)), true, on)
    case 'UINT_8':
    case 'UINT_16':
    case 'UINT_32':
    case 'UINT_64':
      return integer(Number(element.converted_type.slice(5)), false, on)
    case 'INTERVAL':
      return unknown
    default:
      return undefined
  }
}

function fromPhysical(element: SchemaElement): DataType {
  switch (element.type) {
    case 'BOOLEAN':
      return { kind: 'bool' }
    case 'INT32':
      return { kind: 'int32' }
    case 'INT64':
      return { kind: 'int64' }
    case 'INT96':
      return { kind: 'timestamp', unit: 'ns', timezone: 'UTC' }
    case 'FLOAT':
      return { kind: 'float32' }
    case 'DOUBLE':
      return { kind: 'float64' }
    default:
      return { kind: 'binary' }
  }
}

function integer(bits: number, signed: boolean, on: On): DataType {
  const kinds = signed
    ? ({ 8: 'int8', 16: 'int16', 32: 'int32', 64: 'int64' } as const)
    : ({ 8: 'uint8', 16: 'uint16', 32: 'uint32', 64: 'uint64' } as const)
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) return on([], unknown)
  return on([bits === 64 ? 'INT64' : 'INT32'], { kind: kinds[bits] })
}

function decimal(element: SchemaElement, precision: number | undefined, scale: number, on: On): DataType {
  const { name } = element
  if (
    precision === undefined ||
    !Number.isInteger(precision) ||
    !Number.isInteger(scale) ||
    precision < 1 ||
    scale < 0 ||
    scale > precision
  ) {
    throw corruptFile(`Column "${name}" is a decimal of precision ${precision} and scale ${scale}.`, { column: name })
  }
  // More than 128 bits hold: listed, not read.
  if (precision > 38) return unknown
  return on(['INT32', 'INT64', 'FIXED_LEN_BYTE_ARRAY', 'BYTE_ARRAY'], { kind: 'decimal', precision, scale })
}
