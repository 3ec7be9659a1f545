/** Lets one loop sleep until somebody has news for it; news that comes before the sleep is not lost. */
export class Wake {
  #pending = false
  #resolve: (() => void) | undefined
  readonly #stopWaiting = (): void => this.#resolve?.()

  notify(): void {
    this.#pending = true
    this.#resolve?.()
  }

  /** Resolves at the next `notify`, after `ms`, or when the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted) {
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.#resolve = resolve
        timer = setTimeout(resolve, Math.min(Math.max(0, ms), 2 ** 31 - 1))
        signal.addEventListener('abort', this.#stopWaiting, { once: true })
      })
      clearTimeout(timer)
      signal.removeEventListener('abort', this.#stopWaiting)
      this.#resolve = undefined
    }
    this.#pending = false
  }
}
