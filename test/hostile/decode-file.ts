import { builtInDecoders } from '../../src/decoders/detect/built-in-decoders.js'
import { decoderForKey, detectFormat, stripCompression } from '../../src/decoders/detect/detect-format.js'
import type { StoredBytes } from '../../src/isolation/exchange.js'
import { unpack } from '../../src/isolation/unpack.js'
import { readHead } from '../../src/job/open-bytes.js'
import { type Budgets, defaultBudgets } from '../../src/model/budgets.js'
import { checkColumn } from '../../src/model/check-column.js'
import type { ColumnBatch } from '../../src/model/column-batch.js'
import type { DataType, FileSchema } from '../../src/model/data-type.js'

/** A whole file as the engine's own steps give it: unpacked, told apart, opened, and every readable column read. */
export interface DecodedFile {
  readonly format: string
  readonly schema: FileSchema
  /** Indexes into the schema of the columns in `batches`: all but those of types that are only listed. */
  readonly read: readonly number[]
  readonly batches: readonly ColumnBatch[]
  readonly rows: number
  /** 0-based in the file: rows that have an issue and so are not written. */
  readonly rejected: ReadonlySet<number>
}

const decoders = builtInDecoders()

/** A name the engine would not skip: where the file has no extension of a decoder, that of its format is added. */
export function nameFor(path: string, format: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1)
  return decoderForKey(base, decoders) === undefined ? `${base}.${format}` : base
}

export interface DecodeOptions {
  /** The type to read the columns of a text format as; as guessed when left out. */
  readonly textAs?: DataType
  readonly budgets?: Budgets
  /** Keep the batches. */
  readonly keep?: boolean
  /** Ask for columns whose type is only listed, too. */
  readonly unread?: boolean
}

/**
 * @throws ImportError, and whatever a faulty decoder throws
 */
export async function decodeFile(
  key: string,
  bytes: Uint8Array,
  { textAs, budgets = defaultBudgets, keep = true, unread = false }: DecodeOptions = {},
): Promise<DecodedFile> {
  const { signal } = new AbortController()
  const { name, compression } = stripCompression(key)
  const file = unpack(stored(name, bytes), compression, budgets)
  const decoder = detectFormat(key, await readHead(file, { signal }), decoders)
  const opened = await decoder.open(file, { signal, budgets })
  try {
    const { schema } = opened
    const read = schema.columns.flatMap(({ type }, i) => (type.kind === 'unknown' && !unread ? [] : [i]))
    const columns = read.map((index) => ({ index, as: textAs ?? (schema.columns[index]?.type as DataType) }))
    const batches: ColumnBatch[] = []
    const { batchRows, batchBytes } = budgets
    let rows = 0
    const rejected = new Set<number>()
    for await (const batch of opened.batches({ columns, batchRows, batchBytes }, { signal })) {
      checkBatch(batch, rows, columns.length)
      for (const rowIndex of batch.issues?.rowIndexes ?? []) rejected.add(rows + rowIndex)
      rows += batch.rowCount
      if (keep) batches.push(batch)
    }
    if (opened.rowCount !== undefined && opened.rowCount !== rows)
      throw new RangeError(`${opened.rowCount} rows were announced, ${rows} came`)
    return { format: decoder.format, schema, read, batches, rows, rejected }
  } finally {
    await opened.close?.()
  }
}

/** What the engine relies on: whoever breaks it has a fault of their own, whatever the file holds. */
function checkBatch({ firstRow, rowCount, columns }: ColumnBatch, before: number, wanted: number): void {
  if (firstRow !== before + 1) throw new RangeError(`a batch begins at row ${firstRow} after ${before} rows`)
  if (columns.length !== wanted) throw new RangeError(`a batch has ${columns.length} of ${wanted} columns`)
  for (const column of columns) {
    if (column.length !== rowCount) throw new RangeError(`a column has ${column.length} of ${rowCount} rows`)
    const problem = checkColumn(column)
    if (problem !== null) throw new RangeError(`a column does not hold: ${problem}`)
  }
}

/** In pieces of 64 KiB, each in a buffer of its own, as a store sends them. */
function stored(name: string, bytes: Uint8Array): StoredBytes {
  return {
    name,
    size: bytes.length,
    async *stream() {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.slice(at, at + 65_536)
    },
    async read(start, end) {
      if (start < 0 || end < start || end > bytes.length) throw new RangeError(`bytes ${start} to ${end} of ${bytes.length} were asked for`)
      return bytes.slice(start, end)
    },
  }
}
