import { makeData, RecordBatch, Struct } from 'apache-arrow'
import type { MappedBatch } from '../contracts/schema-mapper.js'
import type { Column, ColumnGroup } from '../model/column.js'
import type { ColumnBatch } from '../model/column-batch.js'
import { arrowData } from './arrow-data.js'
import { arrowSchema } from './arrow-schema.js'
import { plainColumn } from './plain-column.js'

/** How a batch is shown as Arrow. */
export interface ToArrowOptions {
  /**
   * `keep`: a dictionary column stays one; `expand`: it becomes its values, copied. The IPC *file* format wants one
   * dictionary a column, and a text column may be `utf8` in one batch and `dictionary` in the next: expand for a file,
   * and wherever all batches are to have one schema. @defaultValue `keep`
   */
  readonly dictionaries?: 'keep' | 'expand'
}

/**
 * A batch as an Arrow record batch. Shares the batch's memory, but for `values` columns and expanded dictionaries.
 * Groups (features, tags) become struct columns. `values` columns get their type by looking at them: booleans, numbers,
 * text, bytes, dates, else JSON text.
 *
 * Batches of equal columns get the same types and dictionary ids, so that they make one table. A column batch that does not hold all columns of its file has
 * them named by position, because it does not say which they are.
 */
export function toArrow(batch: ColumnBatch | MappedBatch<unknown>, { dictionaries = 'keep' }: ToArrowOptions = {}): RecordBatch {
  const { rowCount } = batch
  const columns = namedColumns(batch).map(([name, column]) => [name, plainColumn(column, dictionaries === 'expand')] as const)
  const schema = arrowSchema(columns)
  const children = columns.map(([, column], i) => arrowData(column, (schema.fields[i] as (typeof schema.fields)[number]).type))
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: rowCount, nullCount: 0, children }))
}

function namedColumns(batch: ColumnBatch | MappedBatch<unknown>): (readonly [string, Column])[] {
  if ('schema' in batch) {
    const names = batch.schema.columns.length === batch.columns.length ? batch.schema.columns.map(({ name }) => name) : []
    return batch.columns.map((column, i) => [names[i] ?? `column ${i}`, column])
  }
  return Object.entries<Column | ColumnGroup>(batch.columns).map(([name, column]) => [
    name,
    column.kind === 'group'
      ? { kind: 'struct', length: batch.rowCount, validity: null, names: column.names, children: column.columns }
      : column,
  ])
}
