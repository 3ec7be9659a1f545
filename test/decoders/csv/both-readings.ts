import type { FileBytes, OpenFile } from '../../../src/contracts/file-decoder.js'
import { openByteCsv } from '../../../src/decoders/csv/byte-csv-file.js'
import { byteDialect, type CsvOptions, csvDialect } from '../../../src/decoders/csv/csv-options.js'
import { openSplitCsv } from '../../../src/decoders/csv/split-csv-file.js'
import { type Budgets, defaultBudgets } from '../../../src/model/budgets.js'
import { toValues } from '../../../src/model/cell.js'
import { checkColumn } from '../../../src/model/check-column.js'
import type { DataType } from '../../../src/model/data-type.js'
import { issuesOf } from '../../../src/model/issues-of.js'
import { fileBytes } from '../file-bytes.js'

/** Everything a reading says, as plain values: cells by column, issues, or the error. */
export interface Reading {
  readonly names?: readonly string[]
  readonly guesses?: readonly DataType[]
  readonly rowCount?: number
  readonly columns?: readonly (readonly unknown[])[]
  readonly issues?: readonly unknown[]
  /** First row and rows of each batch. */
  readonly cuts?: readonly (readonly number[])[]
  readonly error?: { readonly code: string; readonly message: string; readonly location: unknown }
}

export interface ReadingOptions {
  readonly cuts?: readonly number[]
  readonly dialect?: CsvOptions
  /** By column in turn; the guessed types when left out. */
  readonly as?: readonly (DataType | null)[]
  readonly budgets?: Partial<Budgets>
}

type Open = (bytes: FileBytes, dialect: CsvOptions, budgets: Budgets, signal: AbortSignal) => Promise<OpenFile>

/** Byte by byte. */
export function readInBytes(data: Uint8Array | string, options: ReadingOptions = {}): Promise<Reading> {
  return read(
    (bytes, dialect, budgets, signal) => {
      const inBytes = byteDialect(csvDialect(dialect))
      if (inBytes === null) throw new Error('not a dialect of bytes')
      return openByteCsv(bytes, inBytes, budgets, signal)
    },
    data,
    options,
  )
}

/** By csv-parse. */
export function readSplit(data: Uint8Array | string, options: ReadingOptions = {}): Promise<Reading> {
  return read((bytes, dialect, budgets, signal) => openSplitCsv(bytes, csvDialect(dialect), budgets, signal), data, options)
}

async function read(open: Open, data: Uint8Array | string, options: ReadingOptions): Promise<Reading> {
  const source = fileBytes(data, { cuts: options.cuts ?? [] })
  const reading = await readSource(open, source, options)
  if (source.seen.opened !== source.seen.released) throw new Error('the stream was not given back')
  return reading
}

async function readSource(open: Open, source: FileBytes, { dialect = {}, as, budgets }: ReadingOptions): Promise<Reading> {
  const { signal } = new AbortController()
  const all = { ...defaultBudgets, ...budgets }
  try {
    const file = await open(source, dialect, all, signal)
    try {
      const columns = file.schema.columns.flatMap(({ type }, index) => {
        const asked = as === undefined ? type : as[index % as.length]
        return asked === null || asked === undefined ? [] : [{ index, as: asked }]
      })
      const values: unknown[][] = columns.map(() => [])
      const issues: unknown[] = []
      const batchCuts: number[][] = []
      for await (const batch of file.batches({ columns, batchRows: all.batchRows, batchBytes: all.batchBytes }, { signal })) {
        batchCuts.push([batch.firstRow, batch.rowCount])
        batch.columns.forEach((column, i) => {
          const problem = column.length === batch.rowCount ? checkColumn(column) : 'length'
          if (problem !== null) throw new Error(`column ${i}: ${problem}`)
          for (const value of toValues(column)) values[i]?.push(value)
        })
        if (batch.issues !== undefined) {
          issues.push(...issuesOf(batch.issues, batch))
          issues.push({ counts: batch.issues.counts })
        }
      }
      const rowCount = batchCuts.reduce((sum, [, rows]) => sum + (rows ?? 0), 0)
      const names = file.schema.columns.map(({ name }) => name)
      return { names, guesses: file.schema.columns.map(({ type }) => type), rowCount, columns: values, issues, cuts: batchCuts }
    } finally {
      await file.close?.()
    }
  } catch (error) {
    const { name, code, message, location } = error as Error & { code: string; location: unknown }
    if (name !== 'DecodeError') throw error
    return { error: { code, message, location } }
  }
}
