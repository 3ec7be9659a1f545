import type { Clock } from '../../src/util/clock.js'
import { type PlayedProcess, playedProcess } from './played-process.js'

interface Timer {
  readonly at: number
  /** `null`: the simulation's own. */
  readonly process: PlayedProcess | null
  readonly callback: () => void
}

const START = Date.parse('2026-01-01T00:00:00Z')

/**
 * The time of a simulation. It moves only when the simulation says so, and then to the next timer. Timers that played
 * processes set with the global functions land here; everybody else's stay real.
 */
export class VirtualTime implements Clock {
  #passed = 0
  readonly #timers = new Set<Timer>()
  readonly #turns: { readonly process: PlayedProcess; readonly callback: () => void }[] = []
  readonly #real = { setTimeout, clearTimeout, setImmediate, timeout: AbortSignal.timeout, random: Math.random }

  now(): Date {
    return new Date(START + this.#passed)
  }

  monotonicMs(): number {
    return this.#passed
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason)
      const timer = this.after(ms, () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      })
      const onAbort = (): void => {
        this.#timers.delete(timer)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  after(ms: number, callback: () => void): Timer {
    const timer = { at: this.#passed + Math.max(1, ms || 0), process: playedProcess() ?? null, callback }
    this.#timers.add(timer)
    return timer
  }

  /** Goes to the next timer of whoever runs, and lets it ring. False: there is none. */
  advance(): boolean {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.process?.dead === true) this.#timers.delete(timer)
      else if (timer.process?.runs !== false && (next === undefined || timer.at < next.at)) next = timer
    }
    if (next === undefined) return false
    this.#timers.delete(next)
    this.#passed = Math.max(this.#passed, next.at)
    if (next.process === null) next.callback()
    else next.process.run(next.callback)
    return true
  }

  /** Resolves when all code waits for a turn or a timer. */
  async settle(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => this.#real.setImmediate(resolve))
      if (this.#turns.length === 0) return
      for (const { process, callback } of this.#turns.splice(0)) process.run(callback)
    }
  }

  /**
   * Gives played processes this time, and these random numbers, under the names of the global functions.
   *
   * @returns what takes them back
   */
  install(random: () => number): () => void {
    const real = this.#real
    const timers = this.#timers
    const set = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): unknown =>
      playedProcess() === undefined ? real.setTimeout(callback, ms, ...args) : this.after(ms, () => callback(...args))
    const clear = (timer: Timer | NodeJS.Timeout | undefined): void => {
      if (timer === undefined || !timers.delete(timer as Timer)) real.clearTimeout(timer as NodeJS.Timeout)
    }
    const immediate = (callback: (...args: unknown[]) => void, ...args: unknown[]): unknown => {
      const process = playedProcess()
      if (process === undefined) return real.setImmediate(callback, ...args)
      return this.#turns.push({ process, callback: () => callback(...args) })
    }
    const timeout = (ms: number): AbortSignal => {
      if (playedProcess() === undefined) return real.timeout.call(AbortSignal, ms)
      const controller = new AbortController()
      this.after(ms, () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')))
      return controller.signal
    }
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear, setImmediate: immediate })
    Object.assign(AbortSignal, { timeout })
    Math.random = () => (playedProcess() === undefined ? real.random() : random())
    return () => {
      Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout, setImmediate: real.setImmediate })
      Object.assign(AbortSignal, { timeout: real.timeout })
      Math.random = real.random
    }
  }
}
