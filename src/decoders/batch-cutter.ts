import type { ReadRequest } from '../contracts/file-decoder.js'
import type { Column } from '../model/column.js'

/**
 * Row ranges of batches over columns that are decoded already: at most `batchRows` rows and `batchBytes` bytes each,
 * on 8-row boundaries where eight rows fit, so that bitmaps need no shifting; a single row over the budget is a batch
 * of its own. A function of the columns alone: equal columns, equal cuts.
 */
export function* cutRows(
  columns: readonly Column[],
  rowCount: number,
  { batchRows, batchBytes }: Pick<ReadRequest, 'batchRows' | 'batchBytes'>,
): Generator<readonly [from: number, to: number], void, undefined> {
  const fits = (from: number, to: number): boolean => {
    let bytes = 0
    for (const column of columns) bytes += columnBytes(column, from, to)
    return bytes <= batchBytes
  }
  for (let from = 0; from < rowCount; ) {
    let most = Math.min(batchRows, rowCount - from)
    if (!fits(from, from + most)) {
      // The most rows that fit, by halving: at least one.
      let least = 1
      while (least < most) {
        const middle = (least + most + 1) >> 1
        if (fits(from, from + middle)) least = middle
        else most = middle - 1
      }
      if (most > 8) most &= ~7
    }
    yield [from, from + most]
    from += most
  }
}

/** Decoded bytes of rows `from` to `to`; dictionaries, which batches share, apart. */
export function columnBytes(column: Column, from: number, to: number): number {
  const rows = to - from
  switch (column.kind) {
    case 'null':
      return 0
    case 'values':
      return 8 * rows
    case 'bool':
      return Math.ceil(rows / 8)
    case 'utf8':
    case 'binary':
      return 4 * rows + (column.offsets[to] as number) - (column.offsets[from] as number)
    case 'dictionary':
      return 4 * rows
    case 'decimal':
      return 16 * rows
    case 'list':
      return 4 * rows + columnBytes(column.child, column.offsets[from] as number, column.offsets[to] as number)
    case 'fixedList':
      return columnBytes(column.child, from * column.size, to * column.size)
    case 'struct':
      return column.children.reduce((bytes, child) => bytes + columnBytes(child, from, to), 0)
    default:
      return rows * column.data.BYTES_PER_ELEMENT
  }
}
