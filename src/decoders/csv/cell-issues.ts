import { type Check, type IssueLog, NO_COLUMN } from '../../model/issue.js'
import { IssueLogBuilder } from '../issue-log-builder.js'

const wholeRow = 0xffff

/** The issues of one batch, found column by column, told row by row: their order says nothing of how the text came. */
export class CellIssues {
  readonly #log = new IssueLogBuilder()
  readonly #ragged: Check
  /** By ordinal in the request: what a cell is not, and the index of its column in the file. */
  readonly #columns: readonly { readonly check: Check; readonly index: number }[]
  #found: number[] = []

  constructor(ragged: Check, columns: readonly { readonly check: Check; readonly index: number }[]) {
    this.#ragged = ragged
    this.#columns = columns
  }

  addRagged(rowIndex: number): void {
    this.#found.push(rowIndex * 0x10000 + wholeRow)
  }

  /** @param ordinal in the request */
  addCell(rowIndex: number, ordinal: number): void {
    this.#found.push(rowIndex * 0x10000 + ordinal)
  }

  take(): IssueLog | undefined {
    if (this.#found.length === 0) return undefined
    for (const found of Float64Array.from(this.#found).sort()) {
      const ordinal = found % 0x10000
      const rowIndex = (found - ordinal) / 0x10000
      const column = this.#columns[ordinal]
      if (column === undefined) this.#log.add(this.#ragged, rowIndex, NO_COLUMN)
      else this.#log.add(column.check, rowIndex, column.index)
    }
    this.#found = []
    return this.#log.take()
  }
}
