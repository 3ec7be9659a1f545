import type { Column } from '../../model/column.js'
import type { BlockCursor } from './block-cursor.js'

/** Reads values of one type from blocks and gathers them into a column. */
export interface ValueReader {
  /** Appends the value at the cursor. */
  read(cursor: BlockCursor): void
  /** Appends a null; nothing is read. */
  readNull(): void
  /** The column of what was appended, in buffers of its own; the reader is empty afterwards. */
  finish(): Column
}

/** Counts decoded bytes as readers append, so that batches can be cut and no cell grows without limit. */
export interface Meter {
  /** Decoded bytes since the last batch was cut. */
  bytes: number
  /** `bytes` when the present cell began. */
  cellStart: number
  /** Throws when the present cell is over its budget. */
  check(): void
}

/** Moves the cursor over one value. */
export type SkipValue = (cursor: BlockCursor) => void
