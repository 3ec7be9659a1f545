import type { StoredValue } from '../record-codec.js'
import type { SqlRow } from '../stored-values.js'
import type { SqliteClient, SqliteStatement, SqlValue } from './client.js'

/** Prepared statements of one connection, by their text. Columns are read by name: libsql adds one of its own. */
export class Statements {
  readonly #client: SqliteClient
  readonly #prepared = new Map<string, SqliteStatement>()

  constructor(client: SqliteClient) {
    this.#client = client
  }

  run(sql: string, ...values: StoredValue[]): void {
    this.#statement(sql).run(...values.map(bound))
  }

  get(sql: string, ...values: StoredValue[]): SqlRow | undefined {
    return (this.#statement(sql).get(...values.map(bound)) ?? undefined) as SqlRow | undefined
  }

  all(sql: string, ...values: StoredValue[]): readonly SqlRow[] {
    return this.#statement(sql).all(...values.map(bound)) as readonly SqlRow[]
  }

  #statement(sql: string): SqliteStatement {
    let statement = this.#prepared.get(sql)
    if (statement === undefined) {
      statement = this.#client.prepare(sql)
      this.#prepared.set(sql, statement)
    }
    return statement
  }
}

/** SQLite has no booleans. */
function bound(value: StoredValue): SqlValue {
  return typeof value === 'boolean' ? Number(value) : value
}
