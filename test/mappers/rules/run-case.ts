import type { SchemaMapper } from '../../../src/contracts/schema-mapper.js'
import { modelSchema } from '../../../src/mappers/model-schema/model-schema.js'
import { parseModelSchema } from '../../../src/mappers/model-schema/parse-model-schema.js'
import type { DataType } from '../../../src/model/data-type.js'
import type { FileTable } from '../formats/file-table.js'
import { type Base, bases, type Row } from './bases.js'
import type { Columns } from './rule-cases.js'

/** The base's mapper, with other options and other keys of the schema; `undefined` takes a key away. */
export function mapperOf(
  base: keyof typeof bases,
  options: Readonly<Record<string, unknown>> = {},
  ...schemas: readonly (Readonly<Record<string, unknown>> | undefined)[]
): SchemaMapper<Readonly<Record<string, unknown>>> {
  const its: Base = bases[base]
  const schema = Object.assign({}, its.options.schema, options.schema, ...schemas) as object
  return modelSchema(parseModelSchema({ ...its.options, ...options, schema })) as SchemaMapper<Readonly<Record<string, unknown>>>
}

/**
 * A file of the base: a row, one for each change, and a row.
 *
 * @param types of columns other than the base's
 * @param filler rows whose cells fit those types
 */
export function tableOf(
  name: keyof typeof bases,
  changes: readonly Row[],
  types: Readonly<Record<string, DataType>> = {},
  filler: readonly Row[] = [],
): FileTable {
  const base: Base = bases[name]
  const fill = Object.fromEntries(
    Object.keys(types).map((column) => [
      column,
      filler.map((row) => row[column]).find((cell) => cell !== null && cell !== undefined) ?? null,
    ]),
  )
  const rows = [{}, ...changes, {}].map((change, n): Row => ({ ...base.row(n), ...fill, ...change }))
  return {
    columns: Object.entries({ ...base.types, ...types }).map(([column, type]) => ({
      name: column,
      type,
      values: rows.map((row) => row[column]),
    })),
  }
}

/** Takes columns away and adds others, with one value in every row. */
export function withColumns({ columns }: FileTable, changes: Columns, twice: readonly string[] = []): FileTable {
  const rows = columns[0]?.values ?? []
  const kept = columns.filter(({ name }) => !Object.hasOwn(changes, name))
  const added = Object.entries(changes).flatMap(([name, change]) =>
    change === null ? [] : [{ name, type: change.type, values: rows.map(() => change.value) }],
  )
  return { columns: [...kept, ...added, ...columns.filter(({ name }) => twice.includes(name))] }
}
