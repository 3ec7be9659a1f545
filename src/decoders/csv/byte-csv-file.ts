import type { CallOptions } from '../../contracts/call-options.js'
import type { FileBytes, OpenFile } from '../../contracts/file-decoder.js'
import type { Budgets } from '../../model/budgets.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import type { FileSchema } from '../../model/data-type.js'
import { nextTurn } from '../../util/abort.js'
import { corruptFile } from '../decode-failure.js'
import { ByteBatchBuilder } from './byte-batch-builder.js'
import { cellText } from './cell-block.js'
import type { ByteDialect } from './csv-options.js'
import { csvSample } from './csv-sample.js'
import { CsvText } from './csv-text.js'
import { guessType } from './guess-type.js'
import { rowFaultError } from './row-fault-error.js'
import { RowScanner } from './row-scanner.js'
import { ScanKernel } from './scan-kernel.js'

const [LF, CR] = [10, 13]

/** Opens a CSV file of a dialect that is split byte by byte. */
export async function openByteCsv(bytes: FileBytes, dialect: ByteDialect, budgets: Budgets, signal: AbortSignal): Promise<OpenFile> {
  const file = new ByteCsvFile(bytes, dialect, budgets, signal)
  try {
    const schema = await file.readSchema()
    return {
      schema,
      batches: (request, options) => file.batches(new ByteBatchBuilder(schema, request, budgets.cellBytes, dialect), options),
      close: () => file.release(),
    }
  } catch (error) {
    await file.release()
    throw error
  }
}

class ByteCsvFile {
  #kernel = ScanKernel.take()
  readonly #text: CsvText
  readonly #dialect: ByteDialect
  readonly #budgets: Budgets
  readonly #mostRowBytes: number
  #signal: AbortSignal
  #names: readonly string[] | null = null
  #scanner: RowScanner
  /** Rows told so far. */
  #rows = 0

  constructor(bytes: FileBytes, dialect: ByteDialect, budgets: Budgets, signal: AbortSignal) {
    this.#text = new CsvText(bytes, this.#kernel?.window)
    this.#text.follow(signal)
    this.#signal = signal
    this.#dialect = dialect
    this.#budgets = budgets
    // A row is held whole while it is split: two of the largest cells have room.
    this.#mostRowBytes = 2 * Math.max(budgets.cellBytes, budgets.batchBytes)
    this.#scanner = new RowScanner(dialect, null, budgets.columns, budgets.schemaBytes, 0, 1)
  }

