import type { FileDecoder, OpenFile } from '../../contracts/file-decoder.js'
import type { Mapping, SchemaMapper } from '../../contracts/schema-mapper.js'
import { DecodeError, ImportError } from '../../errors.js'
import { nextTurn } from '../../util/abort.js'
import { Wake } from '../../util/wake.js'
import { fileFromWire, type ToFarSide, type ToHost } from '../protocol.js'
import { withCells } from '../rejected-cells.js'
import { decoding, mapping as runMapper } from '../stranger.js'
import { unpack } from '../unpack.js'
import { BatchWriter } from '../wire/batch-writer.js'
import { mappingDigest } from '../wire/mapping-digest.js'
import { wireError } from '../wire/wire-error.js'
import { FarBytes } from './far-bytes.js'
import type { FarChannel } from './far-channel.js'
import { loadPart } from './load-part.js'

type Open = ToFarSide & { readonly t: 'open' }
type Start = ToFarSide & { readonly t: 'start' }

/** One exchange: decodes one file, and maps it where the mapper came along. Ends with exactly one `done` or `failed`. */
export class ServedFile {
  readonly #channel: FarChannel
  readonly #open: Open
  readonly #bytes: FarBytes
  readonly #news = new Wake()
  readonly #stop = new AbortController()
  #start: Start | null = null
  #credit = 0
  #ended = false

  constructor(channel: FarChannel, open: Open) {
    this.#channel = channel
    this.#open = open
    // A decoder that goes on reading after its end is not heard: the host may be at its next file.
    this.#bytes = new FarBytes(open, (message) => this.#ended || channel.post(message))
  }

  take(message: ToFarSide, body: Uint8Array): void {
    if (message.t === 'bytes') this.#bytes.take(message, body)
    else if (message.t === 'refused') this.#bytes.refuse(message)
    else if (message.t === 'start') this.#start = message
    else if (message.t === 'credit') this.#credit += message.batches
    else if (message.t === 'close') this.#stop.abort(new DOMException('The host wants no more.', 'AbortError'))
    this.#news.notify()
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const pulse = setInterval(() => this.#channel.post({ t: 'pulse', ...this.#channel.memory() }), this.#open.budgets.pulseMs)
    try {
      await this.#decode()
      this.#end({ t: 'done' })
    } catch (error) {
      this.#end(this.#stop.signal.aborted ? { t: 'done' } : { t: 'failed', error: wireError(knownError(error)) })
    } finally {
      clearInterval(pulse)
    }
  }

  #end(message: ToHost): void {
    this.#ended = true
    this.#channel.post(message)
  }

  async #decode(): Promise<void> {
    const { signal } = this.#stop
    const { budgets, compression, decoder: portable, mapper } = this.#open
    const decoder = await loadPart<FileDecoder>(portable, 'open')
    const { format } = decoder
    const { name } = this.#bytes
    const opened = await decoding(format, name, () => decoder.open(unpack(this.#bytes, compression, budgets), { signal, budgets }))
    try {
      this.#channel.post({ t: 'schema', schema: opened.schema, rowCount: opened.rowCount ?? null })
      const start = await this.#started()
      const mapping = mapper === null ? null : await this.#compile(await loadPart<SchemaMapper<unknown>>(mapper, 'compile'), start)
      await this.#send(opened, format, start, mapping)
    } finally {
      await opened.close?.()
    }
  }

  async #started(): Promise<Start> {
    while (this.#start === null) await this.#wait()
    return this.#start
  }

  async #compile(mapper: SchemaMapper<unknown>, { schema, file, cells }: Start): Promise<Mapping<unknown>> {
    const compiled = runMapper(() => mapper.compile(schema, fileFromWire(file)))
    const mapping = cells ? withCells(compiled, schema) : compiled
    this.#channel.post({ t: 'compiled', digest: mappingDigest(mapping) })
    return mapping
  }

  async #send(opened: OpenFile, format: string, start: Start, mapping: Mapping<unknown> | null): Promise<void> {
    const { signal } = this.#stop
    const { batchRows, batchBytes } = start
    const writer = new BatchWriter()
    const iterator = opened
      .batches({ columns: mapping?.reads ?? start.columns ?? [], batchRows, batchBytes }, { signal })
      [Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await decoding(format, this.#bytes.name, () => iterator.next())
        if (next.done === true) return
        const batch = next.value
        const { header, body } =
          mapping === null
            ? writable(() => writer.decoded(batch))
            : writable(() => writer.mapped(runMapper(() => mapping.apply(batch), batch.firstRow)))
        while (this.#credit === 0) await this.#wait()
        this.#credit--
        this.#channel.post(header, body)
        // Lets the line be written and read, and the pulse be sent.
        await nextTurn()
        signal.throwIfAborted()
      }
    } finally {
      await iterator.return?.()
    }
  }

  async #wait(): Promise<void> {
    this.#stop.signal.throwIfAborted()
    await this.#news.wait(60_000, this.#stop.signal)
    this.#stop.signal.throwIfAborted()
  }
}

/** A stranger's column may hold what cannot leave a process. */
function writable<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new DecodeError('DECODER_FAILED', `A column cannot leave the decoder: ${error.message}.`, {
      cause: error,
      remedy: "Give typed columns, or `values` of plain data; or set isolation: 'inline' if every file is to be trusted.",
    })
  }
}

function knownError(error: unknown): ImportError {
  if (error instanceof ImportError) return error
  return new DecodeError('DECODER_FAILED', `The decoder failed${error instanceof Error ? ` with ${error.name}` : ''}.`, {
    cause: error,
    remedy: 'This is a fault of the decoder, not of the file: report it with the file. The file is tried no further.',
  })
}
