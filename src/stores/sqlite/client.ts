import { ConfigError } from '../../errors.js'

export type SqlValue = string | number | null

export interface SqliteStatement {
  run(...values: SqlValue[]): unknown
  get(...values: SqlValue[]): unknown
  all(...values: SqlValue[]): unknown
}

/** What `node:sqlite`, libsql and better-sqlite3 have in common: synchronous, statements bound by position. */
export interface SqliteClient {
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  close?(): unknown
  /** libsql, better-sqlite3 */
  readonly inTransaction?: boolean
  /** node:sqlite */
  readonly isTransaction?: boolean
}

/** @throws ConfigError `CONFIG_INVALID` */
export function clientOf(database: object): SqliteClient {
  const { prepare, exec } = database as Partial<Record<keyof SqliteClient, unknown>>
  if (typeof prepare === 'function' && typeof exec === 'function') return database as SqliteClient
  throw new ConfigError('CONFIG_INVALID', 'The database given to sqliteStore has no prepare() and exec().', {
    remedy: 'Give a path, or an open database of node:sqlite, libsql or better-sqlite3.',
  })
}

export function inTransaction(client: SqliteClient): boolean {
  return client.inTransaction === true || client.isTransaction === true
}
