import type { CallOptions } from '../../contracts/call-options.js'
import type { MappedBatch } from '../../contracts/schema-mapper.js'
import type { FileWriter, Sink, WriteRecords } from '../../contracts/sink.js'
import { ImportError, SinkError } from '../../errors.js'
import type { SinkFile } from '../../model/file.js'
import type { CommitSummary, Receipt } from '../../model/receipt.js'
import { probe } from '../../util/probe.js'
import { placeOf } from '../names.js'
import { receiptFor } from '../receipt-for.js'

/** How a sink made of a function delivers. */
export interface FunctionSinkOptions {
  /**
   * `idempotent` promises that a batch whose `token` was written before changes nothing: then every row is there exactly
   * once when the file is `imported`, and two files may be in flight. `plain`: one file in flight, and that file may
   * repeat after a crash or a lost lease.
   *
   * @defaultValue 'plain'
   */
  readonly delivery?: 'idempotent' | 'plain'
}

/**
 * A sink made of a function, called once per batch and in row order with the records of the batch. What it throws becomes
 * a `SinkError` (`SINK_FAILED`, retryable); an `ImportError` passes as it is, so that the host can say `SINK_UNAVAILABLE`.
 */
export function functionSink<R>(write: WriteRecords<R>, { delivery = 'plain' }: FunctionSinkOptions = {}): Sink<R> {
  return {
    delivery,
    ...(delivery === 'plain' ? { maxConcurrentFiles: 1 } : {}),
    async begin(file, { signal }) {
      signal.throwIfAborted()
      return new FunctionWriter(write, file)
    },
  }
}

class FunctionWriter<in R> implements FileWriter<R> {
  readonly #write: WriteRecords<R>
  readonly #file: SinkFile
  #rows = 0

  constructor(write: WriteRecords<R>, file: SinkFile) {
    this.#write = write
    this.#file = file
  }

  async write(batch: MappedBatch<R>, { signal }: CallOptions): Promise<void> {
    signal.throwIfAborted()
    const file = this.#file
    const records: R[] = []
    for (const slice of batch.recordSlices()) for (const record of slice) records.push(record)
    try {
      await this.#write(records, { file, token: batch.token, signal })
    } catch (error) {
      if (error instanceof ImportError || (signal.aborted && error === signal.reason)) throw error
      const { key } = file
      const last = batch.firstRow + batch.rowsRead - 1
      // The host's own message may quote cells: it stays in `cause`, which is never serialized.
      throw new SinkError(
        'SINK_FAILED',
        `the sink function threw while writing rows ${batch.firstRow} to ${last} of ${JSON.stringify(key)}`,
        {
          retryable: true,
          location: { key, row: batch.firstRow },
          remedy: 'Look at `cause`. Throw a SinkError with SINK_UNAVAILABLE for an outage: it uses up no attempts of the file.',
          cause: error,
        },
      )
    }
    this.#rows += records.length
    await probe('P15', placeOf(file))
  }

  async commit({ rejected }: CommitSummary, { signal }: CallOptions): Promise<Receipt> {
    signal.throwIfAborted()
    return receiptFor(this.#file, { rows: this.#rows, rejected })
  }

  /** What was written stays written: deleting it might delete a successor's rows. */
  async abort(): Promise<void> {}
}
