import { StoreError } from '../../errors.js'
import type { SqliteClient, SqliteStatement, SqlValue } from './client.js'

export type SqlRow = Readonly<Record<string, unknown>>

/** Prepared statements of one connection, by their text. Columns are read by name: libsql adds one of its own. */
export class Statements {
  readonly #client: SqliteClient
  readonly #prepared = new Map<string, SqliteStatement>()

  constructor(client: SqliteClient) {
    this.#client = client
  }

  run(sql: string, ...values: SqlValue[]): void {
    this.#statement(sql).run(...values)
  }

  get(sql: string, ...values: SqlValue[]): SqlRow | undefined {
    return (this.#statement(sql).get(...values) ?? undefined) as SqlRow | undefined
  }

  all(sql: string, ...values: SqlValue[]): readonly SqlRow[] {
    return this.#statement(sql).all(...values) as readonly SqlRow[]
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

/** @throws StoreError `LEDGER_UNREADABLE`: no integer, or one beyond what a number holds exactly */
export function integer(row: SqlRow, column: string): number {
  const value = row[column]
  // A host's handle may give bigints.
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw unreadable(column, 'an integer')
}

export function integerOrNull(row: SqlRow, column: string): number | null {
  return row[column] === null ? null : integer(row, column)
}

export function text(row: SqlRow, column: string): string {
  const value = row[column]
  if (typeof value === 'string') return value
  throw unreadable(column, 'text')
}

export function textOrNull(row: SqlRow, column: string): string | null {
  return row[column] === null ? null : text(row, column)
}

function unreadable(column: string, expected: string): StoreError {
  return new StoreError('LEDGER_UNREADABLE', `The column "${column}" of the job store does not hold ${expected}.`, {
    remedy: 'Restore the file from a backup. Nothing was changed.',
  })
}
