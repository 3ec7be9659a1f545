import type { CallOptions } from '../../contracts/call-options.js'
import type { MappedBatch } from '../../contracts/schema-mapper.js'
import type { FileWriter, Sink } from '../../contracts/sink.js'
import { SinkError } from '../../errors.js'
import type { SinkFile } from '../../model/file.js'
import type { CommitSummary, Receipt } from '../../model/receipt.js'
import { probe } from '../../util/probe.js'
import { placeOf } from '../names.js'
import { type MemoryRow, MemoryTables } from './memory-tables.js'

/** A sink in memory, for tests and examples. */
export interface MemorySink<in out R> extends Sink<R> {
  /** Committed records, in the order of the commits, then of rows. A getter: read it again after an import. */
  readonly records: readonly R[]
  /** The same with the file and the row of each. */
  readonly rows: readonly MemoryRow<R>[]
}

/**
 * A sink in memory: transactional, and `replaces`. It forgets with the process, fences and receipts too, so that a
 * durable store beside it would tell of rows that are gone.
 */
export function memorySink<R = never>(): MemorySink<R> {
  const tables = new MemoryTables<R>()
  return {
    delivery: 'transactional',
    replaces: true,
    get records() {
      return tables.rows().map(({ record }) => record)
    },
    get rows() {
      return tables.rows()
    },
    async begin(file, { signal }) {
      signal.throwIfAborted()
      tables.raiseFence(file)
      await probe('P10', placeOf(file))
      return tables.receipt(file) ?? new MemoryWriter(file, tables)
    },
  }
}

class MemoryWriter<R> implements FileWriter<R> {
  readonly #file: SinkFile
  readonly #tables: MemoryTables<R>
  #staged: MemoryRow<R>[] = []
  #ended = false

  constructor(file: SinkFile, tables: MemoryTables<R>) {
    this.#file = file
    this.#tables = tables
  }

  async write(batch: MappedBatch<R>, { signal }: CallOptions): Promise<void> {
    signal.throwIfAborted()
    const { key, version, generation } = this.#file
    let i = 0
    for (const record of batch.records()) this.#staged.push({ key, version, generation, row: batch.sourceRow(i++), record })
    await probe('P15', placeOf(this.#file))
  }

  async commit(summary: CommitSummary, { signal }: CallOptions): Promise<Receipt> {
    signal.throwIfAborted()
    const place = placeOf(this.#file)
    this.#tables.checkFence(this.#file)
    await probe('P19', place)
    await probe('P20', place)
    // Whoever gave this commit up has asked for the receipt since, or will say that there is none.
    if (this.#ended) {
      throw new SinkError('COMMIT_IN_DOUBT', `the commit of ${JSON.stringify(this.#file.key)} was given up; nothing was committed`, {
        retryable: true,
      })
    }
    const receipt = this.#tables.commit(this.#file, summary.rejected, this.#staged)
    this.#staged = []
    await probe('P21', place)
    return receipt
  }

  async abort(): Promise<void> {
    this.#ended = true
    this.#staged.length = this.#staged.length >> 1
    await probe('P24', placeOf(this.#file))
    this.#staged = []
  }
}
