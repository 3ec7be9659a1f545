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
  readonly open?: boolean
  /** node:sqlite */
  readonly isOpen?: boolean
  /** libsql, better-sqlite3 */
  readonly inTransaction?: boolean
  /** node:sqlite */
  readonly isTransaction?: boolean
}

/** @throws ConfigError `CONFIG_INVALID` */
export function clientOf(database: unknown): SqliteClient {
  const { prepare, exec } = Object(database) as Partial<Record<keyof SqliteClient, unknown>>
  if (typeof prepare === 'function' && typeof exec === 'function') return database as SqliteClient
  throw new ConfigError('CONFIG_INVALID', 'The database given to sqliteStore has no prepare() and exec().', {
    remedy: 'Give a path, or an open database of node:sqlite, libsql or better-sqlite3.',
  })
}

/**
 * Whether a transaction is open on the handle; `undefined` where the client cannot tell (node:sqlite before 22.16).
 * Looks first whether the handle is: a closed one of libsql ends the process when it is asked.
 *
 * @throws Error the handle is closed
 */
export function inTransaction(client: SqliteClient): boolean | undefined {
  if (client.open === false || client.isOpen === false) throw new Error('The database connection is not open')
  return client.inTransaction ?? client.isTransaction
}
