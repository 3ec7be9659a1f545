import type { CellKind, RecordCodec, StoredValue } from '../record-codec.js'

/** Before this Postgres has no time: a file's lastModified may say anything. 4714-11-24 BC, ms since 1970. */
const FIRST_TIME = -210_866_803_200_000

/** Types in which values travel, as members of one JSON text. */
const TYPES: Readonly<Record<CellKind, string>> = { integer: 'bigint', text: 'text', flag: 'boolean', time: 'bigint', json: 'text' }

/** Parts of statements for a codec's columns. Values come and go in types that no host's parser of `pg` changes. */
export class RecordSql<T extends object> {
  /** `a, (round(…)) AS b`: what {@link RecordCodec.read} reads, of the table named `t`. */
  readonly select: string
  /** `a, b` */
  readonly columns: string
  /** `r.a, to_timestamp(…)`: the values of {@link records}, named `r`. */
  readonly values: string
  /** `a = r.a, b = to_timestamp(…)` */
  readonly sets: string
  /** The records that `$1` holds as one JSON text, as rows named `r`. */
  readonly records: string
  readonly #codec: RecordCodec<T>

  constructor(codec: RecordCodec<T>) {
    this.#codec = codec
    const { columns } = codec
    this.select = columns.map(({ name, kind }) => selected(name, kind)).join(', ')
    this.columns = columns.map(({ name }) => name).join(', ')
    this.values = columns.map(({ name, kind }) => stored(name, kind)).join(', ')
    this.sets = columns.map(({ name, kind }) => `${name} = ${stored(name, kind)}`).join(', ')
    this.records = `json_to_recordset($1::json) AS r(${columns.map(({ name, kind }) => `${name} ${TYPES[kind]}`).join(', ')})`
  }

  /** {@link sets} without the column that finds the row. */
  setsBut(key: string): string {
    const { columns } = this.#codec
    return columns
      .filter(({ name }) => name !== key)
      .map(({ name, kind }) => `${name} = ${stored(name, kind)}`)
      .join(', ')
  }

  /** The text of `$1`. */
  json(records: readonly T[]): string {
    const { columns } = this.#codec
    return JSON.stringify(
      records.map((record) => {
        const values = this.#codec.values(record)
        return Object.fromEntries(columns.map(({ name, kind }, i) => [name, sent(values[i] ?? null, kind)]))
      }),
    )
  }
}

/** Milliseconds of a column that holds a time. */
export function milliseconds(column: string): string {
  return `round(extract(epoch FROM ${column}) * 1000)::bigint`
}

/** A parameter, or an expression, in milliseconds as a time. */
export function timestamp(ms: string): string {
  return `to_timestamp(${ms} / 1000.0)`
}

function selected(name: string, kind: CellKind): string {
  if (kind === 'time') return `${milliseconds(`t.${name}`)} AS ${name}`
  return kind === 'json' ? `t.${name}::text AS ${name}` : `t.${name}`
}

function stored(name: string, kind: CellKind): string {
  if (kind === 'time') return timestamp(`r.${name}`)
  return kind === 'json' ? `r.${name}::json` : `r.${name}`
}

function sent(value: StoredValue, kind: CellKind): StoredValue {
  return kind === 'time' && typeof value === 'number' ? Math.max(value, FIRST_TIME) : value
}
