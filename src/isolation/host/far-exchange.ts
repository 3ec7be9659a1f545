import type { MappedRows, Mapping, SchemaMapper } from '../../contracts/schema-mapper.js'
import { DecodeError, MappingError } from '../../errors.js'
import type { ColumnBatch } from '../../model/column-batch.js'
import type { FileSchema } from '../../model/data-type.js'
import { Wake } from '../../util/wake.js'
import type { Exchange, ExchangeInput, ExchangeStart } from '../exchange.js'
import { wireBudgets, wireFile } from '../protocol.js'
import { withCells } from '../rejected-cells.js'
import { mapping as runMapper } from '../stranger.js'
import { BatchReader } from '../wire/batch-reader.js'
import { FalseFrame, members, text, wholeNumber } from '../wire/claims.js'
import type { FrameLimits } from '../wire/frame.js'
import { mappingDigest } from '../wire/mapping-digest.js'
import { readSchema } from '../wire/schema-reader.js'
import { errorFromWire } from '../wire/wire-error.js'
import { ByteServer } from './byte-server.js'
import type { FarSideEnd, FarSideListener } from './far-side.js'
import { farSideDied } from './far-side-failure.js'
import type { Lease } from './far-side-pool.js'
import { Watchdog } from './watchdog.js'

/** How long a far side may take to say `done` when no more is wanted; then it is killed. */
const CLOSE_MS = 250

type Message = Readonly<Record<string, unknown>>
type Rows = ColumnBatch | MappedRows

/** The host's end of one exchange. Whatever the far side does, it ends as rows, as a typed error, or as an abort. */
export class FarExchange<R> implements FarSideListener {
  readonly limits: FrameLimits
  readonly #input: ExchangeInput<R>
  readonly #lease: Lease
  readonly #bytes: ByteServer
  readonly #watchdog: Watchdog
  readonly #news = new Wake()
  readonly #onAbort: () => void
  /** What may come next. */
  #stage: 'opening' | 'opened' | 'compiling' | 'flowing' | 'closing' | 'ended' = 'opening'
  #end: { readonly error: unknown } | 'done' | null = null
  #schema: FileSchema = { columns: [] }
  #rowCount: number | undefined
  #reader: BatchReader | null = null
  #digest = ''
  #credit = 0
  readonly #queue: Rows[] = []

