import { setTimeout as delay } from 'node:timers/promises'

/** Time as the engine sees it; injected in tests. */
export interface Clock {
  now(): Date
  /** Milliseconds that never run backwards. */
  monotonicMs(): number
  /** Resolves after `ms`; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted()
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}

/** A job's options may carry a clock under this symbol; `lading/testing` puts it there. */
export const clockKey: unique symbol = Symbol.for('lading.clock') as never

export function clockOf(options: object): Clock {
  return (options as { readonly [clockKey]?: Clock })[clockKey] ?? systemClock
}
