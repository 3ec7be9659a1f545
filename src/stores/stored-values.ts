import { StoreError } from '../errors.js'

/** A row as a client of a database gives it, by names of columns. */
export type SqlRow = Readonly<Record<string, unknown>>

/**
 * An integer of any size as a client gives it: number, bigint, or digits.
 *
 * @throws StoreError `LEDGER_UNREADABLE`: no integer, or one beyond what a number holds exactly
 */
export function integer(row: SqlRow, column: string): number {
  const value = row[column]
  const number = typeof value === 'bigint' || (typeof value === 'string' && /^-?\d+$/.test(value)) ? Number(value) : value
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

export function flag(row: SqlRow, column: string): boolean {
  const value = row[column]
  return typeof value === 'boolean' ? value : integer(row, column) === 1
}

/** @throws StoreError `LEDGER_UNREADABLE`: a row that every job has is missing */
export function presentRow(row: SqlRow | undefined, table: string): SqlRow {
  if (row !== undefined) return row
  throw new StoreError('LEDGER_UNREADABLE', `A row of the table ${table} is missing from the job store.`, {
    remedy: 'Restore the job store from a backup. Nothing was changed.',
  })
}

function unreadable(column: string, expected: string): StoreError {
  return new StoreError('LEDGER_UNREADABLE', `The column "${column}" of the job store does not hold ${expected}.`, {
    remedy: 'Restore the job store from a backup. Nothing was changed.',
  })
}
