import { asOf } from '../map-table.js'
import { type Base, type BaseName, bases, type Row } from './bases.js'

/** The record that a row becomes, told by the schema alone. */
export function expectedRecord(name: BaseName, row: Row): Readonly<Record<string, unknown>> {
  const { options, types }: Base = bases[name]
  const schema = options.schema as Readonly<Record<string, unknown>>
  const cell = (column: unknown): unknown => exact(row[column as string])
  const group = (prefix: unknown): object =>
    Object.fromEntries(
      Object.keys(types).flatMap((column) =>
        typeof prefix === 'string' && column.startsWith(prefix) ? [[column.slice(prefix.length), cell(column)]] : [],
      ),
    )
  const record: Record<string, unknown> = {
    model: 'm',
    space: null,
    environment: options.environment,
    model_version: 'no_version',
    batch_id: null,
    timestamp: asOf,
    features: group(schema.features),
  }
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'features' || key === 'column_types' || key === 'exclude') continue
    if (key === 'tags' || key === 'shap_values') record[key] = group(value)
    else if (key === 'version') record.model_version = cell(value) ?? 'no_version'
    else if (key === 'embedding_features') {
      record[key] = Object.fromEntries((value as Row[]).map(({ feature_name, ...parts }) => [feature_name, embedding(parts, cell)]))
    } else if (typeof value === 'object') record[key] = struct(value as Row, cell)
    else record[key] = cell(value)
  }
  return record
}

function embedding(parts: Row, cell: (column: unknown) => unknown): unknown {
  const { vector, ...others } = struct(parts, cell)
  return vector === null ? null : { vector, ...others }
}

/** `vector_column` names the column of `vector`. */
function struct(parts: Row, cell: (column: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parts).map(([key, column]) => [key.replace(/_column$/, ''), cell(column)]))
}

/** 64-bit integers are numbers while they are safe. */
function exact(value: unknown): unknown {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
}
