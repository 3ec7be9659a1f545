import type { Column } from '../../model/column.js'
import type { DataType } from '../../model/data-type.js'
import { BoolColumn } from './bool-column.js'
import type { CellBlock } from './cell-block.js'
import type { CellIssues } from './cell-issues.js'
import type { ByteDialect } from './csv-options.js'
import { DateColumn } from './date-column.js'
import { Float64Column } from './float64-column.js'
import { Int64Column } from './int64-column.js'
import { TextColumn } from './text-column.js'
import { TimestampColumn } from './timestamp-column.js'

/** Builds one column of the request, batch after batch, from cells in bytes. */
export interface ByteColumn {
  /** Bytes of text in the batch so far; 0 for types of a fixed width. */
  readonly textBytes: number
  /** Rows `from` to `from + count` of the block become rows `rowIndex` and on of the batch. */
  append(cells: CellBlock, from: number, count: number, rowIndex: number): void
  /** The column of a batch, whose buffers are given away; then begins the next. */
  finish(length: number): Column
}

/** What a column needs to know of the request. */
export interface ByteColumnPlace {
  /** In the file. */
  readonly index: number
  /** In the request. */
  readonly ordinal: number
  /** Most rows of a batch. */
  readonly capacity: number
  readonly dialect: ByteDialect
  readonly issues: CellIssues
  /** Columns of text in the request, which share the room for dictionaries. */
  readonly textColumns: number
}

/** @param as one of the types that `csvColumnType` accepts */
export function byteColumn(as: DataType, place: ByteColumnPlace): ByteColumn {
  switch (as.kind) {
    case 'int64':
      return new Int64Column(place)
    case 'float64':
      return new Float64Column(place)
    case 'timestamp':
      return new TimestampColumn(place, as)
    case 'date':
      return new DateColumn(place)
    case 'bool':
      return new BoolColumn(place)
    default:
      return new TextColumn(place)
  }
}
