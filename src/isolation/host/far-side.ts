import type { ToFarSide } from '../protocol.js'
import type { FrameLimits } from '../wire/frame.js'

/** How a far side ended that the host did not kill. */
export type FarSideEnd =
  | { readonly how: 'exit'; readonly code: number | null; readonly signal: string | null; readonly outOfMemory: boolean }
  /** It sent what was not agreed, and has been killed. */
  | { readonly how: 'false'; readonly what: string }

/** Who hears a far side while it serves a file. Must not throw. */
export interface FarSideListener {
  readonly limits: FrameLimits
  message(header: unknown, body: Uint8Array): void
  /** Called once, at most. */
  ended(end: FarSideEnd): void
}

/** A process or a thread that serves one file at a time. */
export interface FarSide {
  readonly kind: 'process' | 'thread'
  /** For the system's view of its memory; `null` for a thread. */
  readonly pid: number | null
  /** Its memory when it had started, bytes. */
  readonly startBytes: number
  readonly alive: boolean
  post(message: ToFarSide, body?: Uint8Array): void
  /** Resolves when little of what was posted is still on its way; it never rejects. */
  flushed(): Promise<void>
  /** `null` when it is idle: it must then be silent. */
  attach(listener: FarSideListener | null): void
  /** At once, and without waiting. Its end is then not told. */
  kill(): void
  /** Keeps the host's process running, or, idle, does not. */
  hold(held: boolean): void
}

/** What a far side is started with. */
export interface FarSideStart {
  readonly entry: URL
  /** Memory that it may take beyond its start, bytes. */
  readonly memoryBytes: number
  /** Modules of strangers' parts, which it must be able to read. */
  readonly modules: readonly string[]
}

/** A far side did not start. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure'
  /** It may start another time: the system was short of something. */
  readonly transient: boolean

  constructor(message: string, transient: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.transient = transient
  }
}

/** Longest time from its start to its first word, ms. */
export const START_MS = 30_000

/** Is this error of the system's one that passes by itself? */
export function isTransient(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code
  return code === 'EAGAIN' || code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM' || code === 'ERR_WORKER_INIT_FAILED'
}
