import type { ImportError } from '../errors.js'
import type { ErrorCode } from '../model/error-code.js'
import { backoffMs } from '../util/backoff.js'
import type { Clock } from '../util/clock.js'
import type { JobEmitter } from './job-emitter.js'

/** Found by the engine; `status` is what the user set. */
export type Health =
  | { readonly state: 'ok' }
  | { readonly state: 'blocked'; readonly code: ErrorCode; readonly since: Date; readonly nextTryAt: Date }
  | { readonly state: 'failed'; readonly code: ErrorCode; readonly error: ImportError }

/** What is blocked: finding files, the proof that the bucket is theirs, or importing. */
export type BlockedPart = 'discovery' | 'ownership' | 'importing'

interface Block {
  readonly code: ErrorCode
  readonly error: ImportError
  readonly since: Date
  readonly failures: number
  readonly nextTryAt: Date
}

/** These do not go away by waiting: someone must change code or settings. */
const fatal: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CONFIG_INVALID',
  'CONFIG_SECRET_MISSING',
  'IDENTITY_SCHEME_CHANGED',
  'PLACE_CHANGED',
  'PEER_MISSING',
  'ISOLATION_UNAVAILABLE',
  'JOB_DELETED',
  'SCHEMA_SUPERSEDED',
  'LEDGER_UNREADABLE',
])

/** Health of one job in this process, and the events that tell of it. */
export class JobHealth {
  readonly #events: JobEmitter
  readonly #clock: Clock
  readonly #blocks = new Map<BlockedPart, Block>()
  #failure: ImportError | null = null

  constructor(events: JobEmitter, clock: Clock) {
    this.#events = events
    this.#clock = clock
  }

  /** Records a job-scope error. @returns false when the job cannot go on until someone acts */
  report(part: BlockedPart, error: ImportError): boolean {
    if (fatal.has(error.code) && !error.retryable) {
      this.fail(error)
      return false
    }
    const before = this.#blocks.get(part)
    const known = before?.code === error.code
    const failures = known ? before.failures + 1 : 1
    const waitMs = Math.max(error.retryAfterMs ?? 0, backoffMs(failures, { baseMs: 1_000, maxMs: 300_000 }))
    const now = this.#clock.now()
    const nextTryAt = new Date(now.getTime() + waitMs)
    this.#blocks.set(part, { code: error.code, error, since: before?.since ?? now, failures, nextTryAt })
    if (!known) this.#events.emit('jobBlocked', { code: error.code, error, nextTryAt })
    return true
  }

  /** The part works again. */
  clear(part: BlockedPart): void {
    const block = this.#blocks.get(part)
    if (block === undefined) return
    this.#blocks.delete(part)
    this.#events.emit('jobUnblocked', { code: block.code, since: block.since })
  }

  fail(error: ImportError): void {
    if (this.#failure !== null) return
    this.#failure = error
    this.#events.emit('jobFailed', { error })
  }

  /** A new run begins: whatever stood in the way may have been cured, so everything is tried at once. */
  restart(): void {
    this.#failure = null
    for (const [part, block] of this.#blocks) this.#blocks.set(part, { ...block, failures: 0, nextTryAt: this.#clock.now() })
  }

  get failure(): ImportError | null {
    return this.#failure
  }

  /** Ms until this part may be tried again; 0 when it may now. */
  waitMs(...parts: readonly BlockedPart[]): number {
    const now = this.#clock.now().getTime()
    return Math.max(0, ...parts.map((part) => (this.#blocks.get(part)?.nextTryAt.getTime() ?? 0) - now))
  }

  blockedBy(part: BlockedPart): ImportError | null {
    return this.#blocks.get(part)?.error ?? null
  }

  get current(): Health {
    if (this.#failure !== null) return { state: 'failed', code: this.#failure.code, error: this.#failure }
    for (const part of ['ownership', 'discovery', 'importing'] as const) {
      const block = this.#blocks.get(part)
      if (block === undefined) continue
      return { state: 'blocked', code: block.code, since: block.since, nextTryAt: block.nextTryAt }
    }
    return { state: 'ok' }
  }
}
