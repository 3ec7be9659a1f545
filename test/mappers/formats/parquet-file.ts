import type { DataType } from '../../../src/model/data-type.js'
import type { DuckDBFiles } from '../../decoders/parquet/duckdb-files.js'
import { csvText } from './csv-file.js'
import { type FileTable, rowCountOf } from './file-table.js'

/** A Parquet file by DuckDB. */
export async function parquetFile(table: FileTable, duckdb: DuckDBFiles): Promise<Uint8Array> {
  const rows = Array.from({ length: rowCountOf(table) }, (_, row) =>
    [`${row}`, ...table.columns.map(({ type, values }) => literal(values[row] ?? null, type))].join(', '),
  )
  const names = ['row_number_', ...table.columns.map((_, i) => `c${i}`)].join(', ')
  const select = table.columns.map(({ name }, i) => `c${i} AS ${identifier(name)}`).join(', ')
  const none = `SELECT ${[`0 AS row_number_`, ...table.columns.map(({ type }, i) => `NULL::${sqlType(type)} AS c${i}`)].join(', ')} WHERE false`
  const source = rows.length === 0 ? `(${none})` : `(VALUES ${rows.map((row) => `(${row})`).join(', ')}) t(${names})`
  const { bytes } = await duckdb.write(`SELECT ${select} FROM ${source} ORDER BY row_number_`)
  return bytes
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`

function literal(value: unknown, type: DataType): string {
  const cast = sqlType(type)
  if (value === null || value === undefined) return `NULL::${cast}`
  switch (type.kind) {
    case 'list':
      // Long lists take the parser longest where each item has a cast.
      if (isPlainNumber(type.item) && (value as unknown[]).every(Number.isFinite))
        return `[${(value as number[]).map(double).join(', ')}]::${cast}`
      return `[${(value as unknown[]).map((item) => literal(item, type.item)).join(', ')}]::${cast}`
    case 'struct': {
      const members = type.fields.map(
        (field) => `${text(field.name)}: ${literal((value as Record<string, unknown>)[field.name], field.type)}`,
      )
      return `{${members.join(', ')}}::${cast}`
    }
    case 'binary':
      return `'${Array.from(value as Uint8Array, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}'::BLOB`
    default:
      return `${text(csvText(value, type) as string)}::${cast}`
  }
}

/** With an exponent: without one it would be a decimal. */
const double = (value: number): string => (String(value).includes('e') ? String(value) : `${value}e0`)
const isPlainNumber = ({ kind }: DataType): boolean => kind === 'float32' || kind === 'float64'

function sqlType(type: DataType): string {
  switch (type.kind) {
    case 'bool':
      return 'BOOLEAN'
    case 'int8':
      return 'TINYINT'
    case 'int16':
      return 'SMALLINT'
    case 'int32':
      return 'INTEGER'
    case 'int64':
      return 'BIGINT'
    case 'float32':
      return 'FLOAT'
    case 'float64':
      return 'DOUBLE'
    case 'utf8':
      return 'VARCHAR'
    case 'binary':
      return 'BLOB'
    case 'date':
      return 'DATE'
    case 'timestamp':
      return type.timezone === null ? 'TIMESTAMP' : 'TIMESTAMPTZ'
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'list':
      return `${sqlType(type.item)}[]`
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `${identifier(field.name)} ${sqlType(field.type)}`).join(', ')})`
    default:
      throw new Error(`no Parquet of ${type.kind}`)
  }
}
