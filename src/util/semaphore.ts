/** At most `limit` holders at a time, first come first served. */
export class Semaphore {
  readonly #limit: number
  readonly #waiting: (() => void)[] = []
  #held = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Resolves to the function that gives the place back. */
  async acquire(): Promise<() => void> {
    if (this.#held < this.#limit) this.#held++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
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
