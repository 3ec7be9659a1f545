import type { CallOptions } from '../../contracts/call-options.js'
import type { FileBytes, OpenFile, ReadRequest } from '../../contracts/file-decoder.js'
import { ImportError } from '../../errors.js'
import type { Budgets } from '../../model/budgets.js'
import type { Column } from '../../model/column.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import type { FileSchema } from '../../model/data-type.js'
import { nextTurn } from '../../util/abort.js'
import { formatBytes } from '../../util/bytes.js'
import { columnBytes, cutRows } from '../batch-cutter.js'
import { corruptFile, overBudget, unsupportedFile } from '../decode-failure.js'
import { assembleColumn } from './assemble-column.js'
import { type ChunkPlan, type GroupPlan, groupRefusal, planGroups } from './chunk-plan.js'
import { type LeafValues, readChunk } from './chunk-reader.js'
import { type ColumnShape, columnShape } from './column-shape.js'
import { copyRows } from './copy-rows.js'
import { readFooter } from './footer.js'
import type { Hyparquet } from './load-hyparquet.js'
import { PageProblem } from './page-problem.js'
import { type ByteRange, ReadAhead } from './read-ahead.js'
import { type LeafNode, type SchemaNode, schemaTree } from './schema-tree.js'

/** Amplification is judged above this. */
const freeBytes = 64 * 1024 * 1024

/** Decoded bytes of a column with every dictionary entry written out. */
function spelledBytes(column: Column): number {
  if (column.kind !== 'dictionary') return columnBytes(column, 0, column.length)
  const { values } = column.dictionary
  let bytes = 4 * column.length
  if (values.kind === 'utf8' && values.length > 0) {
    for (const index of column.indices) bytes += (values.offsets[index + 1] as number) - (values.offsets[index] as number)
  }
  return bytes
}

/** A row group whose columns are on their way. */
interface GroupReads {
  readonly group: GroupPlan
  readonly columns: readonly { readonly index: number; readonly chunks: readonly ChunkPlan[] }[]
  /** Why it is not read. */
  readonly refusal: Error | null
  readonly ahead: ReadAhead | null
}

/** One opened Parquet file: the footer is read, the data is not. */
export class ParquetFile implements OpenFile {
  readonly schema: FileSchema
  readonly rowCount: number
  readonly #hyparquet: Hyparquet
  readonly #read: Read
  readonly #budgets: Budgets
  readonly #columns: readonly SchemaNode[]
  readonly #leaves: readonly LeafNode[]
  readonly #shapes: readonly ColumnShape[]
  readonly #groups: readonly GroupPlan[]
  readonly #storedBytes: number
  #dictionaries = 0
  #spelledBytes = 0

  private constructor(
    hyparquet: Hyparquet,
    read: Read,
    budgets: Budgets,
    columns: readonly SchemaNode[],
    leaves: readonly LeafNode[],
    groups: readonly GroupPlan[],
    storedBytes: number,
  ) {
    this.#hyparquet = hyparquet
    this.#read = read
    this.#budgets = budgets
    this.#columns = columns
    this.#leaves = leaves
    this.#groups = groups
    this.#storedBytes = storedBytes
    this.#shapes = columns.map(columnShape)
    this.schema = {
      columns: this.#shapes.map(({ type, nullable }, i) => ({ name: columns[i]?.element.name ?? '', type, nullable })),
    }
    this.rowCount = groups.reduce((rows, group) => rows + group.rows, 0)
  }

  static async open(
    hyparquet: Hyparquet,
    bytes: FileBytes,
    { budgets, signal }: CallOptions & { readonly budgets: Budgets },
  ): Promise<ParquetFile> {
    const read = exactRead(bytes)
    const { metadata, dataEnd } = await readFooter(hyparquet, (start, end) => read(start, end, signal), bytes.size, budgets)
    try {
      const { columns, leaves } = schemaTree(metadata.schema, budgets)
      const groups = planGroups(metadata, leaves, dataEnd)
      return new ParquetFile(hyparquet, read, budgets, columns, leaves, groups, dataEnd)
    } catch (cause) {
      if (cause instanceof ImportError) throw cause
      // What the footer parses to has whatever types its bytes say.
      throw corruptFile('The footer is not what the format says.', { byteOffset: dataEnd, cause })
    }
  }

  async *batches(request: ReadRequest, { signal }: CallOptions): AsyncGenerator<ColumnBatch, void, undefined> {
    for (const { index } of request.columns) {
      const shape = this.#shapes[index]
      const { name } = this.schema.columns[index] ?? { name: String(index) }
      if (shape === undefined) throw new RangeError(`The file has no column ${index}.`)
      if (shape.kind === 'unread') {
        throw unsupportedFile(
          `Column "${name}" is of a type that is not read.`,
          'Leave the column out of the schema, or write it as another type.',
          { column: name },
        )
      }
    }
    let firstRow = 1
    let reads: GroupReads | undefined
    try {
      for (const [i, group] of this.#groups.entries()) {
        reads ??= this.#begin(group, request, signal)
        const columns = await this.#readGroup(reads, request, signal)
        const next = this.#groups[i + 1]
        // Its first bytes come while this one is worked on.
        reads = next && this.#begin(next, request, signal)
        this.#checkAmplification(columns)
        for (const [from, to] of cutRows(columns, group.rows, request)) {
          signal.throwIfAborted()
          yield { rowCount: to - from, firstRow, schema: this.schema, columns: columns.map((column) => copyRows(column, from, to)) }
          firstRow += to - from
        }
      }
    } finally {
      reads?.ahead?.close()
    }
  }

