import type { Semaphore } from '../util/semaphore.js'

/**
 * One job's place among the files in flight that many jobs share. A job asks for one place at a time and asks again
 * after each file, so that jobs take turns file by file, however many files one of them has.
 */
export class ClaimTurn {
  readonly #onTurn: () => void
  #place: (() => void) | null = null
  #asking: AbortController | null = null

  /** @param onTurn called when the awaited place has come */
  constructor(onTurn: () => void) {
    this.#onTurn = onTurn
  }

  /** In the queue. */
  get waits(): boolean {
    return this.#asking !== null
  }

  /** How many files may be claimed now: all that are `wanted` where nothing is shared, else one, or none before the job's turn. */
  take(shared: Semaphore | null, wanted: number): number {
    if (shared === null) return wanted
    if (this.#place !== null) return 1
    if (this.#asking !== null) return 0
    const free = shared.tryAcquire()
    if (free === undefined) void this.#ask(shared)
    else this.#place = free
    return free === undefined ? 0 : 1
  }

  /** The place goes with a file that was claimed; what it returns gives it back. */
  use(): () => void {
    const place = this.#place
    this.#place = null
    return () => place?.()
  }

  /** Nothing is claimed now: others may. */
  giveBack(): void {
    this.#asking?.abort()
    this.#asking = null
    this.use()()
  }

  async #ask(shared: Semaphore): Promise<void> {
    const asking = new AbortController()
    this.#asking = asking
    const place = await shared.acquire(asking.signal).catch(() => undefined)
    if (asking.signal.aborted) return place?.()
    this.#asking = null
    if (place !== undefined) this.#place = place
    this.#onTurn()
  }
}
