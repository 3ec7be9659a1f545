import type { CallOptions } from '../../contracts/call-options.js'
import type { FileDecoder, OpenFile } from '../../contracts/file-decoder.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import type { FileSchema } from '../../model/data-type.js'
import { nextTurn } from '../../util/abort.js'
import { CsvBatchBuilder } from './csv-batch-builder.js'
import { type CsvOptions, csvDialect } from './csv-options.js'
import { CsvRows } from './csv-rows.js'
import { guessType } from './guess-type.js'
import { looksLikeText } from './looks-like-text.js'

/** The sample that types are guessed from: whichever is reached first, counted in rows and cells, never in pieces. */
const sampleRows = 1000
const sampleBytes = 1024 * 1024
/** `IssueLog` names columns by 16 bits, of which the highest means none. */
const mostColumns = 65_534

/**
 * CSV as RFC 4180 has it: UTF-8, a header row, `\n`, `\r\n` or `\r` after each row. An empty cell is null, `""` the
 * empty string; blank lines are no rows. Every column is text that is parsed to the type asked for; `schema` holds a
 * guess from the first 1,000 rows or 1 MiB.
 *
 * @throws ConfigError `CONFIG_INVALID` for options that are not one character each
 */
export function csvDecoder(options: CsvOptions = {}): FileDecoder {
  const dialect = csvDialect(options)
  const isPlain = dialect.delimiter === ',' && dialect.quote === '"'
  return {
    format: 'csv',
    revision: isPlain ? 'csv/1' : `csv/1 ${dialect.delimiter}${dialect.quote}`,
    extensions: ['.csv'],
    matches: (_name, head) => looksLikeText(head),
    async open(bytes, { signal, budgets }) {
      const rows = await CsvRows.open(bytes, dialect, { ...budgets, columns: Math.min(budgets.columns, mostColumns) })
      try {
        return await openCsv(rows, budgets.cellBytes, signal)
      } catch (error) {
        await rows.release()
        throw error
      }
    },
  } satisfies FileDecoder
}

async function openCsv(rows: CsvRows, cellBytes: number, signal: AbortSignal): Promise<OpenFile> {
  rows.follow(signal)
  const read = [...(await rows.readHeader())]
  let sampled = 0
  for (let bytes = 0; sampled < sampleRows && bytes < sampleBytes; ) {
    if (sampled === read.length) {
      const more = await rows.next()
      if (more === null) break
      for (const row of more) read.push(row)
      await nextTurn()
      signal.throwIfAborted()
    } else {
      const row = read[sampled++] as string[]
      bytes += row.length
      for (const cell of row) bytes += cell.length
    }
  }
  const sample = read.slice(0, sampled).filter((row) => row.length === rows.names.length)
  const schema: FileSchema = {
    columns: rows.names.map((name, i) => ({
      name,
      type: guessType(sample.map((row) => row[i] as string)),
      nullable: true,
      guessed: true,
    })),
  }
  return {
    schema,
    batches: (request, options) => csvBatches(rows, read, new CsvBatchBuilder(schema, request, cellBytes), options),
    close: () => rows.release(),
  }
}

async function* csvBatches(
  rows: CsvRows,
  read: string[][],
  builder: CsvBatchBuilder,
  { signal }: CallOptions,
): AsyncGenerator<ColumnBatch, void, undefined> {
  rows.follow(signal)
  try {
    for (let piece: string[][] | null = read.splice(0); piece !== null; piece = await rows.next()) {
      for (const row of piece) {
        const batch = builder.add(row)
        if (batch !== undefined) {
          yield batch
          signal.throwIfAborted()
        }
      }
      await nextTurn()
      signal.throwIfAborted()
    }
    const last = builder.take()
    if (last !== undefined) yield last
  } finally {
    await rows.release()
  }
}
