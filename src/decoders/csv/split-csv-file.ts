import type { CallOptions } from '../../contracts/call-options.js'
import type { FileBytes, OpenFile } from '../../contracts/file-decoder.js'
import type { Budgets } from '../../model/budgets.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import type { FileSchema } from '../../model/data-type.js'
import { nextTurn } from '../../util/abort.js'
import { CsvBatchBuilder } from './csv-batch-builder.js'
import type { CsvDialect } from './csv-options.js'
import { CsvRows } from './csv-rows.js'
import { csvSample } from './csv-sample.js'
import { guessType } from './guess-type.js'

/** Opens a CSV file of any dialect, split by csv-parse: an order of magnitude slower than byte by byte. */
export async function openSplitCsv(bytes: FileBytes, dialect: CsvDialect, budgets: Budgets, signal: AbortSignal): Promise<OpenFile> {
  const rows = await CsvRows.open(bytes, dialect, budgets)
  try {
    return await readSchema(rows, budgets.cellBytes, signal)
  } catch (error) {
    await rows.release()
    throw error
  }
}

async function readSchema(rows: CsvRows, cellBytes: number, signal: AbortSignal): Promise<OpenFile> {
  rows.follow(signal)
  const read = [...(await rows.readHeader())]
  let sampled = 0
  for (let bytes = 0; sampled < csvSample.rows && bytes < csvSample.bytes; ) {
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
