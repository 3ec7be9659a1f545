import type { MappedRows, Mapping } from '../contracts/schema-mapper.js'
import { DecodeError, ImportError, MappingError } from '../errors.js'
import type { ColumnBatch } from '../model/column-batch.js'
import type { Exchange, ExchangeInput, IsolationEngine } from './exchange.js'

/** Decodes and maps on the host's own event loop, yielding between batches. */
export const inlineEngine: IsolationEngine = {
  async open<R>({ decoder, mapper, bytes, budgets, signal }: ExchangeInput<R>): Promise<Exchange<R>> {
    const opened = await decoding(decoder.format, bytes.name, () => decoder.open(bytes, { signal, budgets }))
    return {
      schema: opened.schema,
      ...(opened.rowCount === undefined ? {} : { rowCount: opened.rowCount }),
      start({ schema, file, batchRows, batchBytes }) {
        const mapping = compiling(() => mapper.compile(schema, file))
        const decoded = opened.batches({ columns: mapping.reads, batchRows, batchBytes }, { signal })
        return { mapping, rows: mapped(decoder.format, bytes.name, decoded, mapping) }
      },
      close: async () => opened.close?.(),
    }
  },
}

async function* mapped<R>(
  format: string,
  name: string,
  batches: AsyncIterable<ColumnBatch>,
  mapping: Mapping<R>,
): AsyncGenerator<MappedRows> {
  const iterator = batches[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await decoding(format, name, () => iterator.next())
      if (next.done === true) return
      const { firstRow } = next.value
      yield compiling(() => mapping.apply(next.value), firstRow)
    }
  } finally {
    await iterator.return?.()
  }
}

/** A stranger's decoder may throw anything. */
async function decoding<T>(format: string, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ImportError || (error instanceof Error && error.name === 'AbortError')) throw error
    throw new DecodeError('DECODER_FAILED', `The ${format} decoder failed on "${name}".`, {
      cause: error,
      remedy: 'This is a fault of the decoder, not of the file: report it with the file. The file is tried no further.',
    })
  }
}

/** So may a stranger's mapper. */
function compiling<T>(work: () => T, firstRow?: number): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ImportError) throw error
    const where = firstRow === undefined ? '' : ` in the batch that starts at row ${firstRow}`
    throw new MappingError('MAPPER_FAILED', `The mapper threw${where}.`, {
      cause: error,
      location: { row: firstRow },
      remedy: 'Mend the mapper, so that it rejects rows instead of throwing; then retry the file.',
    })
  }
}
