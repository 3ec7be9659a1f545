import { type Check, type IssueCount, type IssueLog, NO_COLUMN } from '../model/issue.js'

/**
 * Collects a decoder's issues, one log per batch over one table per file. Complete within the batch, whose size bounds
 * it: a mapper needs every entry to know which rows to reject.
 */
export class IssueLogBuilder {
  readonly #table: Check[] = []
  readonly #byMessage = new Map<string, number>()
  #rowIndexes: number[] = []
  #checks: number[] = []
  #columns: number[] = []

  /**
   * @param rowIndex 0-based in the batch
   * @param column index into the file's columns; left out for a whole row
   */
  add(check: Check, rowIndex: number, column: number = NO_COLUMN): void {
    const key = `${check.code}\n${check.message}`
    let index = this.#byMessage.get(key)
    if (index === undefined) {
      index = this.#table.push(check) - 1
      this.#byMessage.set(key, index)
    }
    this.#rowIndexes.push(rowIndex)
    this.#checks.push(index)
    this.#columns.push(column)
  }

  /** The issues since the last call, or `undefined` when there were none. */
  take(): IssueLog | undefined {
    if (this.#rowIndexes.length === 0) return undefined
    const counts = new Map<number, IssueCount>()
    this.#checks.forEach((check, i) => {
      const column = this.#columns[i] as number
      const key = check * (NO_COLUMN + 1) + column
      counts.set(key, { check, column, rows: (counts.get(key)?.rows ?? 0) + 1 })
    })
    const log: IssueLog = {
      // A copy: logs that were given away do not change when the table grows.
      table: this.#table.slice(),
      rowIndexes: Int32Array.from(this.#rowIndexes),
      checks: Uint16Array.from(this.#checks),
      columns: Uint16Array.from(this.#columns),
      counts: [...counts.values()],
    }
    this.#rowIndexes = []
    this.#checks = []
    this.#columns = []
    return log
  }
}
