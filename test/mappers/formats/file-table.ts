import type { DataType } from '../../../src/model/data-type.js'

/**
 * The values of one column, in JavaScript: text, numbers or bigints, booleans, `Date` for timestamps and dates, text for
 * decimals, arrays for lists, objects for structs, `null` for nothing.
 */
export interface FileColumn {
  readonly name: string
  readonly type: DataType
  readonly values: readonly unknown[]
}

/** What a file holds, before a format is chosen. Names are lawful in all formats: letters, digits and `_`. */
export interface FileTable {
  readonly columns: readonly FileColumn[]
}

export const formats = ['csv', 'parquet', 'avro', 'arrow'] as const
export type Format = (typeof formats)[number]

export function rowCountOf({ columns }: FileTable): number {
  return columns[0]?.values.length ?? 0
}
