import type { Type, types } from 'avsc'
import type { CallOptions } from '../../contracts/call-options.js'
import type { FileBytes, OpenFile, ReadRequest } from '../../contracts/file-decoder.js'
import type { Budgets } from '../../model/budgets.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import type { FileSchema } from '../../model/data-type.js'
import { ByteReader } from '../byte-reader.js'
import { corruptFile, overBudget } from '../decode-failure.js'
import { parseSchema } from './avro-schema.js'
import { BlockCursor } from './block-cursor.js'
import { BlockProblem } from './block-problem.js'
import { type InflateBlock, inflater } from './inflate-block.js'
import { type ContainerHeader, readHeader, readVarint } from './read-header.js'
import { RowReader } from './row-reader.js'
import { Skipper } from './skip-value.js'
import { type AvroColumn, TypePlanner } from './type-plan.js'

/** One opened Avro object container file: its header is read. */
export class AvroFile implements OpenFile {
  readonly schema: FileSchema
  readonly #reader: ByteReader
  readonly #header: ContainerHeader
  readonly #inflate: InflateBlock
  readonly #budgets: Budgets
  readonly #columns: readonly AvroColumn[]
  readonly #skipper: Skipper
  /** The fewest bytes a record takes. */
  readonly #leastRecord: number

  private constructor(
    reader: ByteReader,
    header: ContainerHeader,
    inflate: InflateBlock,
    budgets: Budgets,
    root: Type,
    columns: readonly AvroColumn[],
    skipper: Skipper,
  ) {
    this.#reader = reader
    this.#header = header
    this.#inflate = inflate
    this.#budgets = budgets
    this.#columns = columns
    this.#skipper = skipper
    this.#leastRecord = skipper.leastBytes(root)
    this.schema = {
      columns: columns.map(({ name, plan }) => ({ name, type: plan?.type ?? { kind: 'unknown' }, nullable: plan?.nullable ?? true })),
    }
  }

  static async open(bytes: FileBytes, { budgets, signal }: CallOptions & { readonly budgets: Budgets }): Promise<AvroFile> {
    const reader = new ByteReader(bytes, 'Avro')
    reader.follow(signal)
    try {
      const header = await readHeader(reader, budgets)
      const inflate = await inflater(header.codec, budgets)
      const schema = await parseSchema(header.schema, budgets)
      const { root } = schema
      const skipper = new Skipper(budgets.nesting)
      const planner = new TypePlanner(schema, budgets, skipper.leastBytes)
      // A file of values that are not records has one column.
      const fields = root.typeName === 'record' ? (root as types.RecordType).fields : [{ name: 'value', type: root }]
      const columns = fields.map(({ name, type }): AvroColumn => ({ name, type, plan: planner.plan(type) }))
      return new AvroFile(reader, header, inflate, budgets, root, columns, skipper)
    } catch (error) {
      await reader.release()
      throw error
    }
  }

  async *batches(request: ReadRequest, { signal }: CallOptions): AsyncGenerator<ColumnBatch, void, undefined> {
    this.#reader.follow(signal)
    const rows = new RowReader(this.schema, this.#columns, request, this.#skipper, this.#budgets)
    try {
      for (let number = 1; !(await this.#reader.atEnd()); number++) {
        const offset = this.#reader.offset
        try {
          const { cursor, count } = await this.#nextBlock()
          for (let i = 0; i < count; i++) {
            rows.read(cursor)
            for (let batch = rows.take(cursor); batch !== null; batch = rows.take(cursor)) {
              signal.throwIfAborted()
              yield batch
            }
          }
          if (cursor.left > 0) throw new BlockProblem(`its ${count} records leave ${cursor.left} bytes`)
        } catch (error) {
          if (!(error instanceof BlockProblem)) throw error
          const { row, column } = rows
          const place = column === undefined ? '' : `, column "${column}"`
          throw corruptFile(`In block ${number}, at row ${row}${place}: ${error.message}.`, {
            byteOffset: offset,
            row,
            column,
            cause: error,
          })
        }
      }
      const last = rows.finish()
      if (last !== null) yield last
    } finally {
      await this.#reader.release()
    }
  }

  async close(): Promise<void> {
    await this.#reader.release()
  }

  /** Count, size, bytes and sync marker of one block. */
  async #nextBlock(): Promise<{ readonly cursor: BlockCursor; readonly count: number }> {
    const { groupBytes, amplification } = this.#budgets
    const count = await readVarint(this.#reader, 'block')
    const size = await readVarint(this.#reader, 'block')
    if (count < 0 || size < 0) throw new BlockProblem(`it declares ${count} records in ${size} bytes`)
    if (size > groupBytes) throw overBudget('A block', size, 'groupBytes', groupBytes)
    const stored = await this.#reader.exactly(size, 'block')
    const sync = await this.#reader.exactly(16, 'sync marker')
    if (!sync.every((byte, i) => byte === this.#header.sync[i])) throw new BlockProblem('another sync marker than the header’s follows it')
    const bytes = await this.#inflate(stored)
    if (count * this.#leastRecord > bytes.length) throw new BlockProblem(`it declares ${count} records in ${bytes.length} bytes`)
    // Records of no bytes cost nothing to write down and time to read.
    if (this.#leastRecord === 0 && count > Math.max(freeRecords, amplification * (size + 1))) {
      throw overBudget('Records of no bytes in a block', count, 'amplification', amplification)
    }
    return { cursor: new BlockCursor(bytes), count }
  }
}

const freeRecords = 1_000_000
