import { MappingError } from '../errors.js'
import { type Check, type IssueCount, type IssueLog, NO_COLUMN } from '../model/issue.js'
import type { CheckTable } from './check-table.js'

/** What is wrong with the rows of one batch: which are rejected, and every reason. */
export class RowLog {
  readonly rowCount: number
  /** 1 where the row is rejected. */
  readonly rejects: Uint8Array
  rejectedCount = 0
  readonly #table: CheckTable
  /** Triples of rowIndex, check, column. */
  readonly #entries: number[] = []
  readonly #counts = new Map<number, number>()
  /** Cells (and, as `NO_COLUMN`, rows) that the decoder could not read: their nulls are not worth a second issue. */
  readonly #unread = new Set<number>()

  constructor(table: CheckTable, rowCount: number) {
    this.#table = table
    this.rowCount = rowCount
    this.rejects = new Uint8Array(rowCount)
  }

  /**
   * Takes the decoder's own issues of a batch. An error in a column that is read, or in the row as a whole, rejects the
   * row; problems of columns nobody reads are left out.
   *
   * @param fieldOf the columns that are read, and for which field
   * @throws MappingError `MAPPER_FAILED` when the log names fewer rows than it counts: the others could not be rejected
   */
  merge(issues: IssueLog, fieldOf: ReadonlyMap<number, string>): void {
    const matters = (column: number): boolean => column === NO_COLUMN || fieldOf.has(column)
    const numbers = new Map<number, number>()
    const numberOf = (check: number, column: number, its: Check): number => {
      const key = check * 65_536 + column
      const number = numbers.get(key) ?? this.#table.number(withField(its, fieldOf.get(column)))
      numbers.set(key, number)
      return number
    }
    const unread: number[] = []
    for (let k = 0; k < issues.rowIndexes.length; k++) {
      const rowIndex = issues.rowIndexes[k] as number
      const column = issues.columns[k] as number
      const check = issues.table[issues.checks[k] as number]
      if (check === undefined || rowIndex < 0 || rowIndex >= this.rowCount) throw logBroken('names a row or check that does not exist')
      if (!matters(column)) continue
      this.add(rowIndex, numberOf(issues.checks[k] as number, column, check), column)
      if (check.severity === 'error') unread.push(rowIndex * 65_536 + column)
    }
    for (const place of unread) this.#unread.add(place)
    let counted = 0
    for (const { check, column, rows } of issues.counts) {
      if (matters(column) && issues.table[check]?.severity === 'error') counted += rows
    }
    if (counted > unread.length) throw logBroken(`counts ${counted} errors and names the rows of ${unread.length}`)
  }

  /** Logs one failed check; a check of severity `error` rejects the row. */
  add(rowIndex: number, check: number, column: number): void {
    if (this.#unread.size > 0 && (this.#unread.has(rowIndex * 65_536 + column) || this.#unread.has(rowIndex * 65_536 + NO_COLUMN))) return
    const key = check * 65_536 + column
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    let first = false
    if (this.rejects[rowIndex] === 0 && this.#table.checks[check]?.severity === 'error') {
      this.rejects[rowIndex] = 1
      this.rejectedCount++
      first = true
    }
    if (this.#table.remaining > 0) this.#table.remaining--
    else if (!first) return
    this.#entries.push(rowIndex, check, column)
  }

  /** The log in row order, or `undefined` when nothing was wrong. */
  finish(): IssueLog | undefined {
    if (this.#counts.size === 0) return undefined
    const entries = this.#entries
    const order = Int32Array.from({ length: entries.length / 3 }, (_, k) => 3 * k)
    // Sorting by (row, position) keeps the order in which one row's issues were found.
    order.sort((a, b) => (entries[a] as number) - (entries[b] as number) || a - b)
    const counts = Array.from(this.#counts, ([key, rows]): IssueCount => ({ check: Math.floor(key / 65_536), column: key % 65_536, rows }))
    return {
      table: this.#table.checks,
      rowIndexes: Int32Array.from(order, (k) => entries[k] as number),
      checks: Uint16Array.from(order, (k) => entries[k + 1] as number),
      columns: Uint16Array.from(order, (k) => entries[k + 2] as number),
      counts,
    }
  }
}

/** A decoder knows columns, not fields. */
function withField(check: Check, field: string | undefined): Check {
  return check.field !== undefined || field === undefined ? check : { ...check, field }
}

function logBroken(what: string): MappingError {
  return new MappingError('MAPPER_FAILED', `The decoder's issue log ${what}.`, {
    remedy: 'A decoder must log an entry for every row that it could not read; report this to the author of the decoder.',
  })
}
