import type { Column } from '../../model/column.js'
import type { ColumnInfo, DataType } from '../../model/data-type.js'
import type { FileContext } from '../../model/file.js'
import type { CheckTable } from '../check-table.js'
import type { IssueCode } from '../issue-codes.js'
import type { RowLog } from '../row-log.js'
import type { NormalOptions } from './normal-options.js'

/** Turns one column of a batch into one of the record: same rows, checks done. May keep what it learnt of a dictionary. */
export type Step = (column: Column, log: RowLog) => Column

/** Where a step works. */
export interface Place {
  /** The schema's key, for messages. */
  readonly field: string
  /** Index into the file's columns. */
  readonly column: number
  /** What the file's column holds, for messages. */
  readonly received: string
  readonly options: NormalOptions
  readonly file: FileContext
  readonly table: CheckTable
}

/**
 * What a field holds, whatever its name: which types it takes, how text is read for it, what is checked. The table of
 * fields puts names to slots.
 */
export interface Slot {
  /** What it takes, for messages. */
  readonly expected: string
  /** Of what a column holds: its type, or what `column_types` says of its texts. */
  readonly accepts: (type: DataType) => boolean
  /** The type to read a text file's column as; `own`: as was guessed or pinned. */
  readonly wants: DataType | 'own'
  /** A warning that the type alone calls for. */
  readonly warns?: (type: DataType) => IssueCode | null
  /** Absent: the column goes through as it is. */
  readonly step?: (place: Place, info: ColumnInfo) => Step | null
}
