import type { ColumnRead } from '../contracts/file-decoder.js'
import type { MappedRows, Mapping } from '../contracts/schema-mapper.js'
import { DecodeError, MappingError } from '../errors.js'
import type { Column } from '../model/column.js'
import type { ColumnBatch } from '../model/column-batch.js'
import { compactColumn, type Runs } from '../model/compact-column.js'
import type { DataType, FileSchema } from '../model/data-type.js'
import { rejectedIndexes } from '../model/rejected-indexes.js'
import { canonicalJson } from '../util/canonical-json.js'

/** Issues name columns by 16 bits, and so do decoders those of one request. */
const MOST_READS = 65_534

const text: DataType = { kind: 'utf8' }

/**
 * The columns of a file in which rejected rows are kept: all that can be read, in file order. Where the type is a guess,
 * the text itself, so that a cell which is not of the type is there as well.
 */
export function cellReads({ columns }: FileSchema): ColumnRead[] {
  return columns.flatMap(({ type, guessed }, index) => (type.kind === 'unknown' ? [] : [{ index, as: guessed === true ? text : type }]))
}

/**
 * The same mapping, with the rejected rows themselves beside what it says of them: whatever mapper it is, for they are
 * read beside its own columns and cut out by the rows that it accepts.
 */
export function withCells<R>(mapping: Mapping<R>, schema: FileSchema): Mapping<R> {
  const { reads: own, warnings } = mapping
  const known = new Map(own.map((read, place) => [readName(read), place]))
  const reads = [...own]
  const places = cellReads(schema).map((read) => known.get(readName(read)) ?? reads.push(read) - 1)
  if (reads.length > MOST_READS) throw tooWide(schema)
  return {
    reads,
    ...(warnings === undefined ? {} : { warnings }),
    apply(batch) {
      // The mapper may change what it is given.
      const cells = places.map((place) => (place < own.length ? copy(columnAt(batch, place)) : columnAt(batch, place)))
      const mapped = mapping.apply({ ...batch, columns: batch.columns.slice(0, own.length) })
      const { rejected } = mapped
      if (rejected.rowCount === 0) return mapped
      const runs = runsOf(indexesOfRejected(mapped))
      const { rowCount } = rejected
      const columns = cells.map((column) => compactColumn(column, runs, rowCount))
      return { ...mapped, rejected: { ...rejected, cells: { rowCount, firstRow: batch.firstRow, schema: batch.schema, columns } } }
    },
    build: (rows, from, to) => mapping.build(rows, from, to),
  }
}

function readName({ index, as }: ColumnRead): string {
  return `${index} ${canonicalJson(as)}`
}

function copy(column: Column): Column {
  return compactColumn(column, Int32Array.of(0, column.length), column.length)
}

/**
 * The rowIndexes of the rows that a mapper rejected.
 *
 * @throws MappingError `CONSERVATION_BROKEN` when the accepted rows do not tell them
 */
export function indexesOfRejected({ firstRow, rowsRead, accepted, rejected }: MappedRows): Int32Array {
  const none = accepted.rowCount === 0
  const indexes = rejectedIndexes(firstRow, rowsRead, none ? new Int32Array(0) : accepted.sourceRows)
  if (indexes?.length === rejected.rowCount) return indexes
  throw new MappingError('CONSERVATION_BROKEN', 'The mapper does not say which rows it rejected.', {
    location: { row: firstRow },
    remedy: 'Give `sourceRows`: the row of each accepted row, in order, wherever a row of the batch is rejected.',
  })
}

function runsOf(indexes: Int32Array): Runs {
  const runs: number[] = []
  for (const rowIndex of indexes) {
    if (runs.at(-1) === rowIndex) runs[runs.length - 1] = rowIndex + 1
    else runs.push(rowIndex, rowIndex + 1)
  }
  return Int32Array.from(runs)
}

function columnAt(batch: ColumnBatch, place: number): Column {
  const column = batch.columns[place]
  if (column?.length === batch.rowCount) return column
  throw new MappingError('MAPPER_FAILED', 'The decoder gave a column too few, or one of another length.', {
    location: { row: batch.firstRow },
    remedy: 'A decoder must give every column it was asked for, all of one length; report this to the author of the decoder.',
  })
}

function tooWide({ columns }: FileSchema): DecodeError {
  return new DecodeError('BUDGET_EXCEEDED', `The cells of rejected rows cannot be kept beside ${columns.length} columns.`, {
    remedy: 'Keep rejected rows without their cells, or write fewer columns.',
  })
}
