import type { Issue } from './issue.js'

/** A row that was refused, with every reason found. */
export interface RejectedRow {
  /** 1-based data row, header excluded. */
  readonly row: number
  readonly issues: readonly Issue[]
}

/** What a `rejects` sink gets. Cells are a list, because their names are the file's and may repeat. */
export interface RejectedRecord extends RejectedRow {
  readonly key: string
  readonly cells: readonly { readonly column: string; readonly value: unknown }[]
}