  /** The header, and the types that the first rows have; these are read again by `batches`. */
  async readSchema(): Promise<FileSchema> {
    const names = await this.#readHeader()
    this.#names = names
    const { at, line } = this.#scanner
    const moved = await this.#readOn(at)
    const cells = await this.#sample(this.#dataScanner(at - moved, line))
    this.#scanner = this.#dataScanner(at - moved, line)
    this.#rows = 0
    return {
      columns: names.map((name, i) => ({ name, type: guessType(cells[i] ?? [], this.#dialect.words), nullable: true, guessed: true })),
    }
  }

  async *batches(builder: ByteBatchBuilder, { signal }: CallOptions): AsyncGenerator<ColumnBatch, void, undefined> {
    const text = this.#text
    const scanner = this.#scanner
    this.#signal = signal
    text.follow(signal)
    try {
      for (;;) {
        const full = this.#scan(scanner)
        const { bounds, stride, rows, ragged } = scanner
        for (const batch of builder.add({ text: text.bytes, view: text.view, bounds, stride, rows, ragged })) {
          yield batch
          signal.throwIfAborted()
        }
        this.#rows += rows
        if (full) scanner.next()
        else if (this.#atEnd(scanner)) break
        else scanner.next(await this.#readOn(scanner.rowStart))
      }
      const last = builder.take()
      if (last !== undefined) yield last
    } finally {
      await this.release()
    }
  }

  release(): Promise<void> {
    this.#kernel?.giveBack()
    this.#kernel = null
    return this.#text.release()
  }

  async #readHeader(): Promise<readonly string[]> {
    await this.#readOn(0)
    await this.#skipLines()
    const text = this.#text
    const scanner = this.#scanner
    while (this.#scan(scanner) || scanner.rows === 0) {
      if (scanner.rows > 0) break
      if (this.#atEnd(scanner)) throw corruptFile('The CSV file has no header row.', { byteOffset: 0 })
      scanner.next(await this.#readOn(scanner.rowStart))
    }
    const names: string[] = []
    for (let i = 0; i < scanner.lastWidth; i++) {
      const start = (scanner.bounds[i] as number) + 1
      const end = scanner.bounds[i + 1] as number
      const name = end <= start ? '' : cellText(text.bytes, start, end, this.#dialect)
      names.push(name === '\xff' ? '' : Buffer.from(name, 'latin1').toString('utf8'))
    }
    return names
  }

  async #skipLines(): Promise<void> {
    const text = this.#text
    let at = 0
    let line = 1
    while (line <= this.#dialect.skipRows) {
      while (text.bytes[at] !== LF && text.bytes[at] !== CR) at++
      const cut = at >= text.to || (text.bytes[at] === CR && at + 1 >= text.to)
      if (cut && !text.ended) {
        await this.#readOn(Math.min(at, text.to))
        at = 0
      } else if (at >= text.to) break
      else {
        at += text.bytes[at] === CR && at + 1 < text.to && text.bytes[at + 1] === LF ? 2 : 1
        line++
      }
    }
    const { columns, schemaBytes } = this.#budgets
    this.#scanner = new RowScanner(this.#dialect, null, columns, schemaBytes, at, line)
  }

  /** Cells of the first rows, by column. */
  async #sample(scanner: RowScanner): Promise<string[][]> {
    const text = this.#text
    const columns: string[][] = (this.#names ?? []).map(() => [])
    let bytes = 0
    for (;;) {
      const full = this.#scan(scanner)
      const { bounds, stride } = scanner
      const ragged = new Set(scanner.ragged)
      for (let row = 0; row < scanner.rows; row++) {
        if (!ragged.has(row)) {
          for (let i = 0; i < columns.length; i++) {
            const k = row * stride + i
            const start = (bounds[k] as number) + 1
            const end = bounds[k + 1] as number
            const none = end <= start || this.#dialect.nulls?.has(text.bytes, start, end)
            columns[i]?.push(none ? '' : cellText(text.bytes, start, end, this.#dialect))
          }
        }
        bytes += (bounds[(row + 1) * stride] as number) - (bounds[row * stride] as number)
        if (++this.#rows === csvSample.rows || bytes >= csvSample.bytes) return columns
      }
      if (full) scanner.next()
      else if (this.#atEnd(scanner)) return columns
      else scanner.next(await this.#readOn(0))
    }
  }

  #dataScanner(at: number, line: number): RowScanner {
    const columns = this.#names?.length ?? 0
    return new RowScanner(this.#dialect, columns, this.#budgets.columns, this.#mostRowBytes, at, line, this.#kernel)
  }

  async #readOn(keepFrom: number): Promise<number> {
    if (this.#text.ended) return 0
    const moved = await this.#text.more(keepFrom)
    await nextTurn()
    this.#signal.throwIfAborted()
    return moved
  }

  #scan(scanner: RowScanner): boolean {
    const { bytes, to, ended, illFormed } = this.#text
    return scanner.scan(bytes, to, illFormed !== null ? 'broken' : ended ? 'end' : 'more')
  }

  /** @throws DecodeError for what ended the rows, or the text, before its end */
  #atEnd(scanner: RowScanner): boolean {
    const { ended, illFormed } = this.#text
    const names = this.#names
    if (scanner.fault !== null) {
      const column = names?.[scanner.cells]
      throw rowFaultError(scanner.fault, {
        ...(names === null ? {} : { row: this.#rows + 1 }),
        ...(column === undefined ? {} : { column }),
        line: scanner.line,
        mostBytes: names === null ? this.#budgets.schemaBytes : this.#mostRowBytes,
        budgets: this.#budgets,
      })
    }
    if (illFormed === null) return ended
    const { byteOffset, encoding } = illFormed
    const place = { byteOffset, ...(names === null ? {} : { row: this.#rows + 1 }) }
    throw corruptFile(`The CSV file is not ${encoding} text at byte ${byteOffset}.`, place)
  }
}