  private constructor(input: ExchangeInput<R>, lease: Lease) {
    const { budgets, stored, signal } = input
    this.#input = input
    this.#lease = lease
    this.limits = {
      // A schema is the largest header; JSON is longer than what it tells.
      headerBytes: Math.min(64 * 1024 * 1024, 1024 * 1024 + 4 * budgets.schemaBytes),
      bodyBytes: Math.min(2 ** 31, budgets.farSideBytes),
    }
    this.#bytes = new ByteServer(lease.side, stored, budgets, signal, (error) => this.#fail(error, false))
    this.#watchdog = new Watchdog({
      side: lease.side,
      name: stored.name,
      budgets,
      mayBeSilent: () => this.#bytes.owes || this.#stage === 'opened' || (this.#stage === 'flowing' && this.#credit === 0),
      onFailure: (error) => this.#fail(error, true),
    })
    this.#onAbort = () => this.#fail(signal.reason, true)
    signal.addEventListener('abort', this.#onAbort, { once: true })
    lease.side.attach(this)
  }

  /** Resolves when the far side has read the file's schema. */
  static async open<R>(input: ExchangeInput<R>, lease: Lease): Promise<Exchange<R>> {
    const exchange = new FarExchange(input, lease)
    const { stored, compression, decoder, mapper, budgets } = input
    if (decoder.portable === undefined) throw new TypeError('A decoder without `portable` came to a far side.')
    lease.side.post({
      t: 'open',
      name: stored.name,
      size: stored.size,
      compression,
      decoder: decoder.portable,
      mapper: mapper.portable ?? null,
      budgets: wireBudgets(budgets),
    })
    if (input.signal.aborted) exchange.#onAbort()
    while (exchange.#stage === 'opening') await exchange.#wait()
    if (exchange.#end !== null && exchange.#end !== 'done') throw exchange.#end.error
    return {
      schema: exchange.#schema,
      ...(exchange.#rowCount === undefined ? {} : { rowCount: exchange.#rowCount }),
      start: (options) => exchange.#start(options),
      close: async () => exchange.#close(),
    }
  }

  #start({ schema, file, batchRows, batchBytes, cells = false }: ExchangeStart): {
    readonly mapping: Mapping<R>
    readonly rows: AsyncIterable<MappedRows>
  } {
    const { mapper, budgets } = this.#input
    const compiled = runMapper(() => mapper.compile(schema, file))
    const mapping = cells ? withCells(compiled, schema) : compiled
    const columns = mapper.portable === undefined ? mapping.reads : null
    if (this.#stage === 'opened') {
      this.#digest = mappingDigest(mapping)
      this.#reader = new BatchReader({ schema: this.#schema, budgets, batchRows })
      this.#stage = columns === null ? 'compiling' : 'flowing'
      this.#lease.side.post({ t: 'start', schema, file: wireFile(file), batchRows, batchBytes, columns, cells })
      this.#give(Math.max(1, Math.ceil(Math.min(budgets.aheadBatches, 1_000))))
    }
    return { mapping, rows: this.#rows(mapping, mapper) }
  }

  #close(): void {
    this.#queue.length = 0
    if (this.#end !== null) return
    this.#finish({
      error: new DecodeError('DECODER_ABORTED', `The reading of "${this.#input.stored.name}" was given up.`, {
        remedy: 'This is no fault of the file: it tells that rows were asked for after the exchange was closed.',
      }),
    })
    this.#askToEnd()
  }

  message(header: unknown, body: Uint8Array): void {
    this.#watchdog.heard()
    try {
      this.#take(members(header, 'a message'), body)
    } catch (error) {
      // Also what memory or a type says: no message may throw into the host.
      const what = error instanceof FalseFrame ? error.message : 'a message could not be read'
      this.#fail(farSideDied(this.#input.stored.name, { how: 'false', what }), true)
    }
  }

  ended(end: FarSideEnd): void {
    this.#fail(farSideDied(this.#input.stored.name, end), true)
  }

  async *#rows(mapping: Mapping<R>, mapper: SchemaMapper<R>): AsyncGenerator<MappedRows> {
    for (;;) {
      const rows = this.#queue.shift()
      if (rows !== undefined) {
        this.#give(1)
        if (mapper.portable !== undefined) yield rows as MappedRows
        else {
          const batch = rows as ColumnBatch
          yield runMapper(() => mapping.apply(batch), batch.firstRow)
        }
      } else if (this.#end === 'done') return
      else if (this.#end !== null) throw this.#end.error
      else await this.#wait()
    }
  }

  #take(message: Message, body: Uint8Array): void {
    const { t } = message
    if (this.#stage === 'closing') {
      if (t === 'done' || t === 'failed') this.#release(t === 'done')
      return
    }
    if (t === 'pulse') {
      const { side } = this.#lease
      const told = wholeNumber(side.kind === 'process' ? message.rss : message.memory, 'the memory in a pulse')
      if (side.kind === 'thread' || process.platform !== 'linux') this.#watchdog.told(told)
    } else if (t === 'need' && this.#input.compression === null) this.#bytes.need(message)
    else if (t === 'more') this.#bytes.more(message)
    else if (t === 'stop') this.#bytes.stop(message)
    else if (t === 'schema' && this.#stage === 'opening') this.#opened(message)
    else if (t === 'compiled' && this.#stage === 'compiling') this.#compiled(message)
    else if (t === 'batch' && this.#stage === 'flowing') this.#batch(message, body)
    else if (t === 'done' && this.#stage === 'flowing') this.#finish('done')
    else if (t === 'failed') this.#fail(errorFromWire(message.error), true, false)
    else throw new FalseFrame(`it said ${typeof t === 'string' ? JSON.stringify(t.slice(0, 20)) : 'nothing known'} out of turn`)
  }

  #opened({ schema, rowCount }: Message): void {
    this.#schema = readSchema(schema, this.#input.budgets)
    this.#rowCount = rowCount === null ? undefined : wholeNumber(rowCount, 'the row count of a file')
    this.#stage = 'opened'
    this.#news.notify()
  }

  #compiled({ digest }: Message): void {
    if (text(digest, 'a digest') !== this.#digest) {
      const error = new MappingError('MAPPER_FAILED', 'The mapper reads other columns where files are decoded than here.', {
        remedy: 'Make `compile` depend on its arguments and on `portable.options` alone, and use one version of it on both sides.',
      })
      this.#fail(error, true)
    } else this.#stage = 'flowing'
  }

  #batch(message: Message, body: Uint8Array): void {
    if (this.#credit === 0) throw new FalseFrame('a batch came without credit')
    this.#credit--
    const reader = this.#reader as BatchReader
    this.#queue.push(this.#input.mapper.portable === undefined ? reader.decoded(message, body) : reader.mapped(message, body))
    this.#news.notify()
  }

  #give(batches: number): void {
    if (this.#end !== null) return
    this.#credit += batches
    this.#lease.side.post({ t: 'credit', batches })
  }

  /**
   * @param kill now; otherwise the far side is asked to end first, since it did nothing wrong
   * @param atOnce rows that came before are not given out any more
   */
  #fail(error: unknown, kill: boolean, atOnce = this.#input.signal.aborted): void {
    if (this.#end !== null) {
      if (this.#stage === 'closing' && kill) this.#release(false)
      return
    }
    if (atOnce) this.#queue.length = 0
    this.#finish({ error })
    if (kill) this.#release(false)
    else this.#askToEnd()
  }

  /** The far side did nothing wrong: it may serve another file if it ends this one soon. Nobody waits for that. */
  #askToEnd(): void {
    this.#stage = 'closing'
    this.#lease.side.post({ t: 'close' })
    setTimeout(() => this.#release(false), CLOSE_MS)
  }

  #finish(end: { readonly error: unknown } | 'done'): void {
    this.#end = end
    this.#stage = 'ended'
    this.#watchdog.stop()
    this.#bytes.close()
    this.#input.signal.removeEventListener('abort', this.#onAbort)
    if (end === 'done') this.#release(true)
    this.#news.notify()
  }

  #release(clean: boolean): void {
    this.#stage = 'ended'
    this.#lease.release(clean)
  }

  async #wait(): Promise<void> {
    await this.#news.wait(60_000, NEVER)
  }
}

/** The abort of the exchange is news of its own. */
const NEVER = new AbortController().signal
