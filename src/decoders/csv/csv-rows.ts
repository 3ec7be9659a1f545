import type { CsvError, Parser } from 'csv-parse'
import type { FileBytes } from '../../contracts/file-decoder.js'
import type { Budgets } from '../../model/budgets.js'
import { concatBytes } from '../../util/bytes.js'
import { ByteReader } from '../byte-reader.js'
import { corruptFile, overBudget, unsupportedFile } from '../decode-failure.js'
import type { CsvDialect } from './csv-options.js'
import { QuotedEmpties } from './quoted-empties.js'
import { Utf8Check } from './utf8-check.js'

/** Bytes parsed in one go: a few milliseconds. */
const pieceBytes = 65_536

/**
 * Splits a CSV file into rows of cells, piece by piece. Cells are strings whose characters are bytes (latin1): what they
 * mean is decided per column, and lengths are exact. `''` is an empty cell, `QUOTED_EMPTY` a quoted empty one.
 */
export class CsvRows {
  readonly #reader: ByteReader
  readonly #parser: Parser
  readonly #dialect: CsvDialect
  readonly #budgets: Budgets
  readonly #utf8 = new Utf8Check()
  readonly #quotes: QuotedEmpties
  readonly #records: string[][]
  readonly #recordLimit: number
  /** Non-blank records so far, header included. */
  #seen = 0
  /** Unquoted delimiters since the last record ended, counted in pieces that end none. */
  #openDelimiters = 0
  #head: Uint8Array | null = null
  #ended = false
  #endedInQuotes = false
  /** Bytes before the text: those of a byte order mark. */
  #textStart = 0
  #lastByte = 0x0a
  #names: readonly string[] = []

  private constructor(reader: ByteReader, parser: Parser, records: string[][], recordLimit: number, dialect: CsvDialect, budgets: Budgets) {
    this.#reader = reader
    this.#parser = parser
    this.#records = records
    this.#recordLimit = recordLimit
    this.#dialect = dialect
    this.#budgets = budgets
    this.#quotes = new QuotedEmpties(dialect.quote.charCodeAt(0))
  }

  static async open(bytes: FileBytes, dialect: CsvDialect, budgets: Budgets): Promise<CsvRows> {
    const { parse } = await import('csv-parse')
    const records: string[][] = []
    // A row is held whole while it is split: two of the largest cells have room.
    const recordLimit = 2 * Math.max(budgets.cellBytes, budgets.batchBytes)
    const parser = parse({
      // Text is bytes here, so the delimiter is too.
      delimiter: Buffer.from(dialect.delimiter).toString('latin1'),
      quote: dialect.quote,
      escape: dialect.quote,
      encoding: 'latin1',
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      max_record_size: recordLimit,
      on_record: (record: string[]) => {
        records.push(record)
        return null
      },
    })
    // Every failure also rejects the write or the end that met it.
    parser.on('error', () => {})
    return new CsvRows(new ByteReader(bytes, 'CSV'), parser, records, recordLimit, dialect, budgets)
  }

  /** Names of the columns, as written; filled by `readHeader`. */
  get names(): readonly string[] {
    return this.#names
  }

  follow(signal: AbortSignal): void {
    this.#reader.follow(signal)
  }

  /** Called once, first. Returns the rows that came along. */
  async readHeader(): Promise<readonly string[][]> {
    this.#head = await this.#afterByteOrderMark()
    for (;;) {
      const rows = await this.next()
      if (rows === null) {
        throw corruptFile('The CSV file has no header row.', { byteOffset: 0 })
      }
      if (this.#names.length > 0) return rows
      if (this.#reader.offset > this.#budgets.schemaBytes) {
        throw overBudget('The header row of the CSV file', this.#reader.offset, 'schemaBytes', this.#budgets.schemaBytes)
      }
    }
  }

  /** The rows that the next piece completes, maybe none; `null` after the last. */
  async next(): Promise<string[][] | null> {
    if (this.#ended) return null
    const piece = this.#head ?? (await this.#reader.next(pieceBytes))
    this.#head = null
    if (piece === null) {
      this.#ended = true
      const illFormed = this.#utf8.end()
      if (illFormed !== null) throw await this.#notUtf8(illFormed)
      await this.#feed(this.#quotes.end())
      await this.#finish()
      return this.#takeRows()
    }
    const before = this.#reader.offset - piece.length
    const illFormed = this.#utf8.push(piece)
    if (illFormed !== null) {
      await this.#push(piece.subarray(0, Math.max(0, this.#textStart + illFormed - before)))
      throw await this.#notUtf8(illFormed)
    }
    const inside = this.#quotes.inside
    await this.#push(piece)
    if (this.#records.length === 0) this.#countDelimiters(piece, inside)
    else this.#openDelimiters = 0
    return this.#takeRows()
  }

  async release(): Promise<void> {
    this.#ended = true
    this.#parser.destroy()
    await this.#reader.release()
  }

  async #afterByteOrderMark(): Promise<Uint8Array | null> {
    const parts: Uint8Array[] = []
    let length = 0
    while (length < 3) {
      const part = await this.#reader.next(3 - length)
      if (part === null) break
      parts.push(part)
      length += part.length
    }
    if (length === 0) return null
    const head = concatBytes(parts)
    if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
      throw unsupportedFile('The CSV file is UTF-16 text; only UTF-8 is read.', 'Save the file as UTF-8 and upload it again.', {
        byteOffset: 0,
      })
    }
    if (head[0] !== 0xef || head[1] !== 0xbb || head[2] !== 0xbf) return head
    this.#textStart = 3
    return null
  }

  async #push(text: Uint8Array): Promise<void> {
    this.#lastByte = text.at(-1) ?? this.#lastByte
    await this.#feed(this.#quotes.push(text))
  }

  async #feed(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return
    try {
      await new Promise<void>((resolve, reject) => {
        this.#parser.write(bytes, (error) => (error ? reject(error) : resolve()))
      })
    } catch (error) {
      throw this.#located(error)
    }
  }