  /** Starts to fetch the columns asked for, in the order in which they lie in the file; a group over the budget is not touched. */
  #begin(group: GroupPlan, request: ReadRequest, signal: AbortSignal): GroupReads {
    const columns = [...new Set(request.columns.map(({ index }) => index))]
      .map((index) => ({ index, chunks: this.#chunksOf(group, index) }))
      .sort((a, b) => (a.chunks[0]?.start ?? 0) - (b.chunks[0]?.start ?? 0))
    const ranges = columns.flatMap(({ chunks }) => chunks)
    const refusal = groupRefusal(group, ranges, this.#budgets)
    const fetched = group.rows > 0 && refusal === null
    const read = ({ start, end }: ByteRange, stop: AbortSignal): Promise<Uint8Array> => this.#read(start, end, stop)
    return { group, columns, refusal, ahead: fetched ? new ReadAhead(ranges, read, signal) : null }
  }

  /** A small file may stand for more rows and text than any sink can take: dictionaries make repeats all but free. */
  #checkAmplification(columns: readonly Column[]): void {
    for (const column of columns) this.#spelledBytes += spelledBytes(column)
    if (this.#spelledBytes <= freeBytes) return
    const most = this.#storedBytes * this.#budgets.amplification
    if (this.#spelledBytes > most)
      throw overBudget(
        `Decoded bytes per stored byte (${formatBytes(this.#storedBytes)} became ${formatBytes(this.#spelledBytes)})`,
        Math.ceil(this.#spelledBytes / this.#storedBytes),
        'amplification',
        this.#budgets.amplification,
      )
  }

  /** The requested columns of one row group, one after the other. */
  async #readGroup({ group, columns, refusal, ahead }: GroupReads, request: ReadRequest, signal: AbortSignal): Promise<Column[]> {
    if (refusal !== null) throw refusal
    if (ahead === null) return []
    const done = new Map<number, Column>()
    try {
      for (const { index, chunks } of columns) done.set(index, await this.#readColumn(group, index, chunks, ahead, signal))
    } finally {
      ahead.close()
    }
    return request.columns.map(({ index }) => done.get(index) as Column)
  }

  async #readColumn(group: GroupPlan, index: number, chunks: readonly ChunkPlan[], ahead: ReadAhead, signal: AbortSignal): Promise<Column> {
    const leaves = new Map<LeafNode, LeafValues>()
    for (const chunk of chunks) {
      signal.throwIfAborted()
      const bytes = await ahead.take()
      leaves.set(chunk.leaf, await readChunk(this.#hyparquet, bytes, chunk, group.number, this.#budgets, signal))
      await nextTurn()
    }
    const column = this.schema.columns[index]?.name ?? ''
    try {
      const shape = this.#shapes[index] as ColumnShape
      const assembled = assembleColumn(
        shape,
        (leaf) => leaves.get(leaf) as LeafValues,
        () => this.#dictionaries++,
      )
      if (assembled.length === group.rows) return assembled
      throw new PageProblem(`${assembled.length} rows where the row group has ${group.rows}`)
    } catch (error) {
      if (error instanceof ImportError) throw error
      const problem = error instanceof PageProblem ? error.message : 'its values could not be put together'
      throw corruptFile(`In column "${column}" of row group ${group.number}: ${problem}.`, { column, cause: error })
    }
  }

  /** The chunks of a top-level column's leaves. */
  #chunksOf(group: GroupPlan, index: number): readonly ChunkPlan[] {
    const first = this.#columns[index]?.firstLeaf.index ?? 0
    const next = this.#columns[index + 1]?.firstLeaf.index ?? this.#leaves.length
    return group.chunks.slice(first, next)
  }
}

type Read = (start: number, end: number, signal: AbortSignal) => Promise<Uint8Array>

/** Reads ranges and trusts no length: a short answer would decode as missing rows. */
function exactRead(bytes: FileBytes): Read {
  const read = bytes.read?.bind(bytes)
  if (read === undefined)
    throw unsupportedFile(
      'A Parquet file is read by ranges, which a compressed object does not allow.',
      'Upload the file uncompressed; Parquet compresses its own pages.',
    )
  return async (start, end, signal) => {
    const part = await read(start, end, { signal })
    if (part.length !== end - start) throw corruptFile(`${part.length} of the bytes ${start} to ${end} came.`, { byteOffset: start })
    return part
  }
}
