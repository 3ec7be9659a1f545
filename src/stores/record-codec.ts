import { flag, integer, integerOrNull, type SqlRow, text, textOrNull } from './stored-values.js'

/** What a column holds; each database has its type for it. `time`: ms since 1970. `json`: its text. */
export type CellKind = 'integer' | 'text' | 'flag' | 'time' | 'json'

/** How one member of a record stands in its column. */
export interface Cell<T> {
  readonly kind: CellKind
  read(row: SqlRow, column: string): T
}

export const integerCell: Cell<number> = { kind: 'integer', read: integer }
export const integerOrNullCell: Cell<number | null> = { kind: 'integer', read: integerOrNull }
export const textCell: Cell<string> = { kind: 'text', read: text }
export const textOrNullCell: Cell<string | null> = { kind: 'text', read: textOrNull }
export const flagCell: Cell<boolean> = { kind: 'flag', read: flag }
export const timeCell: Cell<number> = { kind: 'time', read: integer }
export const timeOrNullCell: Cell<number | null> = { kind: 'time', read: integerOrNull }
export const jsonCell: Cell<string> = { kind: 'json', read: text }
export const jsonOrNullCell: Cell<string | null> = { kind: 'json', read: textOrNull }
/** One of a set of words, which the table's CHECK guards. */
export function wordCell<T extends string | null>(): Cell<T> {
  return { kind: 'text', read: (row, column) => textOrNull(row, column) as T }
}

export type StoredValue = string | number | boolean | null

/** A record and its table: member `leaseUntil` is column `lease_until`. */
export class RecordCodec<T extends object> {
  readonly columns: readonly { readonly name: string; readonly kind: CellKind }[]
  readonly #cells: readonly (readonly [keyof T, string, Cell<T[keyof T]>])[]

  constructor(cells: { readonly [K in keyof T]: Cell<T[K]> }) {
    const members = Object.entries(cells) as [string, Cell<T[keyof T]>][]
    this.#cells = members.map(([member, cell]) => [member as keyof T, snakeCase(member), cell])
    this.columns = this.#cells.map(([, name, { kind }]) => ({ name, kind }))
  }

  read(row: SqlRow): T {
    const record: Partial<T> = {}
    for (const [member, column, cell] of this.#cells) record[member] = cell.read(row, column)
    return record as T
  }

  /** In the order of {@link columns}. */
  values(record: T): StoredValue[] {
    return this.#cells.map(([member]) => record[member] as StoredValue)
  }
}

function snakeCase(member: string): string {
  return member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
