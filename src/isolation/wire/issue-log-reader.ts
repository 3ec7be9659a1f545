import { type Check, type Fix, type IssueCount, type IssueLog, NO_COLUMN } from '../../model/issue.js'
import type { Body } from './body.js'
import { FalseFrame, list, members, oneOf, text, wholeNumber } from './claims.js'

/** `IssueLog.checks` has 16 bits. */
const MOST_CHECKS = 65_536
const MOST_TEXT = 16_384

/** The checks of one exchange as they were told, and logs over that one growing table. */
export class IssueLogReader {
  readonly #table: Check[] = []
  readonly #columns: number

  /** @param columns how many columns the file has */
  constructor(columns: number) {
    this.#columns = columns
  }

  /** @throws FalseFrame when a log names a row, a check or a column that does not exist */
  read(wire: unknown, body: Body, rowCount: number): IssueLog {
    const claimed = members(wire, 'an issue log')
    const fresh = list(claimed.checks, 'new checks', MOST_CHECKS - this.#table.length)
    for (const check of fresh) this.#table.push(readCheck(check))
    const entries = body.bytes(claimed.r, 'rows of issues').length / 4
    const rowIndexes = body.view(Int32Array, claimed.r, wholeNumber(entries, 'the count of issues'), 'rows of issues')
    const checks = body.view(Uint16Array, claimed.k, entries, 'checks of issues')
    const columns = body.view(Uint16Array, claimed.c, entries, 'columns of issues')
    for (let i = 0; i < entries; i++) {
      const rowIndex = rowIndexes[i] as number
      if (rowIndex < 0 || rowIndex >= rowCount) throw new FalseFrame(`an issue is in rowIndex ${rowIndex} of ${rowCount}`)
      this.#checkCheck(checks[i] as number)
      this.#checkColumn(columns[i] as number)
    }
    const counts = list(claimed.counts, 'counts of issues', 10_000_000).map((count): IssueCount => {
      const [check, column, rows] = list(count, 'a count', 3)
      const read = {
        check: wholeNumber(check, 'a counted check', MOST_CHECKS),
        column: wholeNumber(column, 'a counted column', NO_COLUMN),
        rows: wholeNumber(rows, 'a count', rowCount),
      }
      this.#checkCheck(read.check)
      this.#checkColumn(read.column)
      return read
    })
    return { table: this.#table, rowIndexes, checks, columns, counts }
  }

  #checkCheck(check: number): void {
    if (check >= this.#table.length) throw new FalseFrame(`an issue names check ${check} of ${this.#table.length}`)
  }

  #checkColumn(column: number): void {
    if (column >= this.#columns && column !== NO_COLUMN) throw new FalseFrame(`an issue names column ${column} of ${this.#columns}`)
  }
}

export function readCheck(wire: unknown): Check {
  const { code, severity, message, remedy, field, expected, received, fix } = members(wire, 'a check')
  return {
    code: text(code, 'the code of a check', 200),
    severity: oneOf(severity, 'the severity of a check', ['error', 'warning']),
    message: text(message, 'the message of a check', MOST_TEXT),
    ...(remedy === undefined ? {} : { remedy: text(remedy, 'the remedy of a check', MOST_TEXT) }),
    ...(field === undefined ? {} : { field: text(field, 'the field of a check', MOST_TEXT) }),
    ...(expected === undefined ? {} : { expected: text(expected, 'what a check expected', MOST_TEXT) }),
    ...(received === undefined ? {} : { received: text(received, 'what a check received', MOST_TEXT) }),
    ...(fix === undefined ? {} : { fix: readFix(fix) }),
  }
}

function readFix(wire: unknown): Fix {
  const { action, field, column } = members(wire, 'a fix')
  return {
    action: oneOf(action, 'the action of a fix', ['rename', 'add', 'remove']),
    field: text(field, 'the field of a fix', MOST_TEXT),
    ...(column === undefined ? {} : { column: text(column, 'the column of a fix', MOST_TEXT) }),
  }
}
