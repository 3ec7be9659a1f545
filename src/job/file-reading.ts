import type { FileDecoder } from '../contracts/file-decoder.js'
import type { LedgerEntry } from '../contracts/ledger-entry.js'
import { detectFormat, stripCompression } from '../decoders/detect/detect-format.js'
import type { Exchange, ExchangeInput } from '../isolation/exchange.js'
import { unpack } from '../isolation/unpack.js'
import { probe } from '../util/probe.js'
import type { AttemptFile } from './attempt-file.js'
import { compressedOutside, tooLarge } from './file-errors.js'
import { type GuardedReader, openGuarded } from './guarded-reader.js'
import type { JobContext } from './job-context.js'
import { readHead, storedBytes } from './open-bytes.js'

/** What reading one claimed file takes: its bytes and its decoder, opened once, and an exchange per time it is read. */
export class FileReading {
  readonly #job: JobContext
  readonly #file: AttemptFile
  readonly #signal: AbortSignal
  #reader: GuardedReader | undefined
  #exchange: Exchange<unknown> | undefined
  #input: ExchangeInput<unknown> | undefined
  #bytesBefore = 0

  constructor(job: JobContext, file: AttemptFile, signal: AbortSignal) {
    this.#job = job
    this.#file = file
    this.#signal = signal
  }

  /** Stored bytes received since the file was last begun. */
  get bytesRead(): number {
    return (this.#reader?.bytesRead ?? 0) - this.#bytesBefore
  }

  /** Opens the object, finds its format, and reads its schema. */
  async open(entry: LedgerEntry): Promise<{ readonly decoder: FileDecoder; readonly exchange: Exchange<unknown> }> {
    const { source, budgets, clock, decoders, mapper, id } = this.#job
    const { key, size, crashes } = entry
    if (size > budgets.fileBytes) throw tooLarge(entry, budgets.fileBytes)
    const signal = this.#signal
    const reader = await openGuarded(source, this.#file.object, budgets, clock, signal, () => probe('P13', this.#file.place))
    this.#reader = reader
    const { name, compression } = stripCompression(key.slice(key.lastIndexOf('/') + 1))
    const stored = storedBytes(reader, name)
    const bytes = unpack(stored, compression, budgets)
    const decoder = detectFormat(name, await readHead(bytes, { signal }), decoders)
    if (decoder.seeks === true && bytes.read === undefined) throw compressedOutside(key, decoder.format)
    // Not the first file to die with its worker: nobody else shall die with it.
    const alone = crashes >= 2
    this.#input = { jobId: id, decoder, mapper, stored, compression, budgets, alone, signal }
    const exchange = await this.#open(this.#input)
    await probe('P12', this.#file.place)
    return { decoder, exchange }
  }

  /** Gives up the exchange at hand and begins the file again: the same bytes, decoder and mapper. */
  async again(): Promise<Exchange<unknown>> {
    await Promise.allSettled([this.#exchange?.close()])
    this.#bytesBefore = this.#reader?.bytesRead ?? 0
    return await this.#open(this.#input as ExchangeInput<unknown>)
  }

  /** Closing frees handles; what it throws can change nothing that was said about the file. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#exchange?.close(), this.#reader?.close()])
  }

  async #open(input: ExchangeInput<unknown>): Promise<Exchange<unknown>> {
    this.#exchange = undefined
    this.#exchange = await this.#job.isolation.open(input)
    return this.#exchange
  }
}
