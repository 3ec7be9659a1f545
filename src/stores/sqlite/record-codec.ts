import type { SqlValue } from './client.js'
import { integer, integerOrNull, type SqlRow, text, textOrNull } from './statements.js'

/** How one member of a record stands in its column. */
export interface Cell<T> {
  read(row: SqlRow, column: string): T
  write(value: T): SqlValue
}

const asIs = { write: (value: SqlValue): SqlValue => value }
export const integerCell: Cell<number> = { read: integer, ...asIs }
export const integerOrNullCell: Cell<number | null> = { read: integerOrNull, ...asIs }
export const textCell: Cell<string> = { read: text, ...asIs }
export const textOrNullCell: Cell<string | null> = { read: textOrNull, ...asIs }
export const booleanCell: Cell<boolean> = { read: (row, column) => integer(row, column) === 1, write: Number }
/** One of a set of words, which the table's CHECK guards. */
export function wordCell<T extends string | null>(): Cell<T> {
  return { read: (row, column) => textOrNull(row, column) as T, ...asIs }
}

/** A record and its table: member `leaseUntil` is column `lease_until`. */
export class RecordCodec<T extends object> {
  /** `a, b, c` */
  readonly columns: string
  /** `?, ?, ?` */
  readonly marks: string
  /** `a = ?, b = ?, c = ?` */
  readonly sets: string
  readonly #cells: readonly (readonly [keyof T, string, Cell<T[keyof T]>])[]

  constructor(cells: { readonly [K in keyof T]: Cell<T[K]> }) {
    const members = Object.entries(cells) as [string, Cell<T[keyof T]>][]
    this.#cells = members.map(([member, cell]) => [member as keyof T, snakeCase(member), cell])
    const names = this.#cells.map(([, column]) => column)
    this.columns = names.join(', ')
    this.marks = names.map(() => '?').join(', ')
    this.sets = names.map((column) => `${column} = ?`).join(', ')
  }

  read(row: SqlRow): T {
    const record: Partial<T> = {}
    for (const [member, column, cell] of this.#cells) record[member] = cell.read(row, column)
    return record as T
  }

  values(record: T): SqlValue[] {
    return this.#cells.map(([member, , cell]) => cell.write(record[member]))
  }
}

function snakeCase(member: string): string {
  return member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
