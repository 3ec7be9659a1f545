import { cell, isPresent } from '../model/cell.js'
import type { Column } from '../model/column.js'
import { exampleText, shortFloat } from './example-text.js'

/** Cells looked at for examples: a column of one value needs no more. */
const mostTries = 200

/** Examples and the share of nulls of one column, over the rows of a sample. */
export class ColumnSample {
  rows = 0
  nulls = 0
  readonly #examples = new Set<string>()
  readonly #mostExamples: number
  readonly #mostCharacters: number
  #tries = 0

  constructor(mostExamples: number, mostCharacters: number) {
    this.#mostExamples = mostExamples
    this.#mostCharacters = mostCharacters
  }

  add(column: Column, rowIndex: number): void {
    this.rows++
    if (!isPresent(column, rowIndex)) {
      this.nulls++
      return
    }
    if (this.#examples.size >= this.#mostExamples || this.#tries++ >= mostTries) return
    const value = cell(column, rowIndex)
    this.#examples.add(exampleText(column.kind === 'float32' ? shortFloat(value as number) : value, this.#mostCharacters))
  }

  /** Different ones, in the order of the file. */
  get examples(): readonly string[] {
    return [...this.#examples]
  }

  /** 0 to 1; `null` without rows. */
  get nullShare(): number | null {
    return this.rows === 0 ? null : this.nulls / this.rows
  }
}
