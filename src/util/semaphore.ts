/** At most `limit` holders at a time, first come first served. */
export class Semaphore {
  readonly #limit: number
  readonly #waiting: (() => void)[] = []
  #held = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** A place that is free now: the function that gives it back. */
  tryAcquire(): (() => void) | undefined {
    if (this.#held >= this.#limit) return undefined
    this.#held++
    return this.#holder()
  }

  /** Resolves to the function that gives the place back; rejects with the signal's reason, and waits no longer. */
  async acquire(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted()
    const free = this.tryAcquire()
    if (free !== undefined) return free
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1)
        reject(signal?.reason)
      }
      this.#waiting.push(turn)
      signal?.addEventListener('abort', leave, { once: true })
    })
    return this.#holder()
  }

  #holder(): () => void {
    let held = true
    return () => {
      if (!held) return
      held = false
      const next = this.#waiting.shift()
      if (next === undefined) this.#held--
      else next()
    }
  }
}
