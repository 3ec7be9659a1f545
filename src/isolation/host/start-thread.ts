import { Worker } from 'node:worker_threads'
import { FAR_SIDE_WORD } from '../far-side-word.js'
import { PROTOCOL, type ToFarSide } from '../protocol.js'
import { type FarSide, type FarSideEnd, type FarSideListener, type FarSideStart, isTransient, START_MS, StartFailure } from './far-side.js'

const MiB = 1024 * 1024

/**
 * Starts a worker thread that decodes, with a heap of its own that is limited. It contains a full heap and an endless
 * loop, not an abort of the engine: that ends the host.
 *
 * @throws StartFailure
 */
export async function startThread({ entry, memoryBytes }: FarSideStart): Promise<FarSide> {
  let worker: Worker
  try {
    worker = new Worker(entry, {
      name: 'lading',
      workerData: FAR_SIDE_WORD,
      // Flags of the host may be unknown to a thread, or end it at its start.
      execArgv: [],
      env: {},
      stdin: true,
      // Kept apart and never read: reading would keep the host's process running. The thread drops what it says.
      stdout: true,
      stderr: true,
      resourceLimits: {
        maxOldGenerationSizeMb: Math.max(64, Math.min(65_536, Math.ceil(memoryBytes / MiB))),
        maxYoungGenerationSizeMb: 48,
        stackSizeMb: 4,
      },
    })
  } catch (error) {
    throw new StartFailure('a worker thread cannot be started', isTransient(error), error)
  }
  const side = new ThreadSide(worker)
  await side.ready()
  return side
}

class ThreadSide implements FarSide {
  readonly kind = 'thread'
  readonly pid = null
  /** What a thread's heap holds when it has started, about. */
  readonly startBytes = 16 * MiB
  readonly #worker: Worker
  #listener: FarSideListener | null = null
  #end: FarSideEnd | null = null
  #killed = false
  #outOfMemory = false
  #started: ((failure: StartFailure | null) => void) | null = null

  constructor(worker: Worker) {
    this.#worker = worker
    // Unheard, it would end the host.
    worker.on('error', (error: Error & { readonly code?: string }) => {
      this.#outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      this.#started?.(new StartFailure(`a worker thread cannot be started: ${error.name}`, isTransient(error), error))
    })
    worker.on('messageerror', () => this.#false('a message could not be read'))
    worker.on('exit', (code) => {
      this.#started?.(new StartFailure(`a worker thread ended with status ${code} before its first word`, false))
      this.#ended({ how: 'exit', code, signal: null, outOfMemory: this.#outOfMemory })
    })
    worker.on('message', (message: { readonly header?: unknown; readonly body?: unknown } | null) => this.#take(message))
  }

  get alive(): boolean {
    return this.#end === null && !this.#killed
  }

  async ready(): Promise<void> {
    const failure = await new Promise<StartFailure | null>((resolve) => {
      const late = setTimeout(() => resolve(new StartFailure(`a worker thread said nothing for ${START_MS / 1000} s`, true)), START_MS)
      this.#started = (outcome) => {
        clearTimeout(late)
        resolve(outcome)
      }
    })
    this.#started = null
    if (failure === null) return
    this.kill()
    throw failure
  }

  post(message: ToFarSide, body?: Uint8Array): void {
    if (!this.alive) return
    if (body === undefined) this.#worker.postMessage({ header: message, body: null })
    else {
      // A piece may be part of a pool, or of something that the source keeps.
      const own = new Uint8Array(body)
      this.#worker.postMessage({ header: message, body: own }, [own.buffer])
    }
  }

  async flushed(): Promise<void> {}

  attach(listener: FarSideListener | null): void {
    this.#listener = listener
    if (listener !== null && this.#end !== null) listener.ended(this.#end)
  }

  kill(): void {
    this.#killed = true
    this.#listener = null
    // Its promise is not waited for: a thread that is stuck in native code may take its time.
    void this.#worker.terminate()
  }

  hold(held: boolean): void {
    if (held) this.#worker.ref()
    else this.#worker.unref()
  }

  #take(message: { readonly header?: unknown; readonly body?: unknown } | null): void {
    if (!this.alive) return
    const body = message?.body ?? null
    if (body !== null && !(body instanceof Uint8Array)) this.#false('a body is no bytes')
    else if (this.#listener !== null) this.#listener.message(message?.header, body ?? new Uint8Array(0))
    else if (this.#started === null) this.#false('it spoke while it was idle')
    else {
      const { protocol } = (message?.header ?? {}) as Readonly<Record<string, unknown>>
      this.#started(
        protocol === PROTOCOL ? null : new StartFailure('the entry of the far side is of another version of this package', false),
      )
    }
  }

  #false(what: string): void {
    void this.#worker.terminate()
    this.#ended({ how: 'false', what })
  }

  #ended(end: FarSideEnd): void {
    if (this.#end !== null || this.#killed) return
    this.#end = end
    const listener = this.#listener
    this.#listener = null
    listener?.ended(end)
  }
}
