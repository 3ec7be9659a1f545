import type { Issue } from './issue.js'

/** A row that was refused, with every reason found. */
export interface RejectedRow {
  /** 1-based data row, header excluded. */
  readonly row: number
  readonly issues: readonly Issue[]
}

/** One cell of the file. */
export interface RejectedCell {
  readonly column: string
  /** As `cell` gives it; of a text file the text itself, `null` where the cell is empty or could not be told apart. */
  readonly value: unknown
}

/** What a rejects sink gets. */
export interface RejectedRecord extends RejectedRow {
  readonly key: string
  /** Of every column that can be read, in file order; a list, because names may repeat. Only where the sink wants `cells`. */
  readonly cells?: readonly RejectedCell[]
}