  async #finish(): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#parser.once('error', reject)
        this.#parser.end((error?: Error | null) => (error ? reject(error) : resolve()))
      })
    } catch (error) {
      throw this.#located(error)
    }
  }

  #takeRows(): string[][] {
    const rows: string[][] = []
    for (const record of this.#records) {
      if (this.#isBlank(record)) continue
      this.#seen++
      if (record.length > this.#budgets.columns) throw this.#tooManyColumns(record.length)
      if (this.#seen > 1) rows.push(record)
      else this.#names = this.#namesFrom(record)
    }
    this.#records.length = 0
    return rows
  }

  /** A line without a character is no row, unless the file has one column: there it is a null. */
  #isBlank(record: readonly string[]): boolean {
    return record.length === 1 && record[0] === '' && this.#names.length !== 1
  }

  #namesFrom(record: readonly string[]): readonly string[] {
    const bytes = record.reduce((sum, name) => sum + name.length, 0)
    if (bytes > this.#budgets.schemaBytes)
      throw overBudget('The header row of the CSV file', bytes, 'schemaBytes', this.#budgets.schemaBytes)
    return record.map((name) => (name === '\xff' ? '' : Buffer.from(name, 'latin1').toString('utf8')))
  }

  #countDelimiters(piece: Uint8Array, inside: boolean): void {
    const quote = this.#dialect.quote.charCodeAt(0)
    const delimiter = Buffer.from(this.#dialect.delimiter)
    let quoted = inside
    for (let at = 0; at < piece.length; at++) {
      if (piece[at] === quote) quoted = !quoted
      else if (!quoted && delimiter.every((byte, i) => piece[at + i] === byte)) {
        this.#openDelimiters++
        at += delimiter.length - 1
      }
    }
    if (this.#openDelimiters >= this.#budgets.columns) throw this.#tooManyColumns(this.#openDelimiters + 1)
  }

  #tooManyColumns(columns: number): Error {
    const what = this.#names.length === 0 ? 'Columns in the header of the CSV file' : 'Cells in one row of the CSV file'
    return overBudget(what, columns, 'columns', this.#budgets.columns, this.#names.length === 0 ? {} : { row: Math.max(1, this.#seen - 1) })
  }

  /** The parser's error as ours, without its text, which quotes the cell. */
  #located(error: unknown): unknown {
    const { code, column, lines } = error as CsvError & { readonly lines?: number }
    if (typeof code !== 'string') return error
    this.#takeRows()
    const done = this.#seen
    const place = {
      ...(done === 0 ? {} : { row: done }),
      ...(typeof column === 'number' && this.#names[column] !== undefined ? { column: this.#names[column] } : {}),
    }
    const where = `${done === 0 ? 'header' : `row ${done}`} (line ${lines ?? '?'} of the file)`
    switch (code as string) {
      case 'CSV_MAX_RECORD_SIZE':
        return overBudget(`CSV ${where}`, this.#recordLimit + 1, 'cellBytes', this.#recordLimit, place)
      case 'CSV_QUOTE_NOT_CLOSED':
        this.#endedInQuotes = true
        return corruptFile(`CSV ${where}: the file ends within a quoted cell.`, place)
      case 'CSV_INVALID_CLOSING_QUOTE':
        return corruptFile(`CSV ${where}: a quoted cell goes on after its closing quote; quotes within it have to be doubled.`, place)
      case 'INVALID_OPENING_QUOTE':
        return corruptFile(`CSV ${where}: a quote stands within a cell that is not quoted; quote the cell and double the quote.`, place)
      default:
        return corruptFile(`CSV ${where}: the text cannot be split into cells.`, place)
    }
  }

  /** Everything before the ill-formed bytes was fed: the row they are in is the one that is not complete. */
  async #notUtf8(offset: number): Promise<unknown> {
    const held = this.#quotes.end()
    const { inside } = this.#quotes
    try {
      await this.#feed(held)
      await this.#finish()
    } catch (error) {
      // Cut within a quoted cell, as expected; any other error came before these bytes.
      if (!this.#endedInQuotes) return error
    }
    this.#takeRows()
    const begins = inside || this.#lastByte === 0x0a || this.#lastByte === 0x0d
    const row = this.#seen - (begins ? 0 : 1)
    const byteOffset = this.#textStart + offset
    return corruptFile(`The CSV file is not UTF-8 text at byte ${byteOffset}.`, { byteOffset, ...(row < 1 ? {} : { row }) })
  }
}
