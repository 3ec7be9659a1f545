import type { DataType } from '../../../src/model/data-type.js'

export const utf8: DataType = { kind: 'utf8' }
export const bool: DataType = { kind: 'bool' }
export const int32: DataType = { kind: 'int32' }
export const int64: DataType = { kind: 'int64' }
export const float32: DataType = { kind: 'float32' }
export const float64: DataType = { kind: 'float64' }
export const date: DataType = { kind: 'date' }
export const binary: DataType = { kind: 'binary' }
export const instant: DataType = { kind: 'timestamp', unit: 'us', timezone: 'UTC' }
export const local: DataType = { kind: 'timestamp', unit: 'us', timezone: null }
export const decimal = (precision: number, scale: number): DataType => ({ kind: 'decimal', precision, scale })
export const listOf = (item: DataType): DataType => ({ kind: 'list', item })
export const structOf = (fields: Readonly<Record<string, DataType>>): DataType => ({
  kind: 'struct',
  fields: Object.entries(fields).map(([name, type]) => ({ name, type, nullable: true })),
})
export const classScores = listOf(structOf({ class_name: utf8, score: float64 }))

/** Some value of a type that every field of that type takes: a time in the window, a rank, a score. */
export function sampleValue(type: DataType): unknown {
  switch (type.kind) {
    case 'utf8':
      return 'text'
    case 'bool':
      return true
    case 'int64':
      return 1n
    case 'float32':
    case 'float64':
      return 1
    case 'date':
    case 'timestamp':
      return new Date('2024-03-09T00:00:00Z')
    case 'decimal':
      return '1'
    case 'binary':
      return new Uint8Array([1, 2])
    case 'list':
      return [sampleValue(type.item), sampleValue(type.item)]
    case 'struct':
      return Object.fromEntries(type.fields.map((field) => [field.name, sampleValue(field.type)]))
    case 'null':
      return null
    default:
      return 1
  }
}
