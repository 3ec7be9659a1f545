import type { ByteDialect } from './csv-options.js'
import { WINDOW_BYTES } from './csv-text.js'
import { MOST_BOUNDS } from './row-scanner.js'
import { scanKernelCode } from './scan-kernel-code.js'

const pageBytes = 65_536
const boundsAt = 1_024
/** Reading goes up to this far past the text. */
const slackBytes = 64
const mostStride = 16_384
const roomForBounds = MOST_BOUNDS + mostStride
const textAt = boundsAt + 4 * roomForBounds

/** What is used of it; Node's own types leave it out. */
interface Wasm {
  readonly Module: new (code: Uint8Array) => object
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer }
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> }
}

const wasm = (globalThis as { readonly WebAssembly?: Wasm }).WebAssembly
let compiled: object | null | undefined
/** Not in use. A memory costs more to make than a small file to read. */
const idle: ScanKernel[] = []
const mostIdle = 4

/** Where a scan stands: see `RowScanner`. `k` is an index of `bounds`. */
export interface ScanPlace {
  at: number
  k: number
  cellStart: number
  rowStart: number
  rows: number
}

/**
 * WebAssembly that finds the ends of cells 64 bytes at a time, with a memory in which it wants text and bounds: six times
 * as fast as a loop over bytes, which was a third of all the work on a CSV file. It stops before anything unusual.
 */
export class ScanKernel {
  /** A window for text, with slack behind it. */
  readonly window: Buffer<ArrayBuffer>
  readonly #memory: { readonly buffer: ArrayBuffer }
  readonly #state: Int32Array
  readonly #scan: (text: number, to: number) => void

  private constructor({ Memory, Instance }: Wasm, module: object) {
    this.#memory = new Memory({ initial: Math.ceil((textAt + WINDOW_BYTES + slackBytes) / pageBytes) })
    const { exports } = new Instance(module, { host: { memory: this.#memory } })
    this.#scan = exports.scan as (text: number, to: number) => void
    this.#state = new Int32Array(this.#memory.buffer, 0, boundsAt / 4)
    this.window = Buffer.from(this.#memory.buffer, textAt, WINDOW_BYTES)
  }

  /** One for a file to itself, until it gives it back; `null` where there is no WebAssembly, as under `--jitless`, or no room for its memory. */
  static take(): ScanKernel | null {
    const kernel = idle.pop()
    if (kernel !== undefined) return kernel
    if (wasm === undefined) return null
    try {
      if (compiled === undefined) compiled = new wasm.Module(Buffer.from(scanKernelCode, 'base64'))
      return compiled === null ? null : new ScanKernel(wasm, compiled)
    } catch {
      // Text is read without it too.
      compiled = null
      return null
    }
  }

  /** Called once, when nothing of its memory is looked at any more. */
  giveBack(): void {
    if (idle.length < mostIdle) idle.push(this)
  }

  /** Room for `length` bounds; `null` when a row of so many cells, or so many rows, are more than it has. */
  bounds(length: number, stride: number): Int32Array | null {
    if (stride > mostStride || length > roomForBounds) return null
    return new Int32Array(this.#memory.buffer, boundsAt, length).fill(0)
  }

  /** What all scans have in common. Called before the first of a scanner. */
  prepare(dialect: ByteDialect, columns: number, capacity: number, mostBytes: number): void {
    const { delimiter, quote, escaper, comment } = dialect
    this.#state.set([columns, capacity, mostBytes, delimiter, quote, comment, Number(escaper === quote)], 8)
  }

  /** Goes on from `place` to the end of the text, of the room for rows, or to what is for others to judge. */
  scan(place: ScanPlace, to: number): void {
    const state = this.#state
    state[0] = place.at
    state[1] = place.k
    state[2] = place.cellStart
    state[3] = place.rowStart
    state[4] = place.rows
    this.#scan(textAt, to)
    place.at = state[0] as number
    place.k = state[1] as number
    place.cellStart = state[2] as number
    place.rowStart = state[3] as number
    place.rows = state[4] as number
  }
}
