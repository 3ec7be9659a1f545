import type { DataType, DeclaredType } from '../model/data-type.js'

const plainWords: Readonly<Record<string, string>> = {
  bool: 'booleans',
  utf8: 'text',
  binary: 'bytes',
  date: 'dates',
  null: 'nothing but nulls',
  unknown: 'a type this package cannot read',
  float32: '32-bit floats',
  float64: '64-bit floats',
  timestamp: 'timestamps',
  time: 'times of day',
  decimal: 'decimals',
  list: 'lists',
  fixedList: 'lists of fixed size',
  struct: 'structs',
}

/** What a column holds, for a message. */
export function typeWords(type: DataType): string {
  if (type.kind === 'list' || type.kind === 'fixedList') return `${plainWords[type.kind]} of ${typeWords(type.item)}`
  const integer = /^(u?)int(\d+)$/.exec(type.kind)
  return integer === null ? (plainWords[type.kind] ?? type.kind) : `${integer[1] === 'u' ? 'unsigned ' : ''}${integer[2]}-bit integers`
}

export function isInteger({ kind }: DataType): boolean {
  return /^u?int\d+$/.test(kind)
}

/** Integers, floats and decimals. */
export function isNumber(type: DataType): boolean {
  return isInteger(type) || type.kind === 'float32' || type.kind === 'float64' || type.kind === 'decimal'
}

/** The type that a host's word stands for. */
export const declaredTypes: Readonly<Record<DeclaredType, DataType>> = {
  string: { kind: 'utf8' },
  float64: { kind: 'float64' },
  int64: { kind: 'int64' },
  bool: { kind: 'bool' },
  timestamp: { kind: 'timestamp', unit: 'us', timezone: 'UTC' },
  date: { kind: 'date' },
}
