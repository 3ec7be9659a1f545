import type { MappedRows, Mapping } from '../contracts/schema-mapper.js'
import type { ColumnBatch } from '../model/column-batch.js'
import { readAhead } from '../util/read-ahead.js'
import type { Exchange, ExchangeInput, IsolationEngine } from './exchange.js'
import { withCells } from './rejected-cells.js'
import { decoding, mapping as runMapper } from './stranger.js'
import { unpack } from './unpack.js'

/** Decodes and maps on the host's own event loop, yielding between batches. */
export const inlineEngine: IsolationEngine = {
  async open<R>({ decoder, mapper, stored, compression, budgets, signal }: ExchangeInput<R>): Promise<Exchange<R>> {
    const bytes = unpack(stored, compression, budgets)
    const opened = await decoding(decoder.format, bytes.name, () => decoder.open(bytes, { signal, budgets }))
    return {
      schema: opened.schema,
      ...(opened.rowCount === undefined ? {} : { rowCount: opened.rowCount }),
      start({ schema, file, batchRows, batchBytes, cells = false }) {
        const compiled = runMapper(() => mapper.compile(schema, file))
        const mapping = cells ? withCells(compiled, schema) : compiled
        const decoded = opened.batches({ columns: mapping.reads, batchRows, batchBytes }, { signal })
        return { mapping, rows: readAhead(mapped(decoder.format, bytes.name, decoded, mapping), budgets.aheadBatches) }
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
      yield runMapper(() => mapping.apply(next.value), next.value.firstRow)
    }
  } finally {
    await iterator.return?.()
  }
}
