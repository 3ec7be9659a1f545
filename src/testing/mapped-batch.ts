import type { MappedBatch, MappedColumns } from '../contracts/schema-mapper.js'
import type { Column, ColumnGroup } from '../model/column.js'
import { columnFrom } from '../model/column-from.js'
import { columnOf } from '../model/column-of.js'
import type { DataType } from '../model/data-type.js'

/** What a batch made by hand says about itself. */
export interface MappedBatchOptions {
  /** Row (1-based) of the first row read for the batch. @defaultValue 1 */
  readonly firstRow?: number
  /** Rows read, rejected ones among them. @defaultValue as many as there are records */
  readonly rowsRead?: number
  /** @defaultValue made of `firstRow` and `rowsRead` */
  readonly token?: string
  /** Row (1-based) of each record. @defaultValue `firstRow + i` */
  readonly sourceRows?: readonly number[]
  /** Types of columns, a member of a group as `features/age`; the others are taken from their values. */
  readonly types?: Readonly<Record<string, DataType>>
}

const groupKeys: ReadonlySet<string> = new Set(['features', 'tags', 'shap_values'])

/**
 * A batch as a sink gets it, made of records: for tests of sinks. `features`, `tags` and `shap_values` become column
 * groups with the names of all records.
 */
export function mappedBatch<R extends object>(records: readonly R[], options: MappedBatchOptions = {}): MappedBatch<R> {
  const { firstRow = 1, rowsRead = records.length, sourceRows, types = {} } = options
  const { token = `batch ${firstRow}+${rowsRead}` } = options
  const columnAt = (name: string, values: readonly unknown[]): Column => {
    const type = types[name]
    return type === undefined ? columnFrom(values) : columnOf(type, values)
  }
  const valuesAt = (objects: readonly unknown[], name: string): unknown[] =>
    objects.map((object) => (object as Readonly<Record<string, unknown>> | null | undefined)?.[name] ?? null)

  const columns: Record<string, Column | ColumnGroup> = {}
  for (const key of keysOf(records)) {
    const values = valuesAt(records, key)
    if (!groupKeys.has(key)) columns[key] = columnAt(key, values)
    else {
      const names = keysOf(values)
      columns[key] = { kind: 'group', names, columns: names.map((name) => columnAt(`${key}/${name}`, valuesAt(values, name))) }
    }
  }
  return {
    token,
    rowCount: records.length,
    firstRow,
    rowsRead,
    columns: columns as MappedColumns<R>,
    sourceRow: (rowIndex) => sourceRows?.[rowIndex] ?? firstRow + rowIndex,
    records: () => records,
    *recordSlices(size = 1024) {
      for (let from = 0; from < records.length; from += size) yield records.slice(from, from + size)
    },
  }
}

function keysOf(objects: readonly unknown[]): string[] {
  return [...new Set(objects.flatMap((object) => Object.keys(object ?? {})))]
}
