import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import type { DataType } from '../../../src/model/data-type.js'
import {
  type Canonical,
  canonicalBool,
  canonicalBytes,
  canonicalDate,
  canonicalDecimal,
  canonicalFloat,
  canonicalInstant,
  canonicalInteger,
  canonicalText,
  canonicalTime,
} from '../canonical.js'
import { type Oracle, withoutProto } from './oracle.js'

let connecting: ReturnType<typeof connect> | undefined

async function connect() {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '1GB' })
  return await instance.connect()
}

/** All rows of a Parquet file. The client loses fields named `__proto__`. Times below a microsecond are cut by DuckDB where its type is one of microseconds. */
export const duckdb: Oracle = async (path, _bytes, schema) => {
  connecting ??= connect()
  const connection = await connecting
  try {
    const reader = await connection.runAndReadAll(`select * from read_parquet('${path.replaceAll("'", "''")}', hive_partitioning = false)`)
    const columns = reader.getColumns()
    const types = reader.columnTypes().map(String)
    return {
      names: reader.columnNames(),
      rows: reader.currentRowCount,
      columns: types.map((type, i) => {
        const ours = schema.columns[i]?.type
        if (ours === undefined || /VARIANT|GEOMETRY|INTERVAL|BIT/.test(type)) return null
        return (row) => canonical(columns[i]?.[row] ?? null, ours)
      }),
      soften: (value, column) => withoutProto(hasMicros(types[column] ?? '') ? withoutNanos(value) : value),
    }
  } catch {
    return null
  }
}

const hasMicros = (type: string): boolean => /TIME/.test(type) && !/_NS|NANO/.test(type)

function withoutNanos(value: Canonical): Canonical {
  if (Array.isArray(value)) return value.map(withoutNanos)
  if (typeof value !== 'string' || !/^[tT]:/.test(value)) return value
  const nanos = BigInt(value.slice(2))
  return `${value.slice(0, 2)}${nanos - (((nanos % 1000n) + 1000n) % 1000n)}`
}

function canonical(value: DuckDBValue | undefined, type: DataType): Canonical {
  if (value === null || value === undefined) return null
  switch (typeof value) {
    case 'boolean':
      return canonicalBool(value)
    case 'bigint':
      return canonicalInteger(value)
    case 'number':
      return type.kind === 'float32' || type.kind === 'float64' ? canonicalFloat(value) : canonicalInteger(value)
    case 'string':
      return canonicalText(value)
  }
  // By what they hold: the classes are many, and a bundle may have them twice.
  const held = value as unknown as Readonly<Record<string, unknown>>
  if ('items' in held) {
    const item = type.kind === 'list' || type.kind === 'fixedList' ? type.item : type
    return (held.items as DuckDBValue[]).map((entry) => canonical(entry, item))
  }
  if ('entries' in held && Array.isArray(held.entries)) {
    // A map is a list of key and value.
    const item = type.kind === 'list' ? type.item : type
    const [key, inner] = item.kind === 'struct' ? item.fields : []
    return held.entries.map(({ key: k, value: v }: { key: DuckDBValue; value: DuckDBValue }) => [
      [key?.name ?? 'key', canonical(k, key?.type ?? item)],
      [inner?.name ?? 'value', canonical(v, inner?.type ?? item)],
    ])
  }
  if ('entries' in held) {
    const fields = type.kind === 'struct' ? type.fields : []
    return Object.entries(held.entries as Record<string, DuckDBValue>).map(([name, entry], i) => [
      name,
      canonical(entry, fields[i]?.type ?? type),
    ])
  }
  if ('bytes' in held) return canonicalBytes(held.bytes as Uint8Array)
  if ('scale' in held && 'value' in held) return canonicalDecimal(held.value as bigint, held.scale as number)
  if ('days' in held && !('months' in held)) return canonicalDate(held.days as number)
  const inTime = type.kind === 'time' ? canonicalTime : canonicalInstant
  if ('nanos' in held) return inTime(held.nanos as bigint, 'ns')
  if ('micros' in held) return inTime(held.micros as bigint, 'us')
  if ('millis' in held) return inTime(held.millis as bigint, 'ms')
  if ('seconds' in held) return inTime(held.seconds as bigint, 's')
  return canonicalText(String(value))
}
