import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { FAR_SIDE_WORD } from '../far-side-word.js'
import { PROTOCOL, type ToFarSide } from '../protocol.js'
import { FalseFrame } from '../wire/claims.js'
import { FrameReader, frameHead } from '../wire/frame.js'
import { type FarSide, type FarSideEnd, type FarSideListener, type FarSideStart, isTransient, START_MS, StartFailure } from './far-side.js'
import { permissionFlags } from './permission-flags.js'
import { reapWithHost } from './reap-with-host.js'
import { residentBytes } from './resident-bytes.js'

const MiB = 1024 * 1024
/** Where the system does not tell: what Node takes for itself. */
const USUAL_START_BYTES = 48 * MiB
const BACKLOG_BYTES = MiB
const STDERR_KEPT = 4_096

/**
 * Starts a child process that decodes: no environment, no arguments of the host's, no files but the package's own.
 *
 * @throws StartFailure
 */
export async function startProcess(start: FarSideStart): Promise<FarSide> {
  const path = fileURLToPath(start.entry)
  const heap = Math.max(64, Math.min(65_536, Math.ceil(start.memoryBytes / MiB)))
  const args = [
    `--max-old-space-size=${heap}`,
    '--max-semi-space-size=16',
    '--disable-proto=delete',
    ...(await permissionFlags(path, start.modules)),
    path,
    FAR_SIDE_WORD,
  ]
  let child: ChildProcess
  try {
    child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: environment(), windowsHide: true })
  } catch (error) {
    throw new StartFailure('a child process cannot be spawned', isTransient(error), error)
  }
  const side = new ProcessSide(child)
  await side.ready()
  reapWithHost(child)
  return side
}

/** Nothing of the host's, but what some systems need to start at all. */
function environment(): Record<string, string> {
  return {
    ...(process.versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }),
    ...(process.platform === 'win32' && process.env.SystemRoot !== undefined ? { SystemRoot: process.env.SystemRoot } : {}),
  }
}

class ProcessSide implements FarSide {
  readonly kind = 'process'
  readonly #child: ChildProcess
  readonly #line: Socket
  readonly #frames: FrameReader
  #listener: FarSideListener | null = null
  #end: FarSideEnd | null = null
  #killed = false
  #exit: { readonly code: number | null; readonly signal: string | null } | null = null
  #stderr = ''
  #startBytes = USUAL_START_BYTES
  #started: ((failure: StartFailure | null) => void) | null = null

  constructor(child: ChildProcess) {
    this.#child = child
    this.#line = child.stdio[3] as Socket
    this.#frames = new FrameReader(
      () => this.#listener?.limits ?? { headerBytes: 1_024, bodyBytes: 0 },
      (header, body) => this.#take(header, body),
    )
    child.on('error', (error) => {
      this.#started?.(new StartFailure('a child process cannot be spawned', isTransient(error), error))
      this.#ended({ how: 'exit', code: null, signal: null, outOfMemory: false })
    })
    child.on('exit', (code, signal) => {
      this.#exit = { code, signal }
      // Usually `close` follows, when all that it wrote has been read.
      setTimeout(() => this.#exited(), 250).unref()
    })
    child.on('close', () => this.#exited())
    // A failed spawn has no streams.
    child.stderr?.on('data', (data: Buffer) => {
      this.#stderr = (this.#stderr + data.toString('latin1')).slice(-STDERR_KEPT)
    })
    child.stderr?.on('error', () => {})
    this.#line?.on('data', (data: Buffer) => this.#read(data))
    // What happens to the line shows in the end of the process.
    this.#line?.on('error', () => {})
    // A process that ends closes its line first; one that only closes its line is of no use.
    this.#line?.on('end', () => setTimeout(() => this.#child.kill('SIGKILL'), 250).unref())
  }

  get pid(): number | null {
    return this.#child.pid ?? null
  }

  get startBytes(): number {
    return this.#startBytes
  }

  get alive(): boolean {
    return this.#end === null && !this.#killed
  }

  /** Resolves at its first word. */
  async ready(): Promise<void> {
    const failure = await new Promise<StartFailure | null>((resolve) => {
      const late = setTimeout(() => resolve(new StartFailure(`a child process said nothing for ${START_MS / 1000} s`, true)), START_MS)
      this.#started = (outcome) => {
        clearTimeout(late)
        resolve(outcome)
      }
    })
    this.#started = null
    if (failure !== null) {
      this.kill()
      throw failure
    }
    this.#startBytes = (this.pid === null ? null : await residentBytes(this.pid)) ?? USUAL_START_BYTES
  }

  post(message: ToFarSide, body?: Uint8Array): void {
    if (!this.alive || !this.#line.writable) return
    if (body === undefined) {
      this.#line.write(frameHead(message, 0))
      return
    }
    this.#line.cork()
    this.#line.write(frameHead(message, body.length))
    this.#line.write(body)
    this.#line.uncork()
  }

  async flushed(): Promise<void> {
    while (this.alive && this.#line.writable && this.#line.writableLength > BACKLOG_BYTES) {
      await new Promise<void>((resolve) => {
        const go = (): void => {
          this.#line.off('drain', go)
          this.#line.off('close', go)
          resolve()
        }
        this.#line.on('drain', go)
        this.#line.on('close', go)
      })
    }
  }

  attach(listener: FarSideListener | null): void {
    this.#listener = listener
    if (listener !== null && this.#end !== null) listener.ended(this.#end)
  }

  kill(): void {
    this.#killed = true
    this.#listener = null
    this.#child.kill('SIGKILL')
    this.#line?.destroy()
  }

  hold(held: boolean): void {
    const parts = [this.#child, this.#line, this.#child.stderr as Socket | null]
    for (const part of parts) held ? part?.ref() : part?.unref()
  }

  #read(data: Buffer): void {
    if (!this.alive) return
    try {
      this.#frames.push(data)
    } catch (error) {
      if (!(error instanceof FalseFrame)) throw error
      this.#child.kill('SIGKILL')
      this.#ended({ how: 'false', what: error.message })
    }
  }

  #take(header: unknown, body: Uint8Array): void {
    if (this.#listener !== null) {
      this.#listener.message(header, body)
      return
    }
    const { t, protocol } = (header ?? {}) as Readonly<Record<string, unknown>>
    if (this.#started === null || t !== 'ready') throw new FalseFrame('it spoke while it was idle')
    this.#started(protocol === PROTOCOL ? null : new StartFailure('the entry of the far side is of another version of this package', false))
  }

  #exited(): void {
    const { code, signal } = this.#exit ?? { code: null, signal: null }
    const outOfMemory = this.#stderr.includes('heap out of memory') || this.#stderr.includes('Allocation failed')
    this.#started?.(new StartFailure(`a child process ended with ${signal ?? `status ${code}`} before its first word`, false))
    this.#ended({ how: 'exit', code, signal, outOfMemory })
  }

  #ended(end: FarSideEnd): void {
    if (this.#end !== null || this.#killed) return
    this.#end = end
    this.#line?.destroy()
    const listener = this.#listener
    this.#listener = null
    listener?.ended(end)
  }
}
